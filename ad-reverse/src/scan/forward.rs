//! A program, run forwards.

use super::memory::{A_PART_FOR_EACH, Parts};
use super::program::{Place, Program};
use super::sketch::{Node, Op};
use ad_core::Real;
use ad_core::kernels::MatrixView;
use smallvec::SmallVec;
use std::slice::IterMut;

/// Where the steps read and write.
pub(super) struct Forward<'a, 'p, R> {
    pub(super) program: &'p Program<R>,
    /// The values of the arrays that are there before a step.
    pub(super) given: Vec<&'a [R]>,
    pub(super) scratch: Vec<&'a mut [R]>,
    /// The parts of what is kept of each step, in the order in which a step writes them.
    pub(super) kept: Vec<Parts<'a, R>>,
    pub(super) slopes: Vec<Parts<'a, R>>,
    pub(super) scalars: Vec<R>,
}

impl<'a, R: Real> Forward<'a, '_, R> {
    /// Runs the next step; returns its loss.
    pub(super) fn step(&mut self) -> R {
        let program = self.program;
        let mut arrays = SmallVec::<[&[R]; 24]>::from_slice(&self.given);
        let mut results = Results {
            program,
            arrays: &mut arrays,
            scratch: self.scratch.iter_mut(),
            kept: self.kept.iter_mut(),
            state: &mut self.given[program.sketch.state as usize],
        };
        let (mut slopes, scalars) = (self.slopes.iter_mut(), &mut self.scalars[..]);
        for op in &program.sketch.ops {
            match *op {
                Op::Affine { ref terms, bias, rows, out } => results.write(out, |arrays, out| {
                    let at = |node: Node| arrays[node as usize];
                    let bias = at(bias);
                    if rows == 1 {
                        out.copy_from_slice(bias);
                        for &[w, x] in terms {
                            R::gemv(at(w), at(x), out);
                        }
                        return;
                    }
                    out.chunks_exact_mut(bias.len()).for_each(|row| row.copy_from_slice(bias));
                    for &[w, x] in terms {
                        let [outputs, inputs] = [bias.len(), at(x).len() / rows];
                        let w = MatrixView::new(at(w), [outputs, inputs]).transposed();
                        R::gemm(MatrixView::new(at(x), [rows, inputs]), w, out, true);
                    }
                }),
                Op::Axpby { a, x, b, y, out } => results.write(out, |arrays, out| {
                    R::axpby(a, arrays[x as usize], b, arrays[y as usize], out);
                }),
                Op::Map { ref rule, x, out, .. } => results.write(out, |arrays, out| {
                    let slopes = slopes.next().and_then(Iterator::next).expect(A_PART_FOR_EACH);
                    rule(arrays[x as usize], out, slopes);
                }),
                Op::Hadamard { x, y, out } => results.write(out, |arrays, out| {
                    R::hadamard(arrays[x as usize], arrays[y as usize], out);
                }),
                Op::Dot { x, y, out } => {
                    scalars[out as usize] = R::dot(results.arrays[x as usize], results.arrays[y as usize]);
                }
                Op::By { change, x, out, .. } => scalars[out as usize] = change.of(scalars[x as usize]),
                Op::Plus { x, y, out } => scalars[out as usize] = scalars[x as usize] + scalars[y as usize],
            }
        }
        scalars[program.loss as usize]
    }
}

/// The values of a step's arrays, as they come.
struct Results<'t, 's, 'a, R> {
    program: &'s Program<R>,
    arrays: &'t mut [&'s [R]],
    scratch: IterMut<'s, &'a mut [R]>,
    kept: IterMut<'s, Parts<'a, R>>,
    /// What the next step will find as its state.
    state: &'s mut &'a [R],
}

impl<R: Real> Results<'_, '_, '_, R> {
    /// Writes the values of an array, by those that are there already.
    #[inline(always)]
    fn write(&mut self, out: Node, write: impl FnOnce(&[&[R]], &mut [R])) {
        if let Place::Scratch(_) = self.program.places[out as usize] {
            let result = self.scratch.next().expect("room for each that is not kept");
            write(self.arrays, result);
            self.arrays[out as usize] = result;
        } else {
            let result = self.kept.next().and_then(Iterator::next).expect(A_PART_FOR_EACH);
            write(self.arrays, result);
            self.arrays[out as usize] = result;
            if out == self.program.next {
                *self.state = result;
            }
        }
    }
}
