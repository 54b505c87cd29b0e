//! Matrix products by the `gemm` crate.
//!
//! # Why unsafe, and why it is sound
//!
//! The crate takes raw pointers and strides. Before each call every operand's last element is shown
//! to lie inside its slice ([`assert_covers`]), so all elements that the strides reach do; the result
//! is an exclusive borrow, so it cannot overlap an operand.

#![allow(unsafe_code, reason = "the gemm crate takes pointers; see the module's argument")]

use super::Strides;
use super::vector::lane::Lane;

/// `C = A B`, or `C += A B`; see [`Kernels::gemm`](super::Kernels::gemm).
pub(super) fn product<T: Lane>(
    [m, k, n]: [usize; 3],
    a: &[T],
    (ar, ac): Strides,
    b: &[T],
    (br, bc): Strides,
    c: &mut [T],
    accumulate: bool,
) {
    assert_covers(a.len(), [m, k], (ar, ac));
    assert_covers(b.len(), [k, n], (br, bc));
    assert_covers(c.len(), [m, n], (n, 1));
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
            a.as_ptr(),
            ac as isize,
            ar as isize,
            b.as_ptr(),
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
/// If a matrix of this shape and these strides reaches past `len` elements.
fn assert_covers(len: usize, [rows, cols]: [usize; 2], (row, col): Strides) {
    let last = |count: usize, stride: usize| count.checked_sub(1).and_then(|last| last.checked_mul(stride));
    let (Some(i), Some(j)) = (last(rows, row), last(cols, col)) else {
        assert!(rows == 0 || cols == 0, "strides ({row}, {col}) overflow");
        return;
    };
    let covers = i.checked_add(j).is_some_and(|last| last < len);
    assert!(covers, "{len} elements do not hold a {rows} x {cols} matrix with strides ({row}, {col})");
}
