//! [`Gradient`]: the gradient of a function of scalars, as an object that keeps its buffers.

use crate::sweep::adjoints::Adjoints;
use crate::sweep::optimistic_sweep;
use crate::tape::ceiling::RecordingSize;
use crate::tape::{Recording, record_leaves};
use crate::var::Var;
use ad_core::Scalar;
use std::cell::RefCell;
use std::fmt;

/// A function's gradient as an object that keeps its buffers: no call after the first allocates, as far
/// as `f` does not (which has to be made of scalar operations for that).
///
/// [`value_and_grad`](crate::value_and_grad) takes any structure of arguments, this a slice alone; [`ad_forward::jacobian`] says
/// how to come from a tree.
///
/// ```
/// use ad_core::Scalar;
///
/// let mut gradient = ad_reverse::Gradient::new(|x| x[0].sin() * x[1]);
/// let mut g = [0.0; 2];
/// assert_eq!(gradient.call(&[0.0, 3.0], &mut g), 0.0);
/// assert_eq!(g, [3.0, 0.0]);
/// ```
#[doc(alias = "compute_gradient_rev_with")]
#[derive(Clone)]
pub struct Gradient<T, F> {
    f: F,
    inputs: Vec<Var<T>>,
}

impl<T: Scalar, F: FnMut(&[Var<T>]) -> Var<T>> Gradient<T, F> {
    /// The gradient of `f`.
    #[must_use]
    pub const fn new(f: F) -> Self {
        Self { f, inputs: Vec::new() }
    }

    /// Writes the gradient at `x`, and returns the value.
    ///
    /// # Panics
    ///
    /// If the gradient has another length than `x`; as [`grad`](crate::grad).
    #[track_caller]
    pub fn call(&mut self, x: &[T], gradient_at_x: &mut [T]) -> T {
        let (n, found) = (x.len(), gradient_at_x.len());
        assert!(n == found, "a gradient of {n} numbers, a slice of {found}");
        gradient(&mut self.f, &mut self.inputs, x.iter().copied(), |i, adjoint| gradient_at_x[i] = adjoint)
    }
}

impl<T, F> fmt::Debug for Gradient<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gradient").finish_non_exhaustive()
    }
}

/// Records `f` on the inputs `x` and sweeps it back; `read` gets each input's adjoint, the last time the right one. Returns
/// the value.
pub(crate) fn gradient<T: Scalar>(
    f: impl FnOnce(&[Var<T>]) -> Var<T>,
    inputs: &mut Vec<Var<T>>,
    x: impl ExactSizeIterator<Item = T>,
    mut read: impl FnMut(usize, T),
) -> T {
    let [y] = pull_results(|x| [f(x)], inputs, x, (&[0], 1), |_, i, adjoint| read(i, adjoint));
    y.value()
}

/// Records `f` on the inputs `x` and sweeps it back for so many seeds, of which each result is 1 in one; `read` gets seed,
/// input and adjoint, the last time the right one. Returns the results.
pub(crate) fn pull_results<T: Scalar, Out: AsRef<[Var<T>]>>(
    f: impl FnOnce(&[Var<T>]) -> Out,
    inputs: &mut Vec<Var<T>>,
    x: impl ExactSizeIterator<Item = T>,
    (seed_of, seeds): (&[usize], usize),
    read: impl FnMut(usize, usize, T),
) -> Out {
    let recording = Recording::<T>::open(RecordingSize::UNLIMITED);
    inputs.clear();
    let (first, _) = record_leaves::<T>(x.len());
    inputs.extend(x.zip(first..).map(|(x, id)| Var::new(x, id)));
    let y = f(inputs);
    let mut tape = recording.finish();
    let (node, results, inputs, read) = (tape.nodes(), y.as_ref(), inputs.len(), &RefCell::new(read));
    let seed = |adjoints: &mut Adjoints<'_, T>| {
        let variables = results.iter().zip(seed_of).filter(|(y, _)| y.id() != 0);
        variables.for_each(|(y, &seed)| adjoints.add_to_node(node(y.id()), seed, T::one()));
    };
    let take = |adjoints: &mut Adjoints<'_, T>| {
        let (mut read, mut finite) = (read.borrow_mut(), true);
        // The inputs are the first nodes of the recording.
        adjoints.take_seeds(0..inputs as u32, |seed, i, x| {
            finite &= x.is_all_finite();
            read(seed, i, x);
        });
        ((), finite)
    };
    optimistic_sweep(&mut tape, seeds, seed, take);
    y
}
