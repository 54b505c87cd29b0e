//! How the result of a block operation depends on its operands: transposed linear maps.

mod pull;
mod push;

use crate::blocks::affine::Term;
use crate::blocks::{Kept, Slot};
use ad_core::Scalar;

/// How a result depends on an operand; the exceptions are named in [`blocks`](crate::blocks).
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
