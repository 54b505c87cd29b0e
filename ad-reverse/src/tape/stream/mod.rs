//! The stream of scalar records, read and written through raw pointers.
//!
//! A record is written once per scalar operation, so its cost *is* the cost of reverse mode on scalar
//! code. Records lie back to back in chunks, without padding, partials first and a trailer of two
//! `u32` last, so that the stream can be read backwards:
//!
//! ```text
//! leaves      [count, LEAVES]                       8 bytes; inputs, one after the other
//! sum         [i, j | FLAG]                         8 bytes; both partials are 1
//! difference  [i | FLAG, j | FLAG]                  8 bytes; the partials are 1 and -1
//! unary       [p, (i, UNARY)]                      16 bytes for f64
//! binary      [p, q, (i, j)]                       24 bytes for f64
//! the same    [p, (i | FLAG, UNARY)], [p, q, (i | FLAG, j)]; and the result is added to the node before
//! n-ary       [p.., i.., (count, NARY)]            12 bytes an operand, and 8
//! block       [op, BLOCK]                           8 bytes; the operation itself stands in a list
//! product     [product, PRODUCT]                    8 bytes; the operands stand in a list
//! ```
//!
//! So a sum of the last two nodes takes no record of its own: a term of `sum += w * x` is one record, of 24
//! bytes, and two nodes.
//!
//! # Why unsafe, and why it is sound
//!
//! Pushing to `Vec`s (one of partials, one of indices) costs two capacity checks and two lengths per
//! record; a raw cursor costs one. What soundness rests on:
//!
//! * From `top` to the chunk's end is the free part of the last chunk, a `Box<[MaybeUninit<u8>]>` that this stream owns
//!   and that does not move while it is the last; a record is written only after a check that it fits before
//!   the cursor's limit, which is never behind the chunk's end, so writes stay inside.
//! * In front of `top` there is always a trailer that may be read: that of the last record, or the header
//!   that every chunk starts with and a detached cursor points behind.
//! * Reads and writes are unaligned ones of `T: Copy` and `u32`, so alignment never matters.
//! * Bytes below a chunk's `used` mark were written as whole records, and the reader walks back by
//!   exactly the size that each trailer says, so it reads each value as the type it was written with.
//!   The marks cannot be mistaken for one another: node indices stay below [`MAX_NODES`]. That is for the caller to see to, as
//!   `append.rs` does: an operand is a live node of a recording that has no more of them. In debug builds it is looked at here.
//! * Node indices inside the records are plain data: whoever uses one to address an adjoint is
//!   bounds-checked.

#![allow(unsafe_code, reason = "the raw cursor of the scalar tape; see the module's argument")]

use crate::tape::pages::ask_for_large;
use crate::tape::prefetch::prefetch;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, size_of};

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::{Backwards, Long, Visit};
pub(crate) use write::{Cursor, Entry};

/// The bit that no node index has.
const FLAG: u32 = 1 << 31;
/// Marks in the place of a second index, above every flagged one.
const UNARY: u32 = u32::MAX;
const NARY: u32 = u32::MAX - 1;
const BLOCK: u32 = u32::MAX - 2;
const PRODUCT: u32 = u32::MAX - 3;
const START: u32 = u32::MAX - 4;
/// What no record has: the reader's own mark, for a place between two of them.
const PAUSE: u32 = u32::MAX - 5;
const LEAVES: u32 = u32::MAX - 6;

/// The largest number of nodes that a recording can hold. The unit tests reach it.
pub(crate) const MAX_NODES: u64 = if cfg!(test) { 3 << 20 } else { (LEAVES & !FLAG) as u64 };
const _: () = assert!(((MAX_NODES - 1) as u32 | FLAG) < LEAVES, "an index would be taken for a mark");

/// The first chunk fits into one page, later ones double up to the largest: the last one may be almost empty, and that
/// should be little memory beside a long recording's.
const FIRST_CHUNK: usize = 1 << 12;
const LARGEST_CHUNK: usize = 1 << 16;

/// So much of a stream stays in a near cache between writing and reading. The unit tests have longer streams.
const NEAR: usize = if cfg!(test) { LARGEST_CHUNK } else { 1 << 21 };
/// Beyond that it is written and read in stretches, before each of which the one after it is asked for.
pub(crate) const STRETCH: usize = 1 << 10;

const TRAILER: usize = 2 * size_of::<u32>();

/// A trailer as one word.
const fn word([i, j]: [u32; 2]) -> u64 {
    let ([a, b, c, d], [e, f, g, h]) = (i.to_ne_bytes(), j.to_ne_bytes());
    u64::from_ne_bytes([a, b, c, d, e, f, g, h])
}

/// The parts of [`word`].
const fn halves(word: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = word.to_ne_bytes();
    [u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h])]
}

/// What stands at the start of a chunk, like a trailer.
static HEADER: [u32; 2] = [0, START];

struct Chunk {
    bytes: Box<[MaybeUninit<u8>]>,
    /// The length of its header and records.
    used: usize,
}

/// The finished chunks of a stream and the free ones it keeps.
pub(crate) struct Stream<T> {
    chunks: Vec<Chunk>,
    /// How many of the chunks are in use; the others wait to be used again.
    active: usize,
    /// The length of those in use.
    len: usize,
    records: PhantomData<T>,
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("chunks", &self.active).finish_non_exhaustive()
    }
}

impl<T: Copy> Stream<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), active: 0, len: 0, records: PhantomData }
    }

    /// Makes room behind `cursor`: in the last chunk, if a stretch of it has ended, else in the next one, which has
    /// room for `size` bytes. What is made may be less than that, but never nothing.
    #[cold]
    pub(crate) fn grow(&mut self, cursor: &Cursor<T>, size: usize) {
        if self.next_stretch(cursor) {
            return;
        }
        self.close(cursor); // which also says what of a chunk was used: one that is taken again is closed before it is read
        let size = TRAILER + size.max(Entry::<T>::SHORT);
        // Free chunks that are too small are given up.
        while self.chunks.get(self.active).is_some_and(|chunk| chunk.bytes.len() < size) {
            self.chunks.remove(self.active);
        }
        if self.active == self.chunks.len() {
            let last = self.chunks.last().map_or(FIRST_CHUNK / 2, |chunk| chunk.bytes.len());
            let size = (2 * last).min(LARGEST_CHUNK).max(size);
            self.chunks.push(Chunk { bytes: Box::new_uninit_slice(size), used: 0 });
        }
        let bytes = &mut self.chunks[self.active].bytes;
        let (top, end) = (bytes.as_mut_ptr().cast::<u8>(), limit_of::<T>(bytes));
        // SAFETY: the chunk is longer than a header.
        unsafe {
            top.cast::<[u32; 2]>().write_unaligned(HEADER);
            cursor.top.set(top.add(TRAILER));
        }
        if self.len < NEAR {
            cursor.limit.set(end.min(top as usize + (NEAR - self.len)));
        } else {
            cursor.limit.set(end.min(top as usize + STRETCH));
            prefetch(top, 2 * STRETCH);
        }
        self.len += bytes.len();
        self.active += 1;
    }

    /// Goes on with the last chunk, if `cursor` is at the end of a stretch of it; returns whether it is.
    fn next_stretch(&self, cursor: &Cursor<T>) -> bool {
        let limit = cursor.limit.get();
        let Some(last) = self.chunks[..self.active].last().filter(|_| limit != 0) else {
            return false; // a cursor that is detached is at the end of none
        };
        let end = limit_of::<T>(&last.bytes);
        if limit >= end {
            return false;
        }
        cursor.limit.set(end.min(limit + STRETCH));
        prefetch(cursor.top.get().wrapping_add(STRETCH), STRETCH);
        true
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

    /// The size of all records, up to `cursor` if it is not detached. The headers of chunks are none: where a chunk
    /// ends depends on what was recorded before.
    pub(crate) fn bytes(&self, cursor: &Cursor<T>) -> usize {
        let Some((last, full)) = self.chunks[..self.active].split_last() else { return 0 };
        let last = match cursor.limit.get() {
            0 => last.used,
            _ => cursor.top.get() as usize - last.bytes.as_ptr() as usize,
        };
        full.iter().map(|chunk| chunk.used).sum::<usize>() + last - self.active * TRAILER
    }

    /// The memory of all chunks, with records or without.
    pub(crate) fn held(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes.len()).sum()
    }

    /// Forgets all records and keeps the memory; that of a long stream in one piece, where it can have large pages.
    pub(crate) fn clear(&mut self) {
        if self.len > NEAR && self.len >= 2 * self.chunks[0].bytes.len() {
            self.chunks.clear(); // first, so that not both are there at once
            let mut bytes = Box::new_uninit_slice(self.len);
            ask_for_large(&mut bytes);
            self.chunks.push(Chunk { bytes, used: 0 });
        }
        (self.active, self.len) = (0, 0);
    }

    /// A reader at the end of the stream.
    pub(crate) fn backwards(&self) -> Backwards<'_, T> {
        let chunks = &self.chunks[..self.active];
        let is_far = chunks.iter().map(|chunk| chunk.used).sum::<usize>() > NEAR;
        Backwards::new(chunks, is_far)
    }
}

/// The first address in a chunk at which the longest short record no longer fits.
fn limit_of<T: Copy>(chunk: &[MaybeUninit<u8>]) -> usize {
    chunk.as_ptr() as usize + chunk.len() - Entry::<T>::SHORT + 1
}
