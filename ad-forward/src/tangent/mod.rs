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
//! That pays where blocks are large. In *few* directions a factor has more numbers than the block that it multiplies, and factors
//! would be multiplied with each other where a vector or two waits for them: then the numbers themselves are computed at once.
//!
//! The factors `F` and `c` of a form are finite: where one would not be, the form is evaluated before.

use self::factor::Factor;
use self::form::{Base, Form, Seed};
use self::singular::{product_singular, weighted_singular};
use ad_core::kernels::meets_zero;
use ad_core::{Dense, Real, Scalar, rules};
use alloc::{sync::Arc, vec, vec::Vec};

mod factor;
mod form;
mod singular;

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

impl<T: Scalar> Tangent<T> {
    /// Entry `i` of an array of `entries` moves in direction `offset + i`, out of `directions`.
    #[track_caller]
    pub(crate) fn one_hot(entries: usize, offset: usize, directions: usize) -> Self {
        assert!(
            offset + entries <= directions,
            "{entries} entries from direction {offset} on do not fit into {directions} directions"
        );
        Self::form(entries, directions, vec![(Factor::Identity, Base::OneHot { offset, entries })], vec![])
    }

    /// The numbers themselves.
    pub(crate) fn dense(block: Block<T>) -> Self {
        let [entries, directions] = block.shape();
        Self::form(entries, directions, vec![(Factor::Identity, Base::Dense(block))], vec![])
    }

    /// The tangent of `W x` for an `x` with this tangent and a constant `W`.
    pub(crate) fn through(&self, w: &Dense<T, 2>) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        let few = form.directions < w.rows().min(w.cols());
        let products = form.settled(few).into_iter().map(|(factor, base)| Some((factor.after(w)?, base)));
        match products.collect() {
            Some(products) => {
                let product = Self::form(w.rows(), form.directions, products, vec![]);
                if few { product.block().map_or(Self::Zero, Self::dense) } else { product }
            }
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
            return Self::form(rows, form.directions, vec![], vec![seed]);
        }
        let block = form.block();
        let (inputs, width) = (x.len(), form.directions);
        let plain = T::all_finite(x) && !meets_zero(x, &block);
        let mut out = Block::filled([rows, width], T::zero());
        if plain && width == 1 {
            T::gemv(block.as_slice(), x, out.as_mut_slice());
            return Self::dense(out);
        }
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
            (Some(products), Some(seeds)) => Self::form(form.entries, form.directions, products, seeds),
            _ => Self::dense(weighted_singular(&form.block(), p)),
        }
    }

    /// The sum of two tangents.
    #[track_caller]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let (Self::Form(left), Self::Form(right)) = (self, other) else {
            return if matches!(self, Self::Zero) { other.clone() } else { self.clone() };
        };
        assert_same_directions(left.directions, right.directions);
        let mut products = left.products_now();
        for (factor, base) in right.products_now() {
            match products.iter_mut().find(|(_, b)| b.is_same(&base)) {
                Some((sum, _)) => match sum.plus(&factor, left.entries) {
                    Some(finite) => *sum = finite,
                    None => return Self::dense(left.sum(right)),
                },
                None if left.directions < left.entries => return Self::dense(left.sum(right)),
                None => products.push((factor, base)),
            }
        }
        let seeds = left.seeds_now().iter().chain(right.seeds_now()).cloned().collect();
        Self::form(left.entries, left.directions, products, seeds)
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
                Base::OneHot { offset, .. } => T::axpy(T::one(), &p, &mut out[offset..offset + p.len()]),
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

    /// The tangent of several arrays, each of so many entries, one after the other.
    #[track_caller]
    pub(crate) fn concatenated<'a>(parts: impl Iterator<Item = (&'a Self, usize)> + Clone) -> Self {
        let mut moving = parts.clone().filter_map(|(tangent, _)| tangent.block());
        let Some(directions) = moving.next().map(|block| block.cols()) else {
            return Self::Zero;
        };
        for block in moving {
            assert_same_directions(directions, block.cols());
        }
        let numbers = parts.clone().flat_map(|(tangent, entries)| {
            let still = || Block::filled([entries, directions], T::zero());
            tangent.block().unwrap_or_else(still).as_slice().to_vec()
        });
        let entries = parts.clone().map(|(_, entries)| entries).sum();
        Self::dense(Block::new([entries, directions], numbers))
    }

    /// The tangent of all entries in another order.
    pub(crate) fn reordered(&self, order: impl Iterator<Item = usize>) -> Self {
        let Self::Form(form) = self else {
            return Self::Zero;
        };
        let block = form.block();
        Self::dense(Block::new(block.shape(), order.flat_map(|entry| block.row(entry).iter().copied())))
    }

    /// The numbers, one row per entry; `None` if no direction moves it.
    pub(crate) fn block(&self) -> Option<Block<T>> {
        match self {
            Self::Zero => None,
            Self::Form(form) => Some(form.block()),
        }
    }
}

#[track_caller]
fn assert_same_directions(left: usize, right: usize) {
    assert!(
        left == right,
        "tangents with {left} and {right} directions were mixed: they belong to different seedings"
    );
}
