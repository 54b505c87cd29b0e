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
//! * `top..end` is the free part of the last chunk, a `Box<[MaybeUninit<u8>]>` that this stream owns
//!   and that does not move while it is the last; a record is written only after a check that it fits before
//!   the cursor's limit, which is never behind the chunk's, so writes stay inside.
//! * In front of `top` there is always a trailer that may be read: that of the last record, or the header
//!   that every chunk starts with and a detached cursor points behind.
//! * Reads and writes are unaligned ones of `T: Copy` and `u32`, so alignment never matters.
//! * Bytes below a chunk's `used` mark were written as whole records, and the reader walks back by
//!   exactly the size that each trailer says, so it reads each value as the type it was written with.
//!   The marks cannot be mistaken for one another: node indices stay below [`MAX_NODES`].
//! * Node indices inside the records are plain data: whoever uses one to address an adjoint is
//!   bounds-checked.

#![allow(unsafe_code, reason = "the raw cursor of the scalar tape; see the module's argument")]

use crate::hints::{align, unlikely};
use crate::pages::ask_for_large;
use crate::prefetch::prefetch;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, size_of};
use std::ptr;

#[cfg(test)]
mod tests;

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

/// What is done with each scalar record; a method each, so that the kind is looked at once.
///
/// `added` says that the next node, the record's second, is the sum of its first and the one before.
pub(crate) trait Visit<T> {
    /// Inputs.
    fn leaves(&mut self, count: usize);
    /// `x_i + x_j`.
    fn sum(&mut self, i: u32, j: u32);
    /// `x_i - x_j`.
    fn difference(&mut self, i: u32, j: u32);
    /// A function of `x_i` with partial `p`.
    fn unary(&mut self, p: T, i: u32, added: bool);
    /// A function of `x_i` and `x_j` with partials `p` and `q`.
    fn binary(&mut self, p: T, i: u32, q: T, j: u32, added: bool);
    /// The start of a stretch of records: a time to ask for the memory that they will need.
    fn look_ahead(&self) {}
}

/// A record that is longer than a few instructions. These are no visits, because a call between them
/// would force whatever the visitor has at hand into memory, for every record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Long<'a, T> {
    /// A block operation.
    Block(u32),
    /// A dot product.
    Product(u32),
    /// A function of any number of variables.
    Nary(Operands<'a, T>),
    /// No record, but the end of a chunk or a stretch: a time to look at how the visits go.
    Pause,
}

/// The operands of an n-ary record, each with its partial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operands<'a, T> {
    partials: &'a [MaybeUninit<u8>],
    nodes: &'a [MaybeUninit<u8>],
    records: PhantomData<T>,
}

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

/// Where the next record goes: the free part of a stream's last chunk.
#[derive(Debug)]
pub(crate) struct Cursor<T> {
    top: Cell<*mut u8>,
    /// The first address at which the longest short record no longer fits, or a stretch ends before.
    limit: Cell<usize>,
    records: PhantomData<T>,
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("chunks", &self.active).finish_non_exhaustive()
    }
}

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

/// A record of any kind, to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a, T> {
    partials: &'a [T],
    nodes: &'a [u32],
    trailer: [u32; 2],
}

impl<'a, T: Copy> Entry<'a, T> {
    /// The size of a unary record.
    pub(crate) const UNARY_SIZE: usize = size_of::<T>() + TRAILER;

    /// The size of a binary record, the longest that is written often.
    const SHORT: usize = 2 * size_of::<T>() + TRAILER;

    const fn leaves(count: u32) -> Self {
        Self { partials: &[], nodes: &[], trailer: [count, LEAVES] }
    }

    pub(crate) const fn sum(i: u32, j: u32) -> Self {
        Self { partials: &[], nodes: &[], trailer: [i, j | FLAG] }
    }

    pub(crate) const fn difference(i: u32, j: u32) -> Self {
        Self { partials: &[], nodes: &[], trailer: [i | FLAG, j | FLAG] }
    }

    pub(crate) const fn unary(p: &'a [T; 1], i: u32) -> Self {
        Self { partials: p, nodes: &[], trailer: [i, UNARY] }
    }

    pub(crate) const fn binary(p: &'a [T; 2], i: u32, j: u32) -> Self {
        Self { partials: p, nodes: &[], trailer: [i, j] }
    }

    pub(crate) const fn block(op: u32) -> Self {
        Self { partials: &[], nodes: &[], trailer: [op, BLOCK] }
    }

    pub(crate) const fn product(index: u32) -> Self {
        Self { partials: &[], nodes: &[], trailer: [index, PRODUCT] }
    }

    /// # Panics
    ///
    /// If there are not as many nodes as partials.
    pub(crate) const fn nary(partials: &'a [T], nodes: &'a [u32]) -> Self {
        assert!(partials.len() == nodes.len() && partials.len() < FLAG as usize, "one partial per node");
        Self { partials, nodes, trailer: [partials.len() as u32, NARY] }
    }

    #[inline(always)]
    pub(crate) const fn size(&self) -> usize {
        size_of_val(self.partials) + size_of_val(self.nodes) + TRAILER
    }
}

impl<T: Copy> Cursor<T> {
    pub(crate) const fn detached() -> Self {
        // Never written to: there is no room.
        let top = (&raw const HEADER).wrapping_add(1).cast::<u8>().cast_mut();
        Self { top: Cell::new(top), limit: Cell::new(0), records: PhantomData }
    }

    /// Takes the state of another cursor, leaving it detached.
    pub(crate) fn take_from(&self, other: &Self) {
        let Self { top, limit, .. } = Self::detached();
        self.top.set(other.top.replace(top.get()));
        self.limit.set(other.limit.replace(limit.get()));
    }

    /// Whether a record of `size` bytes fits before [`Stream::grow`].
    #[inline(always)]
    pub(crate) fn has_room(&self, size: usize) -> bool {
        let (top, limit) = (self.top.get() as usize, self.limit.get());
        // For a short record, whose size is known when this is compiled, one compare.
        if size <= Entry::<T>::SHORT {
            top < limit
        } else {
            limit.saturating_sub(top) > size - Entry::<T>::SHORT
        }
    }

    /// Writes a record of so many inputs, or adds them to the last record.
    ///
    /// # Panics
    ///
    /// If there is no room for a short record.
    pub(crate) fn leaves(&self, count: u32) {
        match halves(self.last()) {
            // SAFETY: a record of inputs has nothing but its trailer, and stays one.
            [before, LEAVES] => unsafe { self.replace_last(word([before + count, LEAVES])) },
            _ => self.write(Entry::leaves(count)),
        }
    }

    /// Adds to the last record, if that can be, that its node is then added to the node before; returns
    /// whether it could. If so, the last record is unary or binary, so its node is not the first.
    #[inline(always)]
    pub(crate) fn add_to_node_before(&self) -> bool {
        let last = self.last();
        if unlikely(last & word([FLAG, FLAG]) != 0) && last & word([FLAG, u32::MAX]) != word([0, UNARY]) {
            return false;
        }
        // SAFETY: the record is unary or binary and stays so.
        unsafe { self.replace_last(last | word([FLAG, 0])) }
        true
    }

    /// The last trailer, as one word: it may just have been written as one.
    #[inline(always)]
    fn last(&self) -> u64 {
        // SAFETY: a trailer stands in front of `top`.
        unsafe { self.top.get().sub(TRAILER).cast::<u64>().read_unaligned() }
    }

    /// Replaces the last trailer.
    ///
    /// # Safety
    ///
    /// It is a record's and not a header, and with the new one the record has the same parts.
    #[inline(always)]
    unsafe fn replace_last(&self, trailer: u64) {
        // SAFETY: the last record was written to the last chunk, which belongs to the stream.
        unsafe { self.top.get().sub(TRAILER).cast::<u64>().write_unaligned(trailer) }
    }

    /// Writes a record.
    ///
    /// # Panics
    ///
    /// If there is no room for it.
    #[inline(always)]
    pub(crate) fn write(&self, entry: Entry<'_, T>) {
        assert!(self.has_room(entry.size()), "a record was written without room for it");
        let Entry { partials, nodes, trailer } = entry;
        let (top, partials_size, nodes_size) = (self.top.get(), size_of_val(partials), size_of_val(nodes));
        // SAFETY: `entry.size()` bytes from `top` on belong to the stream's last chunk and nobody refers
        // to them; the sources are distinct borrows.
        unsafe {
            ptr::copy_nonoverlapping(partials.as_ptr().cast::<u8>(), top, partials_size);
            ptr::copy_nonoverlapping(nodes.as_ptr().cast::<u8>(), top.add(partials_size), nodes_size);
            top.add(partials_size + nodes_size).cast::<[u32; 2]>().write_unaligned(trailer);
            self.top.set(top.add(entry.size())); // last, so that the compiler knows it in what comes next
        }
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
        self.close(cursor);
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
        Backwards { earlier: chunks, bytes: &[], is_far, stretch: 0, records: PhantomData }
    }
}

/// Reads the value that ends at `top` bytes from `base`, and moves `top` in front of it.
///
/// # Safety
///
/// Right in front of `top` a value of this type was written, at `base` or behind it.
#[inline(always)]
unsafe fn read_before<U: Copy>(base: *const u8, top: &mut usize) -> U {
    *top -= size_of::<U>();
    // SAFETY: it was written there, as the caller promises.
    unsafe { base.add(*top).cast::<U>().read_unaligned() }
}

/// The first address in a chunk at which the longest short record no longer fits.
fn limit_of<T: Copy>(chunk: &[MaybeUninit<u8>]) -> usize {
    chunk.as_ptr() as usize + chunk.len() - Entry::<T>::SHORT + 1
}

/// Reads a stream from its end.
#[derive(Clone, Copy)]
pub(crate) struct Backwards<'a, T> {
    earlier: &'a [Chunk],
    /// What is left of the chunk that is being read: its header and whole records, or nothing.
    bytes: &'a [MaybeUninit<u8>],
    /// Whether the stream is too long to be in a near cache.
    is_far: bool,
    /// How much of `bytes` is in front of the stretch that is being read.
    stretch: usize,
    records: PhantomData<T>,
}

impl<'a, T: Copy> Backwards<'a, T> {
    /// Visits the short records before the next long one or pause, which it returns; `None` at the start of
    /// the stream.
    #[inline(always)]
    pub(crate) fn next_long(&mut self, visit: &mut impl Visit<T>) -> Option<Long<'a, T>> {
        if self.is_far { self.next_long_from::<true>(visit) } else { self.next_long_from::<false>(visit) }
    }

    /// Takes the next record, if it is that of a block operation: one often follows another.
    #[inline]
    pub(crate) fn next_block(&mut self) -> Option<u32> {
        let (base, mut top) = (self.bytes.as_ptr().cast::<u8>(), self.bytes.len());
        if top == 0 {
            return None;
        }
        // SAFETY: `bytes` are a header and whole records, so they end with a trailer.
        let [mark, op] = unsafe { [read_before(base, &mut top), read_before(base, &mut top)] };
        if mark != BLOCK {
            return None;
        }
        self.bytes = &self.bytes[..top];
        Some(op)
    }

    /// [`next_long`](Self::next_long) with or without pauses at the ends of stretches; to look for them takes 3 % of the
    /// instructions of a sweep.
    #[inline(always)]
    fn next_long_from<const FAR: bool>(&mut self, visit: &mut impl Visit<T>) -> Option<Long<'a, T>> {
        if self.bytes.is_empty() {
            let (chunk, earlier) = self.earlier.split_last()?;
            self.bytes = &chunk.bytes[..chunk.used];
            self.earlier = earlier;
            self.stretch = chunk.used;
        }
        let base = self.bytes.as_ptr().cast::<u8>();
        let mut top = self.bytes.len();
        if FAR && top <= self.stretch {
            self.stretch = top.saturating_sub(STRETCH);
            prefetch(base.wrapping_add(self.stretch).wrapping_sub(STRETCH), STRETCH);
            visit.look_ahead();
        }
        let stretch = self.stretch;
        // SAFETY (of all that is read): `bytes` are a header and whole records, all initialised; `top` walks back over
        // whole records, of which each ends with a trailer that says which partials are before it, and stops at the header.
        let trailer = |top: &mut usize| {
            if FAR && *top <= stretch {
                return [0, PAUSE];
            }
            // SAFETY: as above. (Two numbers, not one of twice the size that would have to be parted.)
            let [j, i] = unsafe { [read_before(base, top), read_before(base, top)] };
            [i, j]
        };
        align();
        let [mut i, mut j] = trailer(&mut top);
        // The kinds that come often have a loop each, because a record often follows one of its kind: what they cost is
        // jumps.
        let mark = loop {
            while j < FLAG && i >= FLAG {
                // SAFETY: as above.
                let [p, q] = unsafe { read_before(base, &mut top) };
                visit.binary(p, i & !FLAG, q, j, true);
                [i, j] = trailer(&mut top);
            }
            while j < FLAG && i < FLAG {
                // SAFETY: as above.
                let [p, q] = unsafe { read_before(base, &mut top) };
                visit.binary(p, i, q, j, false);
                [i, j] = trailer(&mut top);
            }
            while j == UNARY {
                // SAFETY: as above.
                let p = unsafe { read_before(base, &mut top) };
                if i < FLAG {
                    visit.unary(p, i, false)
                } else {
                    visit.unary(p, i & !FLAG, true)
                }
                [i, j] = trailer(&mut top);
            }
            match j {
                ..FLAG => continue,
                FLAG..LEAVES if i < FLAG => visit.sum(i, j & !FLAG),
                FLAG..LEAVES => visit.difference(i & !FLAG, j & !FLAG),
                LEAVES => visit.leaves(i as usize),
                mark => break mark,
            }
            [i, j] = trailer(&mut top);
        };
        let (rest, long) = match mark {
            START => (&[][..], Long::Pause),
            PAUSE => (&self.bytes[..top], Long::Pause),
            NARY => {
                let (rest, nodes) = self.bytes[..top].split_at(top - i as usize * size_of::<u32>());
                let (rest, partials) = rest.split_at(rest.len() - i as usize * size_of::<T>());
                (rest, Long::Nary(Operands { partials, nodes, records: PhantomData }))
            }
            BLOCK => (&self.bytes[..top], Long::Block(i)),
            _ => (&self.bytes[..top], Long::Product(i)),
        };
        self.bytes = rest;
        Some(long)
    }
}

impl<T: Copy> Operands<'_, T> {
    /// All operands, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = (T, u32)> {
        let (partials, nodes) = (self.partials.as_ptr().cast::<T>(), self.nodes.as_ptr().cast::<u32>());
        (0..self.nodes.len() / size_of::<u32>()).map(move |k| {
            // SAFETY: the reader cut both slices to as many initialised values as the record has.
            unsafe { (partials.add(k).read_unaligned(), nodes.add(k).read_unaligned()) }
        })
    }
}
