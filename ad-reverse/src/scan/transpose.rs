//! The way back through a step: how adjoints go from results to operands.

use super::layout::Layout;
use super::memory::Rooms;
use super::program::{Home, Pull, Target};
use super::sketch::{Node, Op, Source};
use ad_core::Real;

/// The way back, as it is found.
pub(super) struct Transpose<'a, R> {
    layout: Layout<'a, R>,
    pub(super) kept: Rooms,
    pub(super) adjoints: Rooms,
    /// How many adjoints come before those.
    credits: usize,
    pub(super) pulls: Vec<Pull<R>>,
    pub(super) copies: Vec<(u32, u32)>,
    pub(super) direct: Vec<(u32, u32)>,
    pub(super) products: Vec<(u32, u32, Node)>,
    pub(super) sums: Vec<(u32, u32)>,
}

impl<'a, R: Real> Transpose<'a, R> {
    pub(super) fn new(layout: Layout<'a, R>, kept: Rooms, adjoints: Rooms, credits: usize) -> Self {
        let pulls = Vec::with_capacity(2 * layout.sketch.ops.len());
        Self {
            layout,
            kept,
            adjoints,
            credits,
            pulls,
            copies: Vec::new(),
            direct: Vec::new(),
            products: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// Finds the way, from an adjoint of 1 of the loss; `None` if there is none.
    pub(super) fn find(&mut self, loss: u32) -> Option<()> {
        let sketch = self.layout.sketch;
        self.layout.arrays[self.layout.next as usize].touched = true;
        let mut weights = vec![R::zero(); sketch.scalars as usize];
        weights[loss as usize] = R::one();
        for op in sketch.ops.iter().rev() {
            match *op {
                Op::Plus { x, y, out } => {
                    let weight = weights[out as usize];
                    weights[x as usize] += weight;
                    weights[y as usize] += weight;
                }
                Op::By { slope, x, out, .. } => {
                    let weight = weights[out as usize];
                    weights[x as usize] += slope * weight;
                }
                Op::Dot { x, y, out } => self.dot(x, y, weights[out as usize]),
                _ => {}
            }
            let Some(out) =
                op.out().map(|out| self.layout.array(out)).filter(|out| out.variable && out.touched)
            else {
                continue;
            };
            match *op {
                Op::Affine { ref terms, bias, rows, .. } => {
                    if out.credit != out.home {
                        let to = Target { home: out.credit, first: true };
                        self.pulls.push(Pull::Multiple { out: out.home, a: R::one(), to });
                    }
                    terms.iter().try_for_each(|&term| self.term(term, rows, out.credit))?;
                    match self.layout.array(bias).source {
                        Source::Param(param) => self.sums.push((param, out.credit)),
                        Source::Constant(_) => {}
                        _ => return None,
                    }
                }
                Op::Axpby { a, x, b, y, .. } => {
                    for (a, x) in [(a, x), (b, y)] {
                        if self.layout.array(x).home == out.home {
                            self.layout.arrays[x as usize].touched = true; // it is there already
                        } else {
                            self.to(x, |to| Pull::Multiple { out: out.home, a: a * out.factor, to });
                        }
                    }
                }
                Op::Hadamard { x, y, .. } => {
                    self.to(x, |to| Pull::Diagonal { out: out.home, a: out.factor, p: y, to });
                    self.to(y, |to| Pull::Diagonal { out: out.home, a: out.factor, p: x, to });
                }
                Op::Map { slope, x, .. } => {
                    self.pulls.push(Pull::Slope { out: out.home, a: out.factor, slope });
                    if self.layout.array(x).home == slope {
                        self.layout.arrays[x as usize].touched = true;
                    } else {
                        self.to(x, |to| Pull::Multiple { out: slope, a: R::one(), to });
                    }
                }
                _ => {} // has a scalar result
            }
        }
        let state = self.layout.arrays.iter().find(|array| array.source == Source::State)?;
        if !state.touched {
            self.pulls.push(Pull::Nothing { to: state.home });
        }
        Some(())
    }

    fn dot(&mut self, x: Node, y: Node, weight: R) {
        if x == y {
            return self.to(x, |to| Pull::Values { a: weight + weight, p: x, to });
        }
        self.to(x, |to| Pull::Values { a: weight, p: y, to });
        self.to(y, |to| Pull::Values { a: weight, p: x, to });
    }

    /// A term `W x` of an affine map whose result has this credit.
    fn term(&mut self, [w, x]: [Node; 2], rows: usize, credit: Home) -> Option<()> {
        match self.layout.array(w).source {
            Source::Param(param) => {
                match self.layout.array(x).source {
                    Source::Param(_) | Source::Constant(_) => return None, // has no part for each step
                    Source::Input(k) if self.copies.iter().all(|&(copied, _)| copied != k) => {
                        self.copies
                            .push((k, self.kept.push(self.layout.array(x).entries, self.layout.steps)));
                    }
                    _ => {}
                }
                self.products.push((param, credit, x));
            }
            Source::Constant(_) => {}
            _ => return None,
        }
        self.to(x, |to| Pull::Weights { out: credit, w, rows, to });
        Some(())
    }

    /// Adds a part to an array's adjoint, if it has one; the first is written, and others are added.
    fn to(&mut self, node: Node, pull: impl FnOnce(Target) -> Pull<R>) {
        let array = &mut self.layout.arrays[node as usize];
        if !array.variable {
            return;
        }
        let mut first = !std::mem::replace(&mut array.touched, true);
        if let Source::Param(param) = array.source {
            if first {
                let room = self.adjoints.push(array.entries, 1);
                self.direct.push((param, room));
                array.home = (self.credits as u32) + room;
            }
            first = false; // what one step adds comes to what others do
        }
        let home = array.home;
        self.pulls.push(pull(Target { home, first }));
    }
}
