//! Matrix products by the `gemm` crate.
//!
//! # Why unsafe, and why it is sound
//!
//! The crate takes raw pointers and strides. Before each call every operand's last element is shown
//! to lie inside its slice ([`assert_covers`]), so all elements that the strides reach do; the result
//! is an exclusive borrow, so it cannot overlap an operand.

#![allow(unsafe_code, reason = "the gemm crate takes pointers; see the module's argument")]

use super::MatrixView;
use super::vector::lane::Lane;

/// `C = A B`, or `C += A B`; see [`Kernels::gemm`](super::Kernels::gemm).
pub(super) fn product<T: Lane>(a: MatrixView<'_, T>, b: MatrixView<'_, T>, c: &mut [T], accumulate: bool) {
    let [m, k, n] = a.product_shape(b);
    assert_covers(a);
    assert_covers(b);
    assert_covers(MatrixView::new(c, [m, n]));
    let ([ar, ac], [br, bc]) = (a.strides, b.strides);
    let keep = T::from(if accumulate { 1.0 } else { 0.0 });
    // SAFETY: all elements of all operands lie inside their slices, as just asserted, and `c` is borrowed exclusively.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            accumulate,
            a.numbers.as_ptr(),
            ac as isize,
            ar as isize,
            b.numbers.as_ptr(),
            bc as isize,
            br as isize,
            keep,
            T::from(1.0),
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// # Panics
///
/// If a matrix of this shape and these strides reaches past its numbers.
fn assert_covers<T>(matrix: MatrixView<'_, T>) {
    let MatrixView { numbers, shape: [rows, cols], strides: [row, col] } = matrix;
    let last = |count: usize, stride: usize| count.checked_sub(1).and_then(|last| last.checked_mul(stride));
    let (Some(i), Some(j)) = (last(rows, row), last(cols, col)) else {
        assert!(rows == 0 || cols == 0, "strides ({row}, {col}) overflow");
        return;
    };
    let covers = i.checked_add(j).is_some_and(|last| last < numbers.len());
    assert!(
        covers,
        "{} elements do not hold a {rows} x {cols} matrix with strides ({row}, {col})",
        numbers.len()
    );
}
