//! A program, run over all steps and back.

use super::backward;
use super::forward::Forward;
use super::memory::{A_PART_FOR_EACH, Parts, Room, parts};
use super::program::{Place, Program};
use super::sketch::{Node, Source};
use ad_core::{Dense, Real};

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

    /// Where the values of an array are kept.
    pub(super) fn kept(&self, node: Node) -> Room {
        match self.places[node as usize] {
            Place::Kept(room) => self.kept.get(room),
            _ => unreachable!("the way back needs nothing else"),
        }
    }
}
