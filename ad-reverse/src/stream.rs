//! The stream of scalar records: the one module of this crate with `unsafe`.
//!
//! A record is written once per scalar operation, so its cost *is* the cost of reverse mode on scalar
//! code. Records lie back to back in chunks, without padding, partials first and a trailer of two
//! `u32` last, so that the stream can be read backwards:
//!
//! ```text
//! leaf    [0, LEAF]                         8 bytes
//! unary   [p, (i, UNARY)]                   16 bytes for f64
//! binary  [p, q, (i, j)]                    24 bytes for f64
//! block   [op, BLOCK]                       8 bytes; the operation itself stands in a list
//! ```
//!
//! # Why unsafe, and why it is sound
//!
//! Pushing to `Vec`s (one of partials, one of indices) costs two capacity checks and two lengths per
//! record; a raw cursor costs one. What soundness rests on:
//!
//! * `top..end` is the free part of the last chunk, a `Box<[MaybeUninit<u8>]>` that this stream owns
//!   and that does not move while it is the last; a record is written only after `end - top >=
//!   LARGEST` was checked, so writes stay inside.
//! * Reads and writes are unaligned ones of `T: Copy` and `u32`, so alignment never matters.
//! * Bytes below a chunk's `used` mark were written as whole records, and the reader walks back by
//!   exactly the size that each trailer says, so it reads each value as the type it was written with.
//! * Node indices inside the records are plain data: whoever uses one to address an adjoint is
//!   bounds-checked.

#![allow(unsafe_code, reason = "the raw cursor of the scalar tape; see the module's argument")]

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, size_of};
use std::ptr;

/// Marks in the place of a second index; node indices stay below them.
const UNARY: u32 = u32::MAX;
const BLOCK: u32 = u32::MAX - 1;
const LEAF: u32 = u32::MAX - 2;

/// The largest number of nodes that a recording can hold.
pub(crate) const MAX_NODES: u64 = LEAF as u64;

/// The first chunk fits into one page, later ones double up to the largest.
const FIRST_CHUNK: usize = 1 << 12;
const LARGEST_CHUNK: usize = 1 << 20;

/// One scalar operation, as the sweep sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<T> {
    Leaf,
    Unary(T, u32),
    Binary(T, u32, T, u32),
    Block(u32),
}

struct Chunk {
    bytes: Box<[MaybeUninit<u8>]>,
    used: usize,
}

/// The finished chunks of a stream and the free ones it keeps.
pub(crate) struct Stream<T> {
    chunks: Vec<Chunk>,
    /// How many of the chunks are in use; the others wait to be used again.
    active: usize,
    records: PhantomData<T>,
}

/// Where the next record goes: the free part of a stream's last chunk.
#[derive(Debug)]
pub(crate) struct Cursor<T> {
    top: Cell<*mut u8>,
    end: Cell<*mut u8>,
    records: PhantomData<T>,
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("chunks", &self.active).finish_non_exhaustive()
    }
}

impl<T: Copy> Cursor<T> {
    const TRAILER: usize = 2 * size_of::<u32>();
    const LARGEST: usize = 2 * size_of::<T>() + Self::TRAILER;

    pub(crate) const fn detached() -> Self {
        Self { top: Cell::new(ptr::null_mut()), end: Cell::new(ptr::null_mut()), records: PhantomData }
    }

    /// Whether the next record has to wait for [`Stream::grow`].
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        (self.end.get() as usize) - (self.top.get() as usize) < Self::LARGEST
    }

    /// Takes the state of another cursor, leaving it detached.
    pub(crate) fn take_from(&self, other: &Self) {
        self.top.set(other.top.replace(ptr::null_mut()));
        self.end.set(other.end.replace(ptr::null_mut()));
    }

    #[inline(always)]
    pub(crate) fn unary(&self, p: T, i: u32) {
        self.write(&[p], [i, UNARY]);
    }

    #[inline(always)]
    pub(crate) fn binary(&self, p: T, i: u32, q: T, j: u32) {
        self.write(&[p, q], [i, j]);
    }

    pub(crate) fn block(&self, op: u32) {
        self.write(&[], [op, BLOCK]);
    }

    pub(crate) fn leaf(&self) {
        self.write(&[], [0, LEAF]);
    }

    /// # Panics
    ///
    /// If the cursor is full: its owner was to grow the stream first.
    #[inline(always)]
    fn write(&self, partials: &[T], trailer: [u32; 2]) {
        assert!(!self.is_full(), "a record was written without room for it");
        let top = self.top.get();
        let size = size_of_val(partials);
        // SAFETY: the cursor is not full, so LARGEST >= size + TRAILER bytes from `top` on belong to
        // the stream's last chunk and nobody refers to them; the source is a distinct borrow.
        unsafe {
            ptr::copy_nonoverlapping(partials.as_ptr().cast::<u8>(), top, size);
            top.add(size).cast::<[u32; 2]>().write_unaligned(trailer);
            self.top.set(top.add(size + Self::TRAILER));
        }
    }
}

impl<T: Copy> Stream<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), active: 0, records: PhantomData }
    }

    /// The bytes of the chunks in use.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks[..self.active].iter().map(|chunk| chunk.bytes.len()).sum()
    }

    /// Closes the last chunk at `cursor` and points it at the next one.
    #[cold]
    pub(crate) fn grow(&mut self, cursor: &Cursor<T>) {
        self.close(cursor);
        if self.active == self.chunks.len() {
            let last = self.chunks.last().map_or(FIRST_CHUNK / 2, |chunk| chunk.bytes.len());
            let size = (2 * last).min(LARGEST_CHUNK).max(2 * Cursor::<T>::LARGEST);
            self.chunks.push(Chunk { bytes: Box::new_uninit_slice(size), used: 0 });
        }
        let bytes = self.chunks[self.active].bytes.as_mut_ptr_range();
        cursor.top.set(bytes.start.cast());
        cursor.end.set(bytes.end.cast());
        self.active += 1;
    }

    /// Notes how far the last chunk was written, and detaches the cursor.
    pub(crate) fn close(&mut self, cursor: &Cursor<T>) {
        if let Some(chunk) = self.active.checked_sub(1).map(|last| &mut self.chunks[last]) {
            let start = chunk.bytes.as_ptr() as usize;
            let top = cursor.top.get() as usize;
            assert!((start..=start + chunk.bytes.len()).contains(&top), "a cursor of another stream");
            chunk.used = top - start;
        }
        cursor.take_from(&Cursor::detached());
    }

    /// Forgets all records and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.active = 0;
    }

    /// Visits all records, last first.
    #[inline(always)]
    pub(crate) fn for_each_backwards(&self, mut visit: impl FnMut(Record<T>)) {
        for chunk in self.chunks[..self.active].iter().rev() {
            let mut top = chunk.used;
            while top > 0 {
                top -= Cursor::<T>::TRAILER;
                // SAFETY: `top` walks back over whole records below `used`, all initialised; each
                // trailer is followed (downwards) by as many partials as it says.
                let record = unsafe {
                    let base = chunk.bytes.as_ptr().cast::<u8>();
                    let [i, j] = base.add(top).cast::<[u32; 2]>().read_unaligned();
                    match j {
                        UNARY => {
                            top -= size_of::<T>();
                            Record::Unary(base.add(top).cast::<T>().read_unaligned(), i)
                        }
                        BLOCK => Record::Block(i),
                        LEAF => Record::Leaf,
                        _ => {
                            top -= 2 * size_of::<T>();
                            let [p, q] = base.add(top).cast::<[T; 2]>().read_unaligned();
                            Record::Binary(p, i, q, j)
                        }
                    }
                };
                visit(record);
            }
        }
    }
}
