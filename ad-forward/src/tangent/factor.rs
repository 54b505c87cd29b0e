//! What multiplies a block of tangents from the left.

use super::form::Base;
use super::singular::{product_singular, weighted_singular};
use ad_core::kernels::meets_zero;
use ad_core::{Dense, Scalar};
use alloc::{vec, vec::Vec};

/// What multiplies a base from the left.
#[derive(Clone, Debug)]
pub(super) enum Factor<T> {
    Identity,
    Diagonal(Vec<T>),
    Matrix(Dense<T, 2>),
}

impl<T: Scalar> Factor<T> {
    /// `W F`, if that is finite.
    pub(super) fn after(&self, w: &Dense<T, 2>) -> Option<Self> {
        let [rows, inner] = w.shape();
        let product = match self {
            Self::Identity => Self::Matrix(w.clone()),
            Self::Diagonal(d) => Self::Matrix(Dense::overwritten([rows, inner], T::zero(), |out| {
                for (out, w) in out.chunks_exact_mut(inner.max(1)).zip(w.iter_rows()) {
                    T::hadamard(w, d, out);
                }
            })),
            Self::Matrix(f) => Self::Matrix(Dense::overwritten([rows, f.cols()], T::zero(), |out| {
                T::gemm(w.view(), f.view(), out, false);
            })),
        };
        product.if_finite()
    }

    /// `diag(p) F`, if that is finite.
    pub(super) fn weighted(&self, p: &[T]) -> Option<Self> {
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
    pub(super) fn plus(&self, other: &Self, entries: usize) -> Option<Self> {
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
    pub(super) fn transposed_times(&self, w: &[T]) -> Vec<T> {
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
    pub(super) fn times(&self, base: &Base<T>, width: usize, out: &mut [T], add: bool) {
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
            (Self::Matrix(m), Base::Dense(block)) if width == 1 => {
                if !add {
                    out.fill(T::zero());
                }
                T::gemv(m.as_slice(), block.as_slice(), out);
            }
            (Self::Matrix(m), Base::Dense(block)) => T::gemm(m.view(), block.view(), out, add),
            (Self::Matrix(m), Base::OneHot { offset, .. }) => {
                for (row, out) in m.iter_rows().zip(out.chunks_exact_mut(width.max(1))) {
                    T::axpy(T::one(), row, &mut out[*offset..*offset + row.len()]);
                }
            }
            (diagonal, Base::Dense(block)) => {
                for (i, (row, out)) in block.iter_rows().zip(out.chunks_exact_mut(width.max(1))).enumerate() {
                    T::axpy(diagonal.diagonal(i), row, out);
                }
            }
            (diagonal, Base::OneHot { offset, .. }) => {
                for (i, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
                    out[*offset + i] += diagonal.diagonal(i);
                }
            }
        }
    }
}
