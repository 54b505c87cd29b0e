//! How the result of a block operation depends on one of its operands: a transposed linear map.

mod pull;
mod push;

use crate::blocks::affine::Term;
use crate::blocks::{Blocks, Kept, Slot};
use ad_core::Scalar;

/// How a result depends on one operand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge<T: Scalar> {
    /// A term of an affine map.
    Affine(Term),
    /// `p x` elementwise: rules and products.
    Diagonal { x: u32, p: Kept },
    /// `a p x` elementwise, for a plain number; the two stay apart, so that each rounds as it does in an operation of its own.
    Mapped { x: u32, p: Kept, a: T::Real },
    /// `a x` for a plain number.
    Multiple { x: u32, a: T::Real },
    /// `s x`.
    Scaled { x: u32, s: T },
    /// `s x`, by the scalar `s`.
    Factor { node: u32, x: Kept },
    /// `-r[i]` everywhere in row `i`.
    MinusRows { r: u32, cols: usize },
    /// One number per row, with its partials.
    Rows { x: u32, partials: Kept },
    /// The softmax `y` of each row.
    Softmax { x: u32, y: Kept },
    /// From entry `to` on, the entries of `x` from `from` on, as many as there are in both: a slice, a part of a concatenation,
    /// another shape.
    Copied { x: u32, from: usize, to: usize },
    /// Rows and columns exchanged, of a matrix with `rows` rows.
    Transpose { x: u32, rows: usize },
    /// Entries that are scalar variables: a place in the list of those.
    Gather { from: u32 },
    /// A scalar, `p . x`.
    Contract { x: u32, p: Kept },
    /// A scalar, `2 p . (x - y)`: one edge for both, so that each number which they get is computed once.
    Distance { x: Slot, y: Slot, p: Kept },
    /// A scalar, the sum of all entries.
    Sum { x: u32 },
    /// A scalar, one entry.
    Pick { x: u32, index: usize },
}

impl<T: Scalar> Edge<T> {
    /// The memory of what is kept for the sweep. Weights are their owner's.
    pub(crate) fn bytes(&self, list: &Blocks<T>) -> usize {
        let numbers = match *self {
            Self::Affine(Term { of_w, x: kept, .. }) if of_w.get().is_some() => {
                list.kept(kept).as_slice().len()
            }
            Self::Diagonal { p: kept, .. }
            | Self::Mapped { p: kept, .. }
            | Self::Distance { p: kept, .. }
            | Self::Contract { p: kept, .. }
            | Self::Rows { partials: kept, .. }
            | Self::Softmax { y: kept, .. }
            | Self::Factor { x: kept, .. } => list.kept(kept).as_slice().len(),
            // The product of matrices keeps it as its weights, and it has no other owner.
            Self::Transpose { x, .. } => list.entries(x),
            Self::Gather { from } => list.gathered(from).len(),
            _ => 0,
        };
        numbers * size_of::<T>()
    }
}
