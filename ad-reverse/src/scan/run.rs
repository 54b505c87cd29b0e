//! A program, run over all steps and back.

use super::backward;
use super::forward::Forward;
use super::memory::{A_PART_FOR_EACH, Parts, Room, parts};
use super::program::{Place, Program};
use super::sketch::{Node, Source};
use crate::blocks::weights::WAITING;
use ad_core::kernels::MatrixView;
use ad_core::{Dense, Real};
use smallvec::SmallVec;

/// What a program is run on.
pub(super) struct Data<'a, R, const RANK: usize> {
    pub(super) params: &'a [Dense<R, 2>],
    pub(super) start: &'a [R],
    /// All steps' of each input.
    pub(super) inputs: &'a [&'a [Dense<R, RANK>]],
}

impl<R: Real> Program<R> {
    /// The sum of the losses, and the gradient by each parameter; `None` for one that nothing depends on.
    pub(super) fn value_and_grad<const RANK: usize>(
        &self,
        data: &Data<'_, R, RANK>,
    ) -> (R, Vec<Option<Dense<R, 1>>>) {
        let memory = |len: usize| Dense::<R, 1>::overwritten([len], R::zero(), |_| ());
        let [mut kept, mut credits] = [self.kept.len, self.credits.len].map(memory);
        let value = self.forward(data, kept.as_mut_slice(), credits.as_mut_slice());
        let gradients = self.backward(data, kept.as_slice(), credits.as_mut_slice());
        (value, self.gradients(data, (kept.as_slice(), credits.as_slice()), gradients))
    }

    fn forward<const RANK: usize>(&self, data: &Data<'_, R, RANK>, kept: &mut [R], credits: &mut [R]) -> R {
        let mut scratch = Dense::<R, 1>::overwritten([self.scratch.len], R::zero(), |_| ());
        let mut kept: Vec<Parts<'_, R>> = self.kept.split(kept).map(parts).collect();
        let mut copies = kept.split_off(kept.len() - self.copies.len());
        let fixed = |node: usize| match self.sketch.arrays[node].source {
            Source::Param(k) => data.params[k as usize].as_slice(),
            Source::Constant(k) => self.sketch.constants[k as usize].as_slice(),
            _ => &[],
        };
        let mut forward = Forward {
            program: self,
            given: (0..self.places.len()).map(fixed).collect(),
            scratch: self.scratch.split(scratch.as_mut_slice()).map(|(_, part)| part).collect(),
            slopes: self.credits.split(credits).map(parts).collect(),
            scalars: vec![R::zero(); self.sketch.scalars as usize],
            kept,
        };
        let Place::Kept(states) = self.places[self.next as usize] else { unreachable!("states are kept") };
        let start = forward.kept[states as usize].next().expect(A_PART_FOR_EACH);
        start.copy_from_slice(data.start);
        let state = self.sketch.state as usize;
        forward.given[state] = start;
        let step = |t: usize| {
            for (copy, &(k, _)) in copies.iter_mut().zip(&self.copies) {
                copy.next().expect(A_PART_FOR_EACH).copy_from_slice(data.inputs[k as usize][t].as_slice());
            }
            for (array, input) in forward.given[state + 1..].iter_mut().zip(data.inputs) {
                *array = input[t].as_slice();
            }
            forward.step()
        };
        // From where a sum of numbers starts, so that it is bit-equal.
        (0..self.steps).map(step).sum()
    }

    /// The way back; leaves credits, and gives the gradients by parameters that get something in each step.
    fn backward<const RANK: usize>(
        &self,
        data: &Data<'_, R, RANK>,
        kept: &[R],
        credits: &mut [R],
    ) -> Vec<Option<Dense<R, 1>>> {
        let mut memory = Dense::<R, 1>::overwritten([self.adjoints.len], R::zero(), |_| ());
        let mut waiting: Vec<Parts<'_, R>> = self.credits.split(credits).map(parts).collect();
        let behind = waiting.len();
        let mut adjoints: Vec<&mut [R]> = (0..behind).map(|_| Default::default()).collect();
        adjoints.extend(self.adjoints.split(memory.as_mut_slice()).map(|(_, part)| part));
        let [after, before] = [behind, behind + 1];
        adjoints[after].fill(R::zero());
        self.direct.iter().for_each(|&(_, room)| adjoints[behind + room as usize].fill(R::zero()));
        for t in (0..self.steps).rev() {
            for (adjoint, waiting) in adjoints.iter_mut().zip(&mut waiting) {
                *adjoint = waiting.next_back().expect(A_PART_FOR_EACH);
            }
            backward::step(&self.pulls, &mut adjoints, |node| self.value(node, t, data, kept));
            adjoints.swap(after, before); // the state before this step is that after the one before it
        }
        let mut gradients: Vec<Option<Dense<R, 1>>> = vec![None; data.params.len()];
        for &(param, room) in &self.direct {
            gradients[param as usize] = Some(Dense::from(&*adjoints[behind + room as usize]));
        }
        gradients
    }

    /// The values of an array in step `t`.
    #[inline]
    fn value<'v, const RANK: usize>(
        &'v self,
        node: Node,
        t: usize,
        data: &Data<'v, R, RANK>,
        kept: &'v [R],
    ) -> &'v [R] {
        match self.sketch.arrays[node as usize].source {
            Source::Param(k) => data.params[k as usize].as_slice(),
            Source::Constant(k) => self.sketch.constants[k as usize].as_slice(),
            Source::Input(k) => data.inputs[k as usize][t].as_slice(),
            Source::State => self.kept(self.next).part(t, kept),
            Source::Op => self.kept(node).part(t + usize::from(node == self.next), kept),
        }
    }

    fn kept(&self, node: Node) -> Room {
        match self.places[node as usize] {
            Place::Kept(room) => self.kept.get(room),
            _ => unreachable!("the way back needs nothing else"),
        }
    }

    /// Completes the gradients, with what all steps have left.
    fn gradients<const RANK: usize>(
        &self,
        data: &Data<'_, R, RANK>,
        (kept, credits): (&[R], &[R]),
        mut gradients: Vec<Option<Dense<R, 1>>>,
    ) -> Vec<Option<Dense<R, 1>>> {
        let entries = |param: u32| data.params[param as usize].as_slice().len();
        let small = self.products.iter().all(|&(param, ..)| entries(param) < LARGE);
        for &(param, u, x) in &self.products {
            let [outputs, inputs] = data.params[param as usize].shape();
            let (u, x) = (self.credits.get(u).of(credits), self.all(x, kept));
            let gradient = &mut gradients[param as usize];
            let touched = gradient.is_some();
            let room = || Dense::overwritten([outputs * inputs], R::zero(), |_| ());
            let gradient = gradient.get_or_insert_with(room).as_mut_slice();
            if small && u.len() == self.steps * outputs {
                add_outer_products((u, outputs), (x, inputs), gradient, touched);
            } else {
                let u = MatrixView::new(u, [u.len() / outputs, outputs]).transposed();
                R::gemm(u, MatrixView::new(x, [x.len() / inputs, inputs]), gradient, touched);
            }
        }
        for &(param, u) in &self.sums {
            let len = entries(param);
            let gradient = gradients[param as usize].get_or_insert_with(|| Dense::filled([len], R::zero()));
            let gradient = gradient.as_mut_slice();
            self.credits
                .get(u)
                .of(credits)
                .chunks_exact(len)
                .for_each(|row| R::axpy(R::one(), row, gradient));
        }
        gradients
    }

    /// The values of an array in all steps.
    fn all<'v>(&self, node: Node, kept: &'v [R]) -> &'v [R] {
        let states = |skip: usize| {
            let room = self.kept(self.next);
            &room.of(kept)[skip * room.len..][..self.steps * room.len]
        };
        match self.sketch.arrays[node as usize].source {
            Source::State => states(0),
            Source::Op if node == self.next => states(1),
            Source::Input(k) => {
                let copied = self.copies.iter().find(|&&(copied, _)| copied == k);
                self.kept.get(copied.expect("was copied for this").1).of(kept)
            }
            _ => self.kept(node).of(kept),
        }
    }
}

/// From so many weights in one matrix on, or for more rows than one a step, products of matrices are worth the half megabyte that they
/// keep for themselves.
const LARGE: usize = 1 << 12;

/// Adds `sum u x^T` over all rows to a gradient, or writes it there if that has not been touched.
fn add_outer_products<R: Real>(
    (u, outputs): (&[R], usize),
    (x, inputs): (&[R], usize),
    gradient: &mut [R],
    mut touched: bool,
) {
    let mut rows = u.chunks_exact(outputs).zip(x.chunks_exact(inputs));
    loop {
        let pairs: SmallVec<[_; 128]> = rows.by_ref().take(WAITING).collect();
        if pairs.is_empty() {
            return;
        }
        R::outer_products(&pairs, gradient, touched);
        touched = true;
    }
}
