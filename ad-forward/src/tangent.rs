//! The tangent of an array, kept as a linear form until its numbers are needed.
//!
//! In `p` directions the tangent of an array of `d` entries is a `d x p` block, and `p` can be as
//! large as `d^2` (the parameters of a recurrent network). Multiplying such blocks eagerly at every
//! operation is what makes naive forward mode slow. Here a tangent is a sum
//!
//! ```text
//! sum_k F_k B_k  +  sum_l diag(c_l) (I (x) z_l^T)
//! ```
//!
//! of small factors `F` on big blocks `B`, and of *seeds*: the structured tangents that arise where
//! a seeded matrix meets a vector (row `i` touches only the directions of row `i` of the matrix).
//! Elementwise operations change only `F` and `c`. One matrix product per time step remains, where a
//! block meets the next weight matrix: `P_t = J_t P_{t-1} + P~_t` (Eq. 1.17), with `F = J_t`, the
//! block `P_{t-1}` and the seeds `P~_t`.
//!
//! The factors `F` and `c` of a form are finite: where one would not be, the form is evaluated before.

use ad_core::kernels::vector::with_wide_vectors;
use ad_core::{Dense, Real, Scalar, rules};
use alloc::{sync::Arc, vec, vec::Vec};
#[cfg(not(feature = "std"))]
use core::cell::OnceCell as OnceLock; // tangents then stay on their thread
#[cfg(feature = "std")]
use std::sync::OnceLock;

/// `entries x directions`, row-major.
pub(crate) type Block<T> = Dense<T, 2>;

/// The tangent of an array.
#[derive(Clone, Debug)]
pub(crate) enum Tangent<T> {
    /// No direction moves it.
    Zero,
    /// A linear form in the directions.
    Form(Arc<Form<T>>),
}

/// A linear form with `entries` rows and `directions` columns.
#[derive(Debug)]
pub(crate) struct Form<T> {
    entries: usize,
    directions: usize,
    products: Vec<(Factor<T>, Base<T>)>,
    seeds: Vec<Seed<T>>,
    /// The numbers, once they have been needed.
    dense: OnceLock<Block<T>>,
}

/// What multiplies a base from the left.
#[derive(Clone, Debug)]
enum Factor<T> {
    Identity,
    Diagonal(Vec<T>),
    Matrix(Dense<T, 2>),
}

/// A block of tangents.
#[derive(Clone, Debug)]
enum Base<T> {
    Dense(Block<T>),
    /// Entry `i` moves in direction `offset + i`.
    OneHot {
        offset: usize,
    },
}

/// Row `i` moves in the directions `offset + i len(z) ..`, by `scale[i] z`.
#[derive(Clone, Debug)]
struct Seed<T> {
    offset: usize,
    scale: Vec<T>,
    z: Vec<T>,
}

impl<T: Scalar> Tangent<T> {
    /// Entry `i` of an array of `entries` moves in direction `offset + i`, out of `directions`.
    pub(crate) fn one_hot(entries: usize, offset: usize, directions: usize) -> Self {
        assert!(
            offset + entries <= directions,
            "{entries} entries from direction {offset} on do not fit into {directions} directions"
        );
        Form::new(entries, directions, vec![(Factor::Identity, Base::OneHot { offset })], vec![])
    }

    /// The numbers themselves.
    pub(crate) fn dense(block: Block<T>) -> Self {
        let [entries, directions] = block.shape();
        Form::new(entries, directions, vec![(Factor::Identity, Base::Dense(block))], vec![])
    }

    /// The tangent of `W x` for an `x` with this tangent and a constant `W`.
    pub(crate) fn through(&self, w: &Dense<T, 2>) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        let products = form.settled().into_iter().map(|(factor, base)| Some((factor.after(w)?, base)));
        match products.collect() {
            Some(products) => Form::new(w.rows(), form.directions, products, vec![]),
            None => Self::dense(product_singular(w.as_slice(), &form.block())),
        }
    }

    /// The tangent of `W x` for a `W` with this tangent and a constant `x`.
    pub(crate) fn applied_to(&self, x: &[T], rows: usize) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        if let Some(offset) = form.one_hot_offset() {
            let seed = Seed { offset, scale: vec![T::one(); rows], z: x.to_vec() };
            return Form::new(rows, form.directions, vec![], vec![seed]);
        }
        let block = form.block();
        let (inputs, width) = (x.len(), form.directions);
        let plain = T::all_finite(x) && !meets_zero(x, &block);
        let mut out = Block::filled([rows, width], T::zero());
        for (i, out) in out.as_mut_slice().chunks_exact_mut(width.max(1)).enumerate() {
            let row = i * inputs..(i + 1) * inputs;
            if plain {
                T::gemv_t(&block.as_slice()[row.start * width..row.end * width], x, out);
            } else {
                out.copy_from_slice(product_singular(x, &block.sliced(row)).as_slice());
            }
        }
        Self::dense(out)
    }

    /// The tangent of the softmax of an array with this tangent: `y`, in rows of `cols` entries.
    pub(crate) fn through_softmax(&self, y: &[T], cols: usize) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        let (block, width) = (form.block(), form.directions);
        let (dx, finite) = (block.as_slice(), T::all_finite(y) && T::all_finite(block.as_slice()));
        let product = |p: T, dx: T| if finite { p * dx } else { p.strong_product(dx) };
        Self::dense(Block::build(block.shape(), T::zero(), |dy| {
            for (row, y) in y.chunks_exact(cols.max(1)).enumerate() {
                for direction in 0..width {
                    let at = |k: usize| (row * cols + k) * width + direction;
                    rules::softmax_jacobian(y, |k| dx[at(k)], product, |k, t| dy[at(k)] = t);
                }
            }
        }))
    }

    /// The tangent of `p x` elementwise, for constant partials `p`.
    pub(crate) fn weighted(&self, p: &[T]) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        let products = form.products_now().into_iter().map(|(f, base)| Some((f.weighted(p)?, base)));
        let seeds = form.seeds_now().iter().map(|seed| seed.weighted(p));
        match (products.collect(), seeds.collect()) {
            (Some(products), Some(seeds)) => Form::new(form.entries, form.directions, products, seeds),
            _ => Self::dense(weighted_singular(&form.block(), p)),
        }
    }

    /// The sum of two tangents.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let (Self::Form(left), Self::Form(right)) = (self, other) else {
            return if matches!(self, Self::Zero) { other.clone() } else { self.clone() };
        };
        assert!(
            left.directions == right.directions,
            "tangents with {} and {} directions were mixed: they belong to different seedings",
            left.directions,
            right.directions
        );
        let mut products = left.products_now();
        for (factor, base) in right.products_now() {
            match products.iter_mut().find(|(_, b)| b.is_same(&base)) {
                Some((sum, _)) => match sum.plus(&factor, left.entries) {
                    Some(finite) => *sum = finite,
                    None => {
                        return Self::dense(left.block().combined(T::one(), &right.block(), T::one()));
                    }
                },
                None => products.push((factor, base)),
            }
        }
        let seeds = left.seeds_now().iter().chain(right.seeds_now()).cloned().collect();
        Form::new(left.entries, left.directions, products, seeds)
    }

    /// `w^T` times the tangent: one number per direction; empty if no direction moves it.
    pub(crate) fn contracted(&self, w: &[T]) -> Vec<T> {
        let Self::Form(form) = self else {
            return vec![];
        };
        let factors =
            form.products_now().into_iter().map(|(factor, base)| (factor.transposed_times(w), base));
        let factors: Vec<_> = factors.collect();
        if !(T::all_finite(w) && factors.iter().all(|(p, _)| T::all_finite(p))) {
            return product_singular(w, &form.block()).as_slice().to_vec();
        }
        let mut out = vec![T::zero(); form.directions];
        for (p, base) in factors {
            match base {
                Base::Dense(block) if !meets_zero(&p, &block) => T::gemv_t(block.as_slice(), &p, &mut out),
                Base::Dense(block) => T::axpy(T::one(), product_singular(&p, &block).as_slice(), &mut out),
                Base::OneHot { offset } => T::axpy(T::one(), &p, &mut out[offset..offset + p.len()]),
            }
        }
        for seed in form.seeds_now() {
            seed.scatter(|i, to, z| {
                let out = &mut out[to..to + z.len()];
                if w[i].primal() != T::Real::from_literal(0.0) || T::all_finite(z) {
                    T::axpy(w[i], z, out);
                } else {
                    out.iter_mut().zip(z).for_each(|(out, &z)| *out += w[i].strong_product(z));
                }
            });
        }
        out
    }

    /// The tangent of entries `start..end` alone.
    pub(crate) fn sliced(&self, start: usize, end: usize) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        match form.one_hot_offset() {
            Some(offset) => Self::one_hot(end - start, offset + start, form.directions),
            None => Self::dense(form.block().sliced(start..end)),
        }
    }

    /// The numbers, one row per entry; `None` if no direction moves it.
    pub(crate) fn block(&self) -> Option<Block<T>> {
        match self {
            Self::Zero => None,
            Self::Form(form) => Some(form.block()),
        }
    }
}

impl<T: Scalar> Form<T> {
    #[allow(clippy::new_ret_no_self, reason = "a form lives only inside a tangent")]
    fn new(
        entries: usize,
        directions: usize,
        products: Vec<(Factor<T>, Base<T>)>,
        seeds: Vec<Seed<T>>,
    ) -> Tangent<T> {
        let dense = OnceLock::new();
        Tangent::Form(Arc::new(Self { entries, directions, products, seeds, dense }))
    }

    fn one_hot_offset(&self) -> Option<usize> {
        match (self.products.as_slice(), self.seeds.as_slice()) {
            ([(Factor::Identity, Base::OneHot { offset })], []) => Some(*offset),
            _ => None,
        }
    }

    /// The numbers, computed once.
    fn block(&self) -> Block<T> {
        self.dense.get_or_init(|| self.evaluate()).clone()
    }

    /// The products of a form without seeds, for which it may have to be evaluated: a factor can pass
    /// through another matrix, a seed cannot.
    fn settled(&self) -> Vec<(Factor<T>, Base<T>)> {
        if self.dense.get().is_some() || self.seeds.is_empty() {
            return self.products_now();
        }
        vec![(Factor::Identity, Base::Dense(self.block()))]
    }

    fn products_now(&self) -> Vec<(Factor<T>, Base<T>)> {
        match self.dense.get() {
            Some(block) => vec![(Factor::Identity, Base::Dense(block.clone()))],
            None => self.products.clone(),
        }
    }

    fn seeds_now(&self) -> &[Seed<T>] {
        if self.dense.get().is_some() { &[] } else { &self.seeds }
    }

    fn evaluate(&self) -> Block<T> {
        if let ([(Factor::Identity, Base::Dense(block))], []) =
            (self.products.as_slice(), self.seeds.as_slice())
        {
            return block.clone();
        }
        let width = self.directions;
        let shape = [self.entries, width];
        // A product of matrices writes all of the block; what comes after it adds.
        let product = self.products.iter().position(|p| matches!(p, (Factor::Matrix(_), Base::Dense(_))));
        let mut out = match product {
            Some(first) => {
                let (factor, base) = &self.products[first];
                Block::overwritten(shape, T::zero(), |out| factor.times(base, width, out, false))
            }
            None => Block::filled(shape, T::zero()),
        };
        let numbers = out.as_mut_slice();
        for (i, (factor, base)) in self.products.iter().enumerate() {
            if Some(i) != product {
                factor.times(base, width, numbers, true);
            }
        }
        for seed in &self.seeds {
            seed.scatter(|i, to, z| T::axpy(T::one(), z, &mut numbers[i * width + to..][..z.len()]));
        }
        out
    }
}

impl<T: Scalar> Base<T> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dense(a), Self::Dense(b)) => a.shares_storage(b),
            (Self::OneHot { offset: a }, Self::OneHot { offset: b }) => a == b,
            _ => false,
        }
    }
}

impl<T: Scalar> Seed<T> {
    /// The same rows, each times its partial; if those are finite.
    fn weighted(&self, p: &[T]) -> Option<Self> {
        let scale: Vec<T> = self.scale.iter().zip(p).map(|(&c, &p)| p * c).collect();
        T::all_finite(&scale).then(|| Self { offset: self.offset, scale, z: self.z.clone() })
    }

    /// Visits every row with its scaled entries: `(row, first direction, numbers)`.
    fn scatter(&self, mut visit: impl FnMut(usize, usize, &[T])) {
        let mut scaled = vec![T::zero(); self.z.len()];
        let finite = T::all_finite(&self.z);
        for (i, &c) in self.scale.iter().enumerate() {
            for (scaled, &z) in scaled.iter_mut().zip(&self.z) {
                *scaled = if finite { c * z } else { c.strong_product(z) };
            }
            visit(i, self.offset + i * self.z.len(), &scaled);
        }
    }
}

impl<T: Scalar> Factor<T> {
    /// `W F`, if that is finite.
    fn after(&self, w: &Dense<T, 2>) -> Option<Self> {
        let [rows, inner] = w.shape();
        let product = match self {
            Self::Identity => Self::Matrix(w.clone()),
            Self::Diagonal(d) => Self::Matrix(Dense::overwritten([rows, inner], T::zero(), |out| {
                for (out, w) in out.chunks_exact_mut(inner.max(1)).zip(w.iter_rows()) {
                    T::hadamard(w, d, out);
                }
            })),
            Self::Matrix(f) => {
                let cols = f.cols();
                Self::Matrix(Dense::overwritten([rows, cols], T::zero(), |out| {
                    T::gemm(
                        [rows, inner, cols],
                        w.as_slice(),
                        (inner, 1),
                        f.as_slice(),
                        (cols, 1),
                        out,
                        false,
                    );
                }))
            }
        };
        product.if_finite()
    }

    /// `diag(p) F`, if that is finite.
    fn weighted(&self, p: &[T]) -> Option<Self> {
        let product = match self {
            Self::Identity => Self::Diagonal(p.to_vec()),
            Self::Diagonal(d) => Self::Diagonal(d.iter().zip(p).map(|(&d, &p)| p * d).collect()),
            Self::Matrix(m) => Self::Matrix(Dense::overwritten(m.shape(), T::zero(), |out| {
                for ((out, row), &p) in out.chunks_exact_mut(m.cols().max(1)).zip(m.iter_rows()).zip(p) {
                    for (out, &m) in out.iter_mut().zip(row) {
                        *out = p * m;
                    }
                }
            })),
        };
        product.if_finite()
    }

    /// `F + G`, if that is finite; both have `entries` rows.
    fn plus(&self, other: &Self, entries: usize) -> Option<Self> {
        let sum = match (self, other) {
            (Self::Matrix(a), Self::Matrix(b)) => Self::Matrix(a.combined(T::one(), b, T::one())),
            (Self::Matrix(m), diagonal) | (diagonal, Self::Matrix(m)) => {
                let mut sum = m.clone();
                let step = m.cols() + 1;
                for (i, entry) in sum.as_mut_slice().iter_mut().step_by(step).enumerate() {
                    *entry += diagonal.diagonal(i);
                }
                Self::Matrix(sum)
            }
            (a, b) => Self::Diagonal((0..entries).map(|i| a.diagonal(i) + b.diagonal(i)).collect()),
        };
        sum.if_finite()
    }

    fn if_finite(self) -> Option<Self> {
        T::all_finite(self.numbers()).then_some(self)
    }

    /// The numbers that it multiplies by; none if those are all 1.
    fn numbers(&self) -> &[T] {
        match self {
            Self::Identity => &[],
            Self::Diagonal(d) => d,
            Self::Matrix(m) => m.as_slice(),
        }
    }

    /// Entry `(i, i)` of a factor that is not a matrix.
    fn diagonal(&self, i: usize) -> T {
        match self {
            Self::Diagonal(d) => d[i],
            _ => T::one(),
        }
    }

    /// `F^T w`.
    fn transposed_times(&self, w: &[T]) -> Vec<T> {
        match self {
            Self::Identity => w.to_vec(),
            Self::Diagonal(d) => d.iter().zip(w).map(|(&d, &w)| d * w).collect(),
            Self::Matrix(m) => {
                let mut out = vec![T::zero(); m.cols()];
                T::gemv_t(m.as_slice(), w, &mut out);
                out
            }
        }
    }

    /// `out += F B`; for two matrices `out = F B` unless told to add.
    fn times(&self, base: &Base<T>, width: usize, out: &mut [T], add: bool) {
        match (self, base) {
            (_, Base::Dense(block)) if meets_zero(self.numbers(), block) => {
                let product = match self {
                    Self::Matrix(m) => product_singular(m.as_slice(), block),
                    diagonal => weighted_singular(block, diagonal.numbers()),
                };
                if !add {
                    out.fill(T::zero());
                }
                T::axpy(T::one(), product.as_slice(), out);
            }
            (Self::Matrix(m), Base::Dense(block)) => {
                let [rows, inner] = m.shape();
                T::gemm(
                    [rows, inner, width],
                    m.as_slice(),
                    (inner, 1),
                    block.as_slice(),
                    (width, 1),
                    out,
                    add,
                );
            }
            (Self::Matrix(m), Base::OneHot { offset }) => {
                for (row, out) in m.iter_rows().zip(out.chunks_exact_mut(width.max(1))) {
                    T::axpy(T::one(), row, &mut out[*offset..*offset + row.len()]);
                }
            }
            (diagonal, Base::Dense(block)) => {
                for (i, (row, out)) in block.iter_rows().zip(out.chunks_exact_mut(width.max(1))).enumerate() {
                    T::axpy(diagonal.diagonal(i), row, out);
                }
            }
            (diagonal, Base::OneHot { offset }) => {
                for (i, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
                    out[*offset + i] += diagonal.diagonal(i);
                }
            }
        }
    }
}

/// Whether an infinity or NaN of a block may meet one of these partials that is 0, and annihilates it (a strong zero). The block may
/// be large, so it is looked at last.
fn meets_zero<T: Scalar>(partials: &[T], block: &Block<T>) -> bool {
    let zero = T::Real::from_literal(0.0);
    // All are looked at: so many at once are faster than one after the other up to the first.
    let has_zero = with_wide_vectors(|| partials.iter().fold(false, |found, p| found | (p.primal() == zero)));
    has_zero && !T::all_finite(block.as_slice())
}

/// `diag(p) B` with strong zeros.
fn weighted_singular<T: Scalar>(block: &Block<T>, p: &[T]) -> Block<T> {
    let rows = block.iter_rows().zip(p);
    Dense::new(block.shape(), rows.flat_map(|(row, &p)| row.iter().map(move |&t| p.strong_product(t))))
}

/// `W B` with strong zeros.
fn product_singular<T: Scalar>(w: &[T], block: &Block<T>) -> Block<T> {
    let [inner, width] = block.shape();
    let rows = w.len() / inner.max(1);
    let mut out = Block::filled([rows, width], T::zero());
    for (w, out) in w.chunks_exact(inner.max(1)).zip(out.as_mut_slice().chunks_exact_mut(width.max(1))) {
        for (&w, row) in w.iter().zip(block.iter_rows()) {
            for (out, &t) in out.iter_mut().zip(row) {
                *out += w.strong_product(t);
            }
        }
    }
    out
}
