//! How a tangent passes an edge, forwards: the transpose of [`pull`](super::pull).

use super::Edge;
use crate::blocks::Blocks;
use crate::strong::{add, contract, times};
use ad_core::Scalar;
use ad_core::array::transposed_order;
use ad_core::rules::softmax_jacobian;

impl<T: Scalar> Edge<T> {
    /// Adds what the tangent of the operand, among those of scalar nodes and of arrays, means for that of an
    /// array result, to `out`; returns what it means for a scalar result.
    pub(crate) fn push(&self, list: &Blocks<T>, (nodes, blocks): (&[T], &[Vec<T>]), out: &mut [T]) -> T {
        let block = |op: u32| blocks[op as usize].as_slice();
        let kept = |place| list.kept(place).as_slice().iter();
        match *self {
            Self::Affine(term) => term.push(list, blocks, out),
            Self::Diagonal { x, p } => add(out, kept(p).zip(block(x)).map(|(&p, &dx)| times(p, dx))),
            Self::Mapped { x, p, a } => {
                let a = T::constant(a);
                add(out, kept(p).zip(block(x)).map(|(&p, &dx)| times(a, times(p, dx))));
            }
            Self::Multiple { x, a } => add(out, block(x).iter().map(|&dx| times(T::constant(a), dx))),
            Self::Scaled { x, s } => add(out, block(x).iter().map(|&dx| times(s, dx))),
            Self::Factor { node, x } => add(out, kept(x).map(|&x| times(x, nodes[node as usize]))),
            Self::MinusRows { r, cols } => {
                add(out, block(r).iter().flat_map(|&r| std::iter::repeat_n(-r, cols)));
            }
            Self::Rows { x, partials } => {
                let partials = list.kept(partials);
                let rows = partials.iter_rows().zip(block(x).chunks_exact(partials.cols().max(1)));
                add(out, rows.map(|(p, dx)| contract(p, dx)));
            }
            Self::Softmax { x, y } => {
                let y = list.kept(y);
                let rows = block(x).chunks_exact(y.cols()).zip(out.chunks_exact_mut(y.cols()));
                for (y, (dx, out)) in y.iter_rows().zip(rows) {
                    softmax_jacobian(y, |k| dx[k], times, |k, dy| out[k] += dy);
                }
            }
            Self::Copied { x, from, to } => add(&mut out[to..], block(x)[from..].iter().copied()),
            Self::Transpose { x, rows } => {
                let dx = block(x);
                add(out, transposed_order([rows, dx.len() / rows]).map(|i| dx[i]));
            }
            Self::Gather { from } => {
                for &(entry, node) in list.gathered(from) {
                    out[entry as usize] = nodes[node as usize];
                }
            }
            Self::Contract { x, p } => return contract(list.kept(p).as_slice(), block(x)),
            Self::Distance { x, y, p } => {
                let [dx, dy] = [x, y].map(|operand| operand.get().map(block));
                let entry = |tangent: Option<&[T]>, i: usize| tangent.map_or(T::zero(), |tangent| tangent[i]);
                let products = kept(p).enumerate().map(|(i, &p)| times(p, entry(dx, i) - entry(dy, i)));
                let half: T = products.sum();
                return half + half;
            }
            Self::Sum { x } => return block(x).iter().copied().sum(),
            Self::Pick { x, index } => return block(x)[index],
        }
        T::zero()
    }
}
