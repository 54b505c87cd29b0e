//! [`Storage`]: the memory of an array, shared by its clones and recycled after the last of them.
//!
//! Programs on arrays make many short-lived arrays of a few sizes, and between the operations of a small
//! network there are only tens of nanoseconds: asking the system's allocator for each array takes longer
//! than the arithmetic. So the block of memory under an array comes from a pool, and goes back there ([`pool`]).
//!
//! # Why unsafe, and why it is sound
//!
//! A reference-counted slice without the standard library's `Arc<[T]>`, because that cannot be taken
//! apart and used again.
//!
//! * A block is a [`Header`] and, behind it, room for at least as many bytes as were asked for.
//! * While a [`Storage`] lives, its block is counted by `owners`, and the first `len` elements behind the
//!   header are initialised values of `T`: every constructor writes them before it sets `len`. Elements
//!   are `Copy`, so nothing has to be dropped.
//! * Numbers are written only through `&mut Storage` while `owners` is 1. Nobody else can raise the count
//!   in that time, because that takes a reference to one of its owners. The count goes up and down as that
//!   of `Arc` does, with the same orderings, so what one thread did with a block happens before another
//!   one recycles it.
//! * The count does not wrap around: from `2^31` owners on a clone takes back what it added and panics, so there
//!   are never more beyond these than threads that are just doing so. (`Arc` aborts there, which `core` cannot.)
//! * What a block holds when it is taken counts as uninitialised, but for its first `written` bytes: those
//!   have been written as `f64` or `f32` and as nothing else since, so they are initialised, and any bytes
//!   are a number of these types. Whoever takes a block for elements of another type sets `written` to 0 before the
//!   first of them is written, for they may have bytes that are not initialised; and it is raised only when numbers
//!   have been written.

#![allow(unsafe_code, reason = "the allocator takes longer than an operation; see the module's argument")]

mod pool;

use core::any::TypeId;
use core::fmt;
use core::marker::PhantomData;
use core::mem::{align_of, size_of};
use core::ops::Deref;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU32, Ordering, fence};
use pool::{Header, acquire, acquire_like, release};

/// A slice of numbers that its clones share.
pub(super) struct Storage<T> {
    block: NonNull<Header>,
    numbers: PhantomData<T>,
}

// SAFETY: an owner gives out `&T` to all threads that have one, as `Arc<[T]>` does, under the same bounds.
unsafe impl<T: Send + Sync> Send for Storage<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Storage<T> {}

impl<T: Copy + 'static> Storage<T> {
    /// Whether any initialised bytes are a `T`, and stay initialised under one.
    #[inline(always)]
    fn is_plain() -> bool {
        TypeId::of::<T>() == TypeId::of::<f64>() || TypeId::of::<T>() == TypeId::of::<f32>()
    }

    /// Room for `len` numbers, none of which is there yet.
    #[inline]
    fn reserved(len: usize) -> Self {
        const { assert!(align_of::<T>() <= align_of::<Header>(), "elements are aligned no more than a header") };
        let bytes = len.checked_mul(size_of::<T>()).expect("an array of more bytes than there are addresses");
        Self::in_block(acquire(bytes))
    }

    /// Room for as many numbers as there are here, none of which is there yet.
    #[inline]
    fn reserved_like(&self) -> Self {
        Self::in_block(acquire_like(self.header()))
    }

    /// A block that is ours alone, and of which nothing but elements is going to be written.
    #[inline]
    fn in_block(mut block: NonNull<Header>) -> Self {
        if !Self::is_plain() {
            // SAFETY: nobody else has the block. Now, and not when all is written: there may be a panic before.
            unsafe { block.as_mut().written = 0 };
        }
        Self { block, numbers: PhantomData }
    }

    #[inline]
    fn first(&self) -> *mut T {
        // SAFETY: the header is followed by its block's room.
        unsafe { self.block.as_ptr().add(1).cast() }
    }

    /// # Safety
    ///
    /// The first `len` numbers have been written, and this is the only owner.
    #[inline]
    unsafe fn complete(mut self, len: usize) -> Self {
        // SAFETY: the block is ours alone, as the caller promises.
        let header = unsafe { self.block.as_mut() };
        header.len = len;
        if Self::is_plain() {
            header.written = header.written.max(len * size_of::<T>());
        }
        self
    }

    /// `len` times the same number.
    #[inline]
    pub(super) fn filled(len: usize, value: T) -> Self {
        Self::reserved(len).fill(len, value)
    }

    /// `len` numbers to be overwritten: `value`, or whatever a plain number's block holds.
    #[inline]
    pub(super) fn unspecified(len: usize, value: T) -> Self {
        Self::reserved(len).complete_anyhow(len, value)
    }

    /// As many numbers as there are here, to be overwritten.
    #[inline]
    pub(super) fn unspecified_like(&self, value: T) -> Self {
        self.reserved_like().complete_anyhow(self.len(), value)
    }

    /// Completes a block with room for `len` numbers, with `value` or whatever a plain number's block holds.
    #[inline]
    fn complete_anyhow(self, len: usize, value: T) -> Self {
        if Self::is_plain() && self.header().written >= len * size_of::<T>() {
            // SAFETY: so many bytes are initialised, and any bytes are a plain number.
            return unsafe { self.complete(len) };
        }
        self.fill(len, value)
    }

    /// Completes a block with room for `len` numbers.
    #[inline]
    fn fill(self, len: usize, value: T) -> Self {
        for i in 0..len {
            // SAFETY: there is room for `len` numbers, and nobody else has seen the block.
            unsafe { self.first().add(i).write(value) };
        }
        // SAFETY: all are written.
        unsafe { self.complete(len) }
    }

    /// A copy of these numbers.
    #[inline]
    pub(super) fn copied(numbers: &[T]) -> Self {
        Self::reserved(numbers.len()).complete_with(numbers)
    }

    /// A copy that is no clone: it has numbers of its own.
    #[inline]
    pub(super) fn copy(&self) -> Self {
        self.reserved_like().complete_with(self)
    }

    /// Completes a block with room for these numbers.
    #[inline]
    fn complete_with(self, numbers: &[T]) -> Self {
        // SAFETY: there is room for all of them, in a block that is not part of `numbers`.
        unsafe {
            ptr::copy_nonoverlapping(numbers.as_ptr(), self.first(), numbers.len());
            self.complete(numbers.len())
        }
    }

    /// The numbers of an iterator, at most `len`, and whether these were all and there were so many.
    pub(super) fn collected(len: usize, numbers: impl IntoIterator<Item = T>) -> (Self, bool) {
        let new = Self::reserved(len);
        let mut numbers = numbers.into_iter();
        let mut count = 0;
        for number in numbers.by_ref().take(len) {
            // SAFETY: `take` ends after `len` numbers, for which there is room.
            unsafe { new.first().add(count).write(number) };
            count += 1;
        }
        let exact = count == len && numbers.next().is_none();
        // SAFETY: `count` numbers are written, and nobody else has seen the block.
        (unsafe { new.complete(count) }, exact)
    }

    /// The numbers, to write to; copied first if there are other owners.
    #[inline(always)]
    pub(super) fn make_mut(&mut self) -> &mut [T] {
        if !self.is_unique() {
            self.unshare();
        }
        // SAFETY: all `len` numbers are initialised, and there is no other owner.
        unsafe { core::slice::from_raw_parts_mut(self.first(), self.len()) }
    }

    #[cold]
    #[inline(never)]
    fn unshare(&mut self) {
        *self = self.copy();
    }
}

impl<T> Storage<T> {
    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the block lives as long as an owner; its header is written to by a single owner alone.
        unsafe { self.block.as_ref() }
    }

    #[inline]
    fn is_unique(&self) -> bool {
        self.header().owners.load(Ordering::Acquire) == 1
    }

    /// Whether both are owners of one block.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.block == other.block
    }
}

impl<T> Deref for Storage<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        let header = self.header();
        // SAFETY: the first `len` elements behind the header are initialised.
        unsafe { core::slice::from_raw_parts(self.block.as_ptr().add(1).cast(), header.len) }
    }
}

impl<T> Clone for Storage<T> {
    #[inline]
    fn clone(&self) -> Self {
        let before = self.header().owners.fetch_add(1, Ordering::Relaxed);
        if before > i32::MAX as u32 {
            too_many(&self.header().owners);
        }
        Self { block: self.block, numbers: PhantomData }
    }
}

/// Refuses an owner that has been counted already, and counts it no longer.
#[cold]
#[inline(never)]
fn too_many(owners: &AtomicU32) -> ! {
    // Relaxed, as the addition: it is not an owner that ends, and the one that was to be cloned is still there.
    owners.fetch_sub(1, Ordering::Relaxed);
    panic!("too many clones of an array")
}

impl<T> Drop for Storage<T> {
    #[inline]
    fn drop(&mut self) {
        // A single owner needs no atomic change to know that it is the last one.
        if !self.is_unique() {
            if self.header().owners.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            fence(Ordering::Acquire);
        }
        // SAFETY: this was the last owner.
        unsafe { release(self.block) };
    }
}

impl<T: fmt::Debug> fmt::Debug for Storage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Storage<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests;
