//! `ad-core` and `ad-forward` where there is no standard library.
//!
//! If any dependency brought `std` along, its panic handler would collide with the one here, and this would
//! not compile. Run, the program exits with the number of the first derivative that is wrong, or with 0.

#![no_std]
#![no_main]

extern crate alloc;

use ad_core::{Array, Scalar, Vector};
use ad_forward::{derivative, jacobian, jvp};
use alloc::vec;
use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_int;
use core::panic::PanicInfo;

#[link(name = "c")]
unsafe extern "C" {
    fn aligned_alloc(align: usize, size: usize) -> *mut u8;
    fn free(pointer: *mut u8);
    fn abort() -> !;
}

struct Libc;

// SAFETY: C's allocator keeps the promises that are asked for; the size is rounded up to the multiple of the
// alignment that `aligned_alloc` wants.
unsafe impl GlobalAlloc for Libc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the alignment is a power of two, and the size a multiple of it.
        unsafe { aligned_alloc(layout.align(), layout.pad_to_align().size()) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        // SAFETY: the pointer came from `alloc`.
        unsafe { free(pointer) }
    }
}

#[global_allocator]
static ALLOCATOR: Libc = Libc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: it takes nothing and does not return.
    unsafe { abort() }
}

/// What the precompiled `alloc` asks for to unwind; panics abort.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As `rust_eh_personality`.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}

fn is_close(x: f64, y: f64) -> bool {
    (x - y).abs() <= 1e-15 * y.abs()
}

#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const u8) -> c_int {
    let x = 0.7_f64;
    let third = derivative(|x| derivative(|x| derivative(|x| x.sin(), x), x), x);
    if !is_close(third, -Scalar::cos(x)) {
        return 1;
    }
    if !is_close(derivative(|x| x.erf(), x), Scalar::gaussian(x) * core::f64::consts::FRAC_2_SQRT_PI) {
        return 2;
    }
    if jacobian(|x| vec![x[0] * x[1], x[1]], &[2.0, 3.0]).as_slice() != [3.0, 2.0, 0.0, 1.0] {
        return 3;
    }
    // Arrays take the portable kernels.
    let (y, dy) = jvp(|x| x.dot(x), &Vector::from(vec![1.0, 2.0]), &Vector::from(vec![1.0, 10.0]));
    if (y, dy) != (5.0, 42.0) {
        return 4;
    }
    0
}
