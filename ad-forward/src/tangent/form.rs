//! Linear forms in the directions, and what they are made of.

use super::factor::Factor;
use super::{Block, Tangent};
use ad_core::Scalar;
use alloc::{sync::Arc, vec, vec::Vec};
#[cfg(not(feature = "std"))]
use core::cell::OnceCell as OnceLock; // tangents then stay on their thread
#[cfg(feature = "std")]
use std::sync::OnceLock;

/// A linear form with `entries` rows and `directions` columns.
#[derive(Debug)]
pub(crate) struct Form<T> {
    pub(super) entries: usize,
    pub(super) directions: usize,
    products: Vec<(Factor<T>, Base<T>)>,
    seeds: Vec<Seed<T>>,
    /// The numbers, once they have been needed.
    dense: OnceLock<Block<T>>,
}

/// A block of tangents.
#[derive(Clone, Debug)]
pub(super) enum Base<T> {
    Dense(Block<T>),
    /// Entry `i`, of so many, moves in direction `offset + i`.
    OneHot {
        offset: usize,
        entries: usize,
    },
}

/// Row `i` moves in the directions `offset + i len(z) ..`, by `scale[i] z`.
#[derive(Clone, Debug)]
pub(super) struct Seed<T> {
    pub(super) offset: usize,
    pub(super) scale: Vec<T>,
    pub(super) z: Vec<T>,
}

impl<T> Tangent<T> {
    /// `sum_k F_k B_k` and seeds, each with `entries` rows and `directions` columns.
    pub(super) fn form(
        entries: usize,
        directions: usize,
        products: Vec<(Factor<T>, Base<T>)>,
        seeds: Vec<Seed<T>>,
    ) -> Self {
        let dense = OnceLock::new();
        Self::Form(Arc::new(Form { entries, directions, products, seeds, dense }))
    }
}

impl<T: Scalar> Form<T> {
    /// Where the directions begin, if each entry moves in one of its own.
    pub(super) fn one_hot_offset(&self) -> Option<usize> {
        match (self.products.as_slice(), self.seeds.as_slice()) {
            ([(Factor::Identity, Base::OneHot { offset, .. })], []) => Some(*offset),
            _ => None,
        }
    }

    /// The numbers, computed once.
    pub(super) fn block(&self) -> Block<T> {
        self.dense.get_or_init(|| self.evaluate()).clone()
    }

    /// The products of a form without seeds, for which it may have to be evaluated: a factor can pass
    /// through another matrix, a seed cannot. In few directions it is evaluated anyway, but for a block of seeds alone.
    pub(super) fn settled(&self, few: bool) -> Vec<(Factor<T>, Base<T>)> {
        let settled = self.seeds.is_empty() && (!few || self.one_hot_offset().is_some());
        if self.dense.get().is_some() || settled {
            return self.products_now();
        }
        vec![(Factor::Identity, Base::Dense(self.block()))]
    }

    /// The numbers of the sum with another form.
    pub(super) fn sum(&self, other: &Self) -> Block<T> {
        self.block().combined(T::one(), &other.block(), T::one())
    }

    /// The products; the numbers alone, once those have been computed.
    pub(super) fn products_now(&self) -> Vec<(Factor<T>, Base<T>)> {
        match self.dense.get() {
            Some(block) => vec![(Factor::Identity, Base::Dense(block.clone()))],
            None => self.products.clone(),
        }
    }

    /// The seeds; none, once the numbers have been computed.
    pub(super) fn seeds_now(&self) -> &[Seed<T>] {
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
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dense(a), Self::Dense(b)) => a.shares_storage(b),
            // Of a part that begins where the whole does, the offset is the same, and the factors have fewer columns.
            (Self::OneHot { offset: a, entries: m }, Self::OneHot { offset: b, entries: n }) => {
                (a, m) == (b, n)
            }
            _ => false,
        }
    }
}

impl<T: Scalar> Seed<T> {
    /// The same rows, each times its partial; if those are finite.
    pub(super) fn weighted(&self, p: &[T]) -> Option<Self> {
        let scale: Vec<T> = self.scale.iter().zip(p).map(|(&c, &p)| p * c).collect();
        T::all_finite(&scale).then(|| Self { offset: self.offset, scale, z: self.z.clone() })
    }

    /// Visits every row with its scaled entries: `(row, first direction, numbers)`.
    pub(super) fn scatter(&self, mut visit: impl FnMut(usize, usize, &[T])) {
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
