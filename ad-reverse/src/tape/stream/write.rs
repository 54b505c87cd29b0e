//! Writing a stream: records, and the cursor that says where the next one goes.

#![allow(unsafe_code, reason = "the raw cursor of the scalar tape; see the argument of `stream`")]

use super::{BLOCK, FLAG, HEADER, LEAVES, NARY, PRODUCT, TRAILER, UNARY, halves, word};
use crate::tape::hints::unlikely;
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::size_of;
use std::ptr;

/// Whether an index is that of a node: it has no [`FLAG`] yet, and is no mark if it gets one.
const fn is_node(index: u32) -> bool {
    index < LEAVES & !FLAG
}

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
    pub(super) const SHORT: usize = 2 * size_of::<T>() + TRAILER;

    pub(super) const fn leaves(count: u32) -> Self {
        Self { partials: &[], nodes: &[], trailer: [count, LEAVES] }
    }

    pub(crate) const fn sum(i: u32, j: u32) -> Self {
        debug_assert!(is_node(i) && is_node(j));
        Self { partials: &[], nodes: &[], trailer: [i, j | FLAG] }
    }

    pub(crate) const fn difference(i: u32, j: u32) -> Self {
        debug_assert!(is_node(i) && is_node(j));
        Self { partials: &[], nodes: &[], trailer: [i | FLAG, j | FLAG] }
    }

    pub(crate) const fn unary(p: &'a [T; 1], i: u32) -> Self {
        debug_assert!(is_node(i));
        Self { partials: p, nodes: &[], trailer: [i, UNARY] }
    }

    pub(crate) const fn binary(p: &'a [T; 2], i: u32, j: u32) -> Self {
        debug_assert!(is_node(i) && is_node(j));
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

/// Where the next record goes: the free part of a stream's last chunk.
#[derive(Debug)]
pub(crate) struct Cursor<T> {
    pub(super) top: Cell<*mut u8>,
    /// The first address at which the longest short record no longer fits, or a stretch ends before.
    pub(super) limit: Cell<usize>,
    records: PhantomData<T>,
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

    /// Whether a record of `size` bytes fits before [`Stream::grow`](super::Stream::grow).
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
