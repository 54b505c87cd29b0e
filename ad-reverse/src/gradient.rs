//! [`Gradient`]: the gradient of a function of scalars, as an object that keeps its buffers.

use crate::array::scalar_leaf;
use crate::ceiling::RecordingSize;
use crate::sweep::sweep;
use crate::tape::Recording;
use crate::var::Var;
use ad_core::Scalar;
use std::fmt;

/// A function's gradient as an object that keeps its buffers: no call after the first allocates, as far
/// as `f` does not (which has to be made of scalar operations for that).
///
/// [`value_and_grad`](crate::value_and_grad) takes any structure of arguments, this a slice alone.
///
/// ```
/// use ad_core::Scalar;
///
/// let mut gradient = ad_reverse::Gradient::new(|x| x[0].sin() * x[1]);
/// let mut g = [0.0; 2];
/// assert_eq!(gradient.call(&[0.0, 3.0], &mut g), 0.0);
/// assert_eq!(g, [3.0, 0.0]);
/// ```
#[derive(Clone)]
pub struct Gradient<T, F> {
    f: F,
    inputs: Vec<Var<T>>,
}

impl<T: Scalar, F: FnMut(&[Var<T>]) -> Var<T>> Gradient<T, F> {
    /// The gradient of `f`.
    pub const fn new(f: F) -> Self {
        Self { f, inputs: Vec::new() }
    }

    /// Writes the gradient at `x`, and returns the value.
    ///
    /// # Panics
    ///
    /// If the gradient has another length than `x`; as [`grad`](crate::grad).
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

/// Records `f` on the inputs `x` and sweeps it back; `read` gets each input's adjoint.
pub(crate) fn gradient<T: Scalar>(
    f: impl FnOnce(&[Var<T>]) -> Var<T>,
    inputs: &mut Vec<Var<T>>,
    x: impl Iterator<Item = T>,
    mut read: impl FnMut(usize, T),
) -> T {
    let recording = Recording::<T>::open(RecordingSize::UNLIMITED);
    inputs.clear();
    inputs.extend(x.map(scalar_leaf));
    let y = f(inputs);
    let mut tape = recording.finish();
    let node = (y.id() != 0).then(|| tape.node(y.id()));
    sweep(
        &mut tape,
        1,
        |adjoints| {
            if let Some(node) = node {
                adjoints.add_to_node(node, 0, T::one());
            }
        },
        |adjoints| {
            // The inputs are the first nodes of the recording.
            (0..inputs.len()).for_each(|i| read(i, adjoints.take_node(i as u32)));
        },
    );
    y.value()
}
