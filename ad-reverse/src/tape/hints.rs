//! What the compiler is told of the code that runs for every record.
//!
//! A record takes so few instructions that a jump, or the place of a loop in memory, is a large part of its cost.
//!
//! # Why unsafe, and why it is sound
//!
//! [`align`] is a directive for the assembler. What it adds to the program is instructions that do nothing.

#![allow(unsafe_code, reason = "a directive for the assembler; see the module's argument")]

#[cold]
#[inline(always)]
const fn cold() {}

/// `condition`, which seldom holds: the code for when it does not runs straight on.
#[inline(always)]
pub(crate) const fn unlikely(condition: bool) -> bool {
    if condition {
        cold();
    }
    condition
}

/// Puts the code that follows at the same place within a line of the cache in every program.
///
/// Functions start at any multiple of 16 bytes. The sweep of a gradient of Rosenbrock's function takes 1.3 times as long
/// where its loops are 16 bytes further on than here; which of the two it is would depend on all code that is linked before.
#[inline(always)]
pub(crate) fn align() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: there is no instruction but `nop`.
    unsafe {
        core::arch::asm!(".p2align 6", ".nops 16", options(nomem, nostack, preserves_flags));
    }
}
