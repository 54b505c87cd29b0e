//! Reading a stream from its end.

#![allow(unsafe_code, reason = "the raw cursor of the scalar tape; see the argument of `stream`")]

use super::{BLOCK, Chunk, FLAG, LEAVES, NARY, PAUSE, START, STRETCH, UNARY};
use crate::tape::hints::align;
use crate::tape::prefetch::prefetch;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, size_of};

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

impl<'a, T: Copy> Backwards<'a, T> {
    pub(super) fn new(chunks: &'a [Chunk], is_far: bool) -> Self {
        Self { earlier: chunks, bytes: &[], is_far, stretch: 0, records: PhantomData }
    }

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
