//! Blocks of memory under arrays, recycled: those that are no longer used wait in a pool of their thread, sorted
//! by size, at most [`POOL_BYTES`] of them. They are aligned for vector registers.
//!
//! # Why unsafe, and why it is sound
//!
//! A block is allocated and freed with the layout of its class, which its [`Header`] keeps. In the pool it has
//! no owner, and `next` links it to others. A pool belongs to one thread and frees its blocks when that ends; a
//! block that is released later goes back to the allocator. A block has at least the bytes that were asked for: those
//! are at most [`LARGEST`], and up to that no step on the way to a class overflows.

#![allow(unsafe_code, reason = "as in `storage`")]

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};
#[cfg(feature = "std")]
use core::cell::Cell;
use core::mem::{align_of, size_of};
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicU32;

/// How many bytes of unused blocks a thread keeps.
#[cfg(feature = "std")]
const POOL_BYTES: usize = 64 << 20;

/// Classes between one power of two and the next: a block is at most a sixteenth larger than asked for.
const STEPS: usize = 16;
/// One list of unused blocks for each class below `2^40` bytes.
const CLASSES: usize = 36 * STEPS;

/// The most bytes of a block, header included.
const LARGEST: usize = largest(usize::BITS) as usize;

/// The size of the last class whose blocks an `isize` of so many bits can count. The sizes of those behind it
/// would wrap around, to blocks without bytes at last.
const fn largest(bits: u32) -> u64 {
    let steps = 2 * STEPS as u64 - 1;
    let (last, counted) = ((CLASSES / STEPS - 1) as u32, bits - 1 - (STEPS.ilog2() + 1));
    steps << if counted < last { counted } else { last }
}

#[repr(C, align(32))]
pub(super) struct Header {
    pub(super) owners: AtomicU32,
    class: u32,
    /// How many elements of the array's type are initialised.
    pub(super) len: usize,
    /// How many bytes have been written as plain numbers, and as nothing else since.
    pub(super) written: usize,
    next: *mut Header,
}

/// The class of blocks for so many bytes, header included and at most [`LARGEST`], and how many bytes those have.
#[inline]
fn class_of(bytes: usize) -> (usize, usize) {
    let size = bytes.max(STEPS).next_multiple_of(STEPS);
    let shift = size.ilog2() - STEPS.ilog2();
    let steps = size.div_ceil(1 << shift); // STEPS ..= 2 STEPS
    (shift as usize * STEPS + steps - STEPS, steps << shift)
}

/// How many bytes the blocks of a class have.
#[inline]
fn size_of_class(class: usize) -> usize {
    (class % STEPS + STEPS) << (class / STEPS)
}

fn layout(class: usize) -> Layout {
    Layout::from_size_align(size_of_class(class), align_of::<Header>()).expect("a size that was allocated")
}

/// A block with room for so many bytes and one owner.
///
/// # Panics
///
/// If there are no blocks of so many bytes.
#[inline]
pub(super) fn acquire(bytes: usize) -> NonNull<Header> {
    assert!(bytes <= LARGEST - size_of::<Header>(), "an array of {bytes} bytes"); // first: see `LARGEST`
    let (class, size) = class_of(bytes + size_of::<Header>());
    acquire_of_class(class, size)
}

/// A block with as much room as another one, and one owner.
#[inline]
pub(super) fn acquire_like(other: &Header) -> NonNull<Header> {
    let class = other.class as usize;
    acquire_of_class(class, size_of_class(class))
}

#[inline]
fn acquire_of_class(class: usize, size: usize) -> NonNull<Header> {
    let block = from_pool(class, size).unwrap_or_else(|| allocate(class));
    // SAFETY: the block is nobody's yet, and its header is initialised.
    unsafe {
        let header = block.as_ptr();
        (*header).owners = AtomicU32::new(1);
        (*header).len = 0;
    }
    block
}

#[cold]
#[inline(never)]
fn allocate(class: usize) -> NonNull<Header> {
    let layout = layout(class);
    // SAFETY: no class has blocks without bytes.
    let block = unsafe { alloc(layout) };
    let Some(block) = NonNull::<Header>::new(block.cast()) else { handle_alloc_error(layout) };
    let owners = AtomicU32::new(1);
    // SAFETY: the block is new, and every class has room for a header.
    unsafe { block.write(Header { owners, class: class as u32, len: 0, written: 0, next: ptr::null_mut() }) };
    block
}

/// # Safety
///
/// The block has no owner.
#[inline]
pub(super) unsafe fn release(block: NonNull<Header>) {
    // SAFETY: the caller's promise, passed on.
    unsafe {
        if !to_pool(block) {
            free(block);
        }
    }
}

/// # Safety
///
/// The block has no owner and is in no pool.
#[cold]
#[inline(never)]
unsafe fn free(block: NonNull<Header>) {
    // SAFETY: it was allocated with the layout of its class.
    unsafe { dealloc(block.as_ptr().cast(), layout(block.as_ref().class as usize)) };
}

#[cfg(feature = "std")]
use of_thread::{from_pool, to_pool};

/// Without threads there is no pool.
#[cfg(not(feature = "std"))]
fn from_pool(_class: usize, _size: usize) -> Option<NonNull<Header>> {
    None
}

/// See [`from_pool`].
///
/// # Safety
///
/// None is needed.
#[cfg(not(feature = "std"))]
unsafe fn to_pool(_block: NonNull<Header>) -> bool {
    false
}

#[cfg(feature = "std")]
mod of_thread {
    use super::*;

    /// Blocks without owners, by their class.
    struct Pool {
        blocks: [Cell<*mut Header>; CLASSES],
        bytes: Cell<usize>,
    }

    std::thread_local! {
        static POOL: Pool =
            const { Pool { blocks: [const { Cell::new(ptr::null_mut()) }; CLASSES], bytes: Cell::new(0) } };
    }

    /// `f` with this thread's pool, inlined, which `try_with` is not; `None` if the thread is ending.
    #[inline(always)]
    fn with_pool<R>(f: impl FnOnce(&Pool) -> R) -> Option<R> {
        let pool = POOL.try_with(ptr::from_ref).ok()?;
        // SAFETY: the pool was alive just now, and nobody but this thread can end it, after `f` has returned;
        // the closure takes a reference of any lifetime, so it cannot keep it.
        Some(f(unsafe { &*pool }))
    }

    impl Pool {
        #[inline]
        fn take(&self, class: usize, size: usize) -> Option<NonNull<Header>> {
            let block = NonNull::new(self.blocks[class].get())?;
            // SAFETY: blocks in the pool are valid, and their `next` is what was there before them.
            self.blocks[class].set(unsafe { block.as_ref().next });
            self.bytes.set(self.bytes.get() - size);
            Some(block)
        }

        /// Whether there was room for the block.
        ///
        /// # Safety
        ///
        /// The block has no owner and is in no pool.
        #[inline]
        unsafe fn keep(&self, mut block: NonNull<Header>) -> bool {
            // SAFETY: nobody else has the block.
            let header = unsafe { block.as_mut() };
            let bytes = self.bytes.get() + size_of_class(header.class as usize);
            if bytes > POOL_BYTES {
                return false;
            }
            header.next = self.blocks[header.class as usize].replace(block.as_ptr());
            self.bytes.set(bytes);
            true
        }
    }

    impl Drop for Pool {
        fn drop(&mut self) {
            for blocks in &self.blocks {
                let mut next = blocks.replace(ptr::null_mut());
                while let Some(block) = NonNull::new(next) {
                    // SAFETY: blocks in the pool are valid and have no owner.
                    unsafe {
                        next = block.as_ref().next;
                        free(block);
                    }
                }
            }
        }
    }

    #[inline]
    pub(super) fn from_pool(class: usize, size: usize) -> Option<NonNull<Header>> {
        with_pool(|pool| pool.take(class, size)).flatten()
    }

    /// Whether the block has found a place.
    ///
    /// # Safety
    ///
    /// The block has no owner and is in no pool.
    #[inline]
    pub(super) unsafe fn to_pool(block: NonNull<Header>) -> bool {
        // SAFETY: the caller's promise, passed on.
        with_pool(|pool| unsafe { pool.keep(block) }) == Some(true)
    }

    /// How many bytes wait in this thread's pool.
    #[cfg(test)]
    pub(super) fn bytes() -> usize {
        POOL.with(|pool| pool.bytes.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_what_was_asked_for_and_little_more() {
        let mut last = 0;
        for bytes in (32..5000).chain([1 << 20, (1 << 20) + 1, (1 << 30) - 1, 1 << 30]) {
            let (class, size) = class_of(bytes);
            assert!(size >= bytes && size <= bytes + bytes / STEPS + STEPS, "{size} bytes for {bytes}");
            assert_eq!(size_of_class(class), size, "class {class}, for {bytes}");
            assert!(class >= last && class < CLASSES);
            last = class;
        }
    }

    #[test]
    fn the_largest_block_is_the_last_that_can_be_counted() {
        for bits in [32, 64].into_iter().filter(|&bits| bits <= usize::BITS) {
            let (most, counted) = (largest(bits) as usize, usize::MAX >> (usize::BITS - bits + 1));
            let (class, size) = class_of(most);
            assert!(class < CLASSES && size == most && size <= counted, "{bits} bits: {size} bytes");
            let (class, size) = class_of(most + 1);
            assert!(class >= CLASSES || size > counted, "{bits} bits: {size} bytes are left out");
        }
    }

    /// On 32 bits the size of the class above `31 << 27` bytes wraps around to 0.
    #[test]
    fn more_bytes_than_the_largest_block_has_are_refused() {
        let more = LARGEST - size_of::<Header>() + 1;
        for bytes in [more, LARGEST, (31 << (usize::BITS - 5)) + 1, isize::MAX as usize, usize::MAX] {
            let message = std::panic::catch_unwind(|| acquire(bytes)).unwrap_err().downcast::<String>();
            assert_eq!(*message.unwrap(), format!("an array of {bytes} bytes"));
        }
    }

    #[cfg(feature = "std")] // without it blocks go back to the allocator
    #[test]
    fn the_pool_is_bounded() {
        let blocks: Vec<_> = (0..10).map(|_| acquire(POOL_BYTES / 8)).collect();
        for block in blocks {
            // SAFETY: nobody else has the block.
            unsafe { release(block) };
        }
        assert!(of_thread::bytes() <= POOL_BYTES);
    }
}
