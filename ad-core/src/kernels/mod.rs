//! The loops under the arrays.
//!
//! The array operations that a network spends its time on end here in every mode, on row-major slices of the scalar; the others
//! are loops in `array/dense/operations.rs`. For `f64` and `f32` the loops are vectorised (`vector`); for any other scalar they
//! are plain loops over `S`, and the *primal of a value is then taken from the real kernel*, so that all modes and nestings
//! produce the same bits as the plain run. What only tangents and adjoints go through (`gemv_t`, `outer_products`, `axpy`) stays
//! as the loop leaves it.

use crate::rule::Unary;
use crate::scalar::Scalar;
use alloc::{vec, vec::Vec};

#[cfg(feature = "gemm")]
mod gemm;
mod matrix;
mod pairs;
mod real;
mod strong;
#[cfg(test)]
mod tests;
mod vector;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod x86;

#[doc(hidden)] // the operands of `gemm`
pub use matrix::MatrixView;
#[doc(hidden)] // what `Real` asks for, and for the benches by hand
pub use real::RealKernels;
#[doc(hidden)] // for the modes, and for windows, which push `P` by a product of their own
pub use strong::{add_strong_product, meets_zero};
#[doc(hidden)] // for loops of the modes over tangents and adjoints, and of the benches by hand
pub use vector::with_wide_vectors;
pub(crate) use vector::{function_with_wide_vectors, vector_function_with_wide_vectors};

/// Dense loops over a scalar; matrices are row-major.
///
/// The default methods serve any scalar, so `impl Kernels for Mine {}` is enough. `f64` and `f32` override them all. They are
/// for [`Dense`](crate::Dense) and the modes, and no public API: that is [`Array`](crate::Array).
pub trait Kernels: Sized {
    /// `y += A x` for `A` of `y.len()` rows and `x.len()` columns.
    #[doc(hidden)]
    fn gemv(a: &[Self], x: &[Self], y: &mut [Self])
    where
        Self: Scalar,
    {
        let mut primal = primals(y);
        <Self::Real as Kernels>::gemv(&primals(a), &primals(x), &mut primal);
        for (y, row) in y.iter_mut().zip(a.chunks_exact(x.len().max(1))) {
            *y += row.iter().zip(x).map(|(&a, &x)| a * x).sum();
        }
        replace_primals(y, &primal);
    }

    /// `y += A^T x` for `A` of `x.len()` rows and `y.len()` columns.
    #[doc(hidden)]
    fn gemv_t(a: &[Self], x: &[Self], y: &mut [Self])
    where
        Self: Scalar,
    {
        for (&x, row) in x.iter().zip(a.chunks_exact(y.len().max(1))) {
            Self::axpy(x, row, y);
        }
    }

    /// `C = A B` (or `C += A B`), `C` row-major.
    #[doc(hidden)]
    fn gemm(a: MatrixView<'_, Self>, b: MatrixView<'_, Self>, c: &mut [Self], accumulate: bool)
    where
        Self: Scalar,
    {
        let mut primal = primals(c);
        let (a_primal, b_primal) = (primals(a.numbers), primals(b.numbers));
        <Self::Real as Kernels>::gemm(a.over(&a_primal), b.over(&b_primal), &mut primal, accumulate);
        matrix::gemm_loops(a, b, c, accumulate);
        replace_primals(c, &primal);
    }

    /// `C = sum_k u_k x_k^T` (or `C += ..`) for pairs `(u_k, x_k)`, `C` row-major: what [`gemm`](Self::gemm)
    /// computes, without a need for the `u_k` and `x_k` to lie together.
    #[doc(hidden)]
    fn outer_products(pairs: &[(&[Self], &[Self])], c: &mut [Self], accumulate: bool)
    where
        Self: Scalar,
    {
        matrix::outer_product_loops(pairs, c, accumulate);
    }

    /// `sum x_i y_i`.
    #[doc(hidden)]
    fn dot(x: &[Self], y: &[Self]) -> Self
    where
        Self: Scalar,
    {
        let primal = <Self::Real as Kernels>::dot_of(x, y, |x| x.primal());
        x.iter().zip(y).map(|(&x, &y)| x * y).sum::<Self>().with_primal(primal)
    }

    /// [`dot`](Self::dot) of the numbers in other elements, rounded as that is.
    #[doc(hidden)]
    fn dot_of<A>(x: &[A], y: &[A], number: impl Fn(&A) -> Self) -> Self
    where
        Self: Scalar,
    {
        let numbers = |x: &[A]| x.iter().map(&number).collect::<Vec<_>>();
        Self::dot(&numbers(x), &numbers(y))
    }

    /// [`dot_of`](Self::dot_of) of elements with tangents in `N` directions, and the tangent of that, `sum y_i dx_i + x_i dy_i`,
    /// which is written to `along`.
    ///
    /// `moves` is asked about runs of neighbouring elements, which together are all of `x` and all of `y`, each exactly once (so
    /// it may collect something meanwhile). It answers whether any of them has a tangent other than 0; the terms of those
    /// that have none are left out.
    ///
    /// `None` if the tangent is not finite: an infinity or NaN may have met a zero, which is strong. And always for
    /// numbers other than `f64` and `f32`.
    #[doc(hidden)]
    fn dot_along<A, const N: usize>(
        _x: &[A],
        _y: &[A],
        _number: impl Fn(&A) -> Self,
        _tangent: impl Fn(&A) -> &[Self; N],
        _moves: impl Fn(&[A]) -> bool,
        _along: &mut [Self; N],
    ) -> Option<Self>
    where
        Self: Scalar,
    {
        None
    }

    /// `y += a x`.
    #[doc(hidden)]
    fn axpy(a: Self, x: &[Self], y: &mut [Self])
    where
        Self: Scalar,
    {
        for (y, &x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }

    /// `out = a x + b y`, rounded as the scalar expression is.
    #[doc(hidden)]
    fn axpby(a: Self, x: &[Self], b: Self, y: &[Self], out: &mut [Self])
    where
        Self: Scalar,
    {
        for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
            *out = a * x + b * y;
        }
    }

    /// `out = x y` elementwise.
    #[doc(hidden)]
    fn hadamard(x: &[Self], y: &[Self], out: &mut [Self])
    where
        Self: Scalar,
    {
        for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
            *out = x * y;
        }
    }

    /// Whether all of these are finite in every component.
    #[doc(hidden)]
    fn all_finite(x: &[Self]) -> bool
    where
        Self: Scalar,
    {
        x.iter().fold(true, |finite, x| finite & x.is_all_finite())
    }

    /// `y = f(x)` elementwise.
    #[doc(hidden)]
    fn map<R: Unary>(rule: R, x: &[Self], y: &mut [Self])
    where
        Self: Scalar,
    {
        let mut primal = vec![<Self::Real as num_traits::Zero>::zero(); x.len()];
        rule.values(&primals(x), &mut primal);
        for (y, &x) in y.iter_mut().zip(x) {
            *y = x.apply(rule);
        }
        replace_primals(y, &primal);
    }

    /// `y = f(x)` and `p = f'(x)` elementwise.
    #[doc(hidden)]
    fn map_with_partial<R: Unary>(rule: R, x: &[Self], y: &mut [Self], p: &mut [Self])
    where
        Self: Scalar,
    {
        Self::map(rule, x, y);
        for ((p, &y), &x) in p.iter_mut().zip(y.iter()).zip(x) {
            *p = rule.partial(x, y);
        }
    }
}

fn primals<S: Scalar>(x: &[S]) -> Vec<S::Real> {
    x.iter().map(|x| x.primal()).collect()
}

fn replace_primals<S: Scalar>(x: &mut [S], primal: &[S::Real]) {
    for (x, &p) in x.iter_mut().zip(primal) {
        *x = x.with_primal(p);
    }
}
