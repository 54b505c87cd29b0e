//! The Jacobian: by reverse mode, in one recording swept back with one seed for each output, and by
//! whichever mode is cheaper.

use crate::operators::vjp::vjp;
use crate::var::Var;
use ad_core::{Matrix, Scalar, VectorFunction};
use ad_forward::CHUNK;

/// The matrix `df_i / dx_j` (outputs x inputs) by reverse mode (JAX's `jacrev`).
///
/// The right choice where there are fewer outputs than inputs; `ad_forward::jacobian` is the other.
///
/// It takes a slice; [`ad_forward::jacobian`] says how to come from a tree of parameters.
///
/// ```
/// let j = ad_reverse::jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(j.as_slice(), [3.0, 2.0, 1.0, 1.0]);
/// ```
///
/// # Panics
///
/// If `f` uses or returns a variable of another recording.
#[doc(alias = "compute_jacobian_rev")]
#[doc(alias = "jacrev")]
#[must_use]
pub fn jacobian<T: Scalar>(f: impl FnOnce(&[Var<T>]) -> Vec<Var<T>>, x: &[T]) -> Matrix<T> {
    value_and_jacobian(f, x).1
}

/// The results at `x`, and the [`jacobian`].
///
/// ```
/// let (y, j) = ad_reverse::value_and_jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!((y, j.as_slice()), (vec![6.0, 5.0], &[3.0, 2.0, 1.0, 1.0][..]));
/// ```
///
/// # Panics
///
/// As [`jacobian`].
#[must_use]
pub fn value_and_jacobian<T: Scalar>(
    f: impl FnOnce(&[Var<T>]) -> Vec<Var<T>>,
    x: &[T],
) -> (Vec<T>, Matrix<T>) {
    let (value, mut pullback) = vjp(f, x);
    let rows = pullback.outputs();
    let seeds = (0..rows * rows).map(|i| if i % (rows + 1) == 0 { T::one() } else { T::zero() });
    let seeds: Vec<T> = seeds.collect();
    (value, Matrix::new([rows, x.len()], pullback.rows(rows, &seeds)))
}

/// Up to so many outputs for each input reverse mode is the cheaper one, or about as cheap.
const OUTPUTS_PER_INPUT: f64 = 0.6;

/// Whether reverse mode takes less time, for so many columns of a Jacobian by forward mode and rows by reverse.
pub(crate) fn reverse_is_cheaper(columns: usize, rows: usize) -> bool {
    columns > CHUNK && rows as f64 <= OUTPUTS_PER_INPUT * columns as f64
}

/// The matrix `df_i / dx_j` (outputs x inputs) by the mode that is cheaper for its shape.
///
/// That is forward mode for at most [`CHUNK`] inputs, which take one run; otherwise `f` is run once more, on
/// plain numbers, to know how many outputs there are, and reverse mode is taken for at most 0.6 of them for
/// each input. Measured (`--bin jacobian` of the benches; a dense layer and a chain of mixing steps, 16 to
/// 128 inputs), reverse mode takes 0.2 to 0.9 of forward mode's time with an output for four to eight
/// inputs, 0.5 to 1.0 with one for two, 0.8 to 1.4 with one for each, and 1.3 to 3.7 with two (`benches/results/RESULTS.md`).
///
/// It takes a slice; [`ad_forward::jacobian`] says how to come from a tree of parameters.
///
/// ```
/// use ad_core::function;
/// let f = function!(|x: &[S]| -> Vec<S> { vec![x[0] * x[1], x[0] + x[1]] });
/// assert_eq!(ad_reverse::jacobian_by_shape(&f, &[2.0, 3.0]).as_slice(), [3.0, 2.0, 1.0, 1.0]);
/// ```
///
/// # Panics
///
/// If `f` returns results of different lengths.
#[must_use]
pub fn jacobian_by_shape<T: Scalar, F: VectorFunction + ?Sized>(f: &F, x: &[T]) -> Matrix<T> {
    if x.len() > CHUNK && reverse_is_cheaper(x.len(), f.call(x).len()) {
        jacobian(|x| f.call(x), x)
    } else {
        ad_forward::jacobian(|x| f.call(x), x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::any::type_name;
    use std::cell::RefCell;

    /// A function that writes down which numbers it is run on.
    struct Spy {
        outputs: usize,
        runs: RefCell<Vec<&'static str>>,
    }

    impl VectorFunction for Spy {
        fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
            self.runs.borrow_mut().push(type_name::<S>());
            vec![x[0]; self.outputs]
        }
    }

    #[test]
    fn the_shape_chooses_the_mode() {
        let reverse = |inputs: usize, outputs: usize| {
            let spy = Spy { outputs, runs: RefCell::default() };
            let _ = jacobian_by_shape(&spy, &vec![0.5; inputs]);
            spy.runs.take().iter().any(|number| number.contains("Var"))
        };
        // Inputs of one run of forward mode; then the boundary.
        assert!(!reverse(CHUNK, 1) && reverse(CHUNK + 1, 1));
        assert!(reverse(10, 6) && !reverse(10, 7));
        assert!(reverse(100, 60) && !reverse(100, 61));
    }
}
