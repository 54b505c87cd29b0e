//! Where the arrays of a step lie: their values, and their adjoints.

use super::memory::Rooms;
use super::program::{Home, Place};
use super::sketch::{Node, Op, Sketch, Source};
use ad_core::Real;

/// What is found out about an array.
#[derive(Clone, Copy)]
pub(super) struct Array<R> {
    pub(super) source: Source,
    pub(super) entries: usize,
    /// Whether it depends on parameters.
    pub(super) variable: bool,
    /// How often it is an operand or the result.
    pub(super) uses: u32,
    /// Where its adjoint is, but for a factor.
    pub(super) home: Home,
    pub(super) factor: R,
    /// Where its adjoint is left for the end, if it is the result of an affine map.
    pub(super) credit: Home,
    /// Whether its adjoint holds something, on the way back.
    pub(super) touched: bool,
}

/// The arrays of a program that is being made.
pub(super) struct Layout<'a, R> {
    pub(super) sketch: &'a Sketch<R>,
    pub(super) arrays: Vec<Array<R>>,
    pub(super) next: Node,
    pub(super) steps: usize,
}

pub(super) const NOWHERE: Home = Home::MAX;

impl<'a, R: Real> Layout<'a, R> {
    pub(super) fn new(sketch: &'a Sketch<R>, next: Node, steps: usize) -> Self {
        let arrays = sketch.arrays.iter().map(|known| Array {
            source: known.source,
            entries: known.entries,
            variable: matches!(known.source, Source::Param(_) | Source::State),
            uses: 0,
            home: NOWHERE,
            factor: R::one(),
            credit: NOWHERE,
            touched: false,
        });
        let mut arrays: Vec<Array<R>> = arrays.collect();
        arrays[next as usize].uses = 1; // by the step after this one
        for op in &sketch.ops {
            let mut variable = false;
            op.operands(|node| {
                let array = &mut arrays[node as usize];
                array.uses += 1;
                variable |= array.variable;
            });
            if let Some(out) = op.out() {
                arrays[out as usize].variable = variable;
            }
        }
        Self { sketch, arrays, next, steps }
    }

    pub(super) fn array(&self, node: Node) -> Array<R> {
        self.arrays[node as usize]
    }

    /// Where values are: those that the way back needs, those that it does not, and which is which.
    pub(super) fn values(&self) -> (Rooms, Rooms, Vec<Place>) {
        let mut needed = vec![false; self.arrays.len()];
        let mut keep = |node: Node| needed[node as usize] = true;
        for op in &self.sketch.ops {
            match *op {
                Op::Affine { ref terms, .. } => {
                    terms.iter().filter(|&&[w, _]| self.array(w).variable).for_each(|&[_, x]| keep(x));
                }
                Op::Hadamard { x, y, .. } | Op::Dot { x, y, .. } => {
                    [(x, y), (y, x)]
                        .iter()
                        .filter(|&&(to, _)| self.array(to).variable)
                        .for_each(|&(_, p)| keep(p));
                }
                _ => {}
            }
        }
        let [mut kept, mut scratch] = [(); 2].map(|()| Rooms::new());
        let place = |(node, (array, &needed)): (Node, (&Array<R>, &bool))| match array.source {
            // The first state comes before that of the first step.
            Source::Op if node == self.next => Place::Kept(kept.push(array.entries, self.steps + 1)),
            Source::Op if needed => Place::Kept(kept.push(array.entries, self.steps)),
            Source::Op => Place::Scratch(scratch.push(array.entries, 1)),
            _ => Place::Outside,
        };
        let places = (0..).zip(self.arrays.iter().zip(&needed)).map(place).collect();
        (kept, scratch, places)
    }

    /// Where each step leaves something for the end: the adjoints of affine maps, and slopes, which become adjoints.
    pub(super) fn credits(&mut self) -> Rooms {
        let mut credits = Rooms::new();
        for op in &self.sketch.ops {
            if let Op::Map { x, .. } = *op {
                let x = &mut self.arrays[x as usize];
                let slopes = credits.push(x.entries, self.steps);
                // An adjoint that has no other part takes the place of the slopes.
                if x.uses == 1 && x.source == Source::Op {
                    x.home = slopes;
                }
            }
        }
        for op in &self.sketch.ops {
            if let Op::Affine { out, .. } = *op {
                let array = &mut self.arrays[out as usize];
                if array.home == NOWHERE {
                    let credit = credits.push(array.entries, self.steps);
                    if out == self.next {
                        array.credit = credit; // the adjoint comes from the step after this one
                        continue;
                    }
                    array.home = credit;
                }
                array.credit = array.home;
            }
        }
        credits
    }

    /// Where the other adjoints are, behind so many.
    ///
    /// One that is a multiple of another one needs no room of its own.
    pub(super) fn adjoints(&mut self, credits: usize) -> Rooms {
        let mut adjoints = Rooms::new();
        let mut room = |entries: usize| credits as Home + adjoints.push(entries, 1);
        let state = self.array(self.next).entries;
        self.arrays[self.next as usize].home = room(state);
        self.arrays[self.sketch.state as usize].home = room(state);
        // An affine map as a term: the adjoint of the sum is what that has to leave for the end.
        for op in &self.sketch.ops {
            if let Op::Axpby { a, x, b, y, out } = *op {
                for (a, x) in [(a, x), (b, y)] {
                    let (x, out) = (self.array(x), &mut self.arrays[out as usize]);
                    if a == R::one() && x.uses == 1 && x.credit != NOWHERE && out.home == NOWHERE {
                        out.home = x.credit;
                    }
                }
            }
        }
        // From the last result to the first: by then it is known where the adjoint of a sum is that has one as a term.
        for op in self.sketch.ops.iter().rev() {
            let Some(out) = op.out().filter(|&out| self.array(out).variable) else { continue };
            let array = &mut self.arrays[out as usize];
            if array.home == NOWHERE {
                array.home = room(array.entries);
            }
            let Array { home, factor, .. } = *array;
            if let Op::Axpby { a, x, b, y, .. } = *op {
                for (a, x) in [(a, x), (b, y)] {
                    let x = &mut self.arrays[x as usize];
                    if x.source == Source::Op && x.uses == 1 && x.home == NOWHERE {
                        (x.home, x.factor) = (home, a * factor);
                    }
                }
            }
        }
        adjoints
    }
}
