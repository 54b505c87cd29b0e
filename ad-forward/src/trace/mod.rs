//! Looking at a run: every operation with its value, its partials, its tangent and its adjoint.
//!
//! [`trace`] runs any generic function on [`Traced`] numbers, which write down each operation under the name of its rule. The
//! partials of an operation are what forward mode says of that operation alone, so no derivative is written here. What comes
//! out, a [`Trace`], can be read in either direction: upwards it gives every tangent (a forward run), downwards every adjoint (a
//! reverse sweep), of the same rows with the same partials.
//!
//! This is for looking: it keeps everything, and array operations with their whole Jacobian. To compute, use
//! [`jvp`](crate::jvp()) and `ad_reverse::vjp`.
//!
//! ```
//! use ad_core::Scalar;
//! use ad_forward::trace::trace;
//!
//! let trace = trace(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
//! let names: Vec<_> = trace.rows().iter().map(|row| row.name).collect();
//! assert_eq!(names, ["input", "input", "mul", "sin", "add"]);
//! assert_eq!(trace.tangents(&[1.0, 0.0])[4], [3.0 + 2.0_f64.cos()]); // df/dx
//! assert_eq!(trace.adjoints(&[1.0])[0], [3.0 + 2.0_f64.cos()]); // the same, from the other end
//! println!("{}", trace.figure().with_tangents(&[1.0, 0.0]).table());
//! ```

mod array;
mod figure;
mod log;
mod scalar;

pub use array::TracedArray;
pub use figure::Figure;
pub use scalar::Traced;

use ad_core::{Array, Dense, Lift, Scalar, Tree};
use alloc::{vec, vec::Vec};
use core::borrow::Borrow;
use log::Log;

/// One operation of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name of the operation: that of its rule, or `input`. In a recording of `ad_reverse` that kept none, that of its kind.
    pub name: &'static str,
    /// The rows of its operands; constants have none and are left out.
    pub operands: Vec<usize>,
    /// The extents of the result: none for a scalar.
    pub shape: Vec<usize>,
    /// The result, row-major; empty if it was not kept.
    pub value: Vec<f64>,
    /// For each operand the Jacobian of this operation alone: one row per number of the result, one column per number of the
    /// operand.
    pub partials: Vec<Dense<f64, 2>>,
}

impl Row {
    /// The number of numbers in the result.
    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Looks whether this can be the row after those before it.
    ///
    /// # Panics
    ///
    /// If it cannot; as [`Trace::new`].
    #[track_caller]
    fn check(&self, before: &[Self]) {
        let place = before.len();
        let (values, operands, partials) = (self.value.len(), self.operands.len(), self.partials.len());
        assert!(values == 0 || values == self.len(), "row {place} has {values} values of {}", self.len());
        assert!(operands == partials, "row {place} has {operands} operands and {partials} partials");
        for (&operand, partial) in self.operands.iter().zip(&self.partials) {
            let Some(row) = before.get(operand) else {
                panic!("row {place} has row {operand} as an operand, which is not before it");
            };
            let (found, expected) = (partial.shape(), [self.len(), row.len()]);
            assert!(
                found == expected,
                "the partials of row {place} by row {operand} are {found:?}, not {expected:?}"
            );
        }
    }
}

/// A run, operation by operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    rows: Vec<Row>,
    /// The rows of the inputs, in their order.
    inputs: Vec<usize>,
    /// The rows of the results; `None` for a constant, with its number of entries.
    results: Vec<(Option<usize>, usize)>,
}

/// Runs `f` at `x`, and writes every operation down.
///
/// # Panics
///
/// If `f` uses a number of another trace.
#[must_use]
pub fn trace<P, Out>(f: impl FnOnce(&P::Over<Traced>) -> Out, x: &P) -> Trace
where
    P: Tree<Scalar = f64> + ?Sized,
    Out: Tree<Scalar = Traced>,
{
    let log = Log::open();
    let mut inputs = Inputs(Vec::new());
    let lifted = x.lift(&mut inputs);
    let out = f(lifted.borrow());
    let mut results = Results(Vec::new());
    out.lift::<f64, _>(&mut results);
    Trace::new(log.close(), inputs.0, results.0)
}

impl Trace {
    /// A trace of rows from elsewhere, such as a recording of `ad_reverse` or a program of another kind.
    ///
    /// `inputs` are the rows of the inputs, in their order. `results` are those of the results, each with its number of numbers;
    /// a result that depends on no input has no row.
    ///
    /// ```
    /// use ad_core::Dense;
    /// use ad_forward::trace::{Row, Trace};
    ///
    /// let row = |name, operands: &[usize], value, partials: &[f64]| Row {
    ///     name,
    ///     operands: operands.to_vec(),
    ///     shape: vec![],
    ///     value: vec![value],
    ///     partials: partials.iter().map(|&p| Dense::from_rows(&[[p]])).collect(),
    /// };
    /// let rows = vec![row("x", &[], 3.0, &[]), row("square", &[0], 9.0, &[6.0])];
    /// let square = Trace::new(rows, vec![0], vec![(Some(1), 1)]);
    /// assert_eq!(square.adjoints(&[1.0])[0], [6.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If a row has an operand that is not before it, or not one partial for each, of the extents of both; if it has other
    /// than all or none of its values; if an input has operands, or stands there twice; or if a result is in no row of its size.
    #[must_use]
    #[track_caller]
    pub fn new(rows: Vec<Row>, inputs: Vec<usize>, results: Vec<(Option<usize>, usize)>) -> Self {
        for (place, row) in rows.iter().enumerate() {
            row.check(&rows[..place]);
        }
        for (k, &input) in inputs.iter().enumerate() {
            let is_input = rows.get(input).is_some_and(|row| row.operands.is_empty());
            assert!(is_input && !inputs[..k].contains(&input), "row {input} cannot be input {k}");
        }
        for (k, &(result, numbers)) in results.iter().enumerate() {
            let fits = result.is_none_or(|result| rows.get(result).is_some_and(|row| row.len() == numbers));
            assert!(fits, "result {k} is not in a row of {numbers} numbers");
        }
        Self { rows, inputs, results }
    }

    /// The operations in the order in which they ran.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows of the inputs, in their order: one for each number or array.
    #[must_use]
    pub fn inputs(&self) -> &[usize] {
        &self.inputs
    }

    /// The rows of the results, in their order; `None` for a constant.
    pub fn results(&self) -> impl Iterator<Item = Option<usize>> {
        self.results.iter().map(|result| result.0)
    }

    /// The tangent of every row when the inputs move along `dx`: the run read upwards, forward mode.
    ///
    /// # Panics
    ///
    /// If `dx` has not as many numbers as the inputs.
    #[must_use]
    #[track_caller]
    pub fn tangents(&self, dx: &[f64]) -> Vec<Vec<f64>> {
        let mut tangents: Vec<Vec<f64>> = self.rows.iter().map(|row| vec![0.0; row.len()]).collect();
        let expected = self.inputs.iter().map(|&input| tangents[input].len()).sum();
        assert_length(dx, expected, "the inputs");
        let mut rest = dx;
        for &input in &self.inputs {
            let (numbers, tail) = rest.split_at(tangents[input].len());
            tangents[input].copy_from_slice(numbers);
            rest = tail;
        }
        for (place, row) in self.rows.iter().enumerate() {
            let (before, now) = tangents.split_at_mut(place);
            for (&operand, partial) in row.operands.iter().zip(&row.partials) {
                for (out, by_entry) in now[0].iter_mut().zip(partial.iter_rows()) {
                    *out += strong_dot(by_entry, &before[operand]);
                }
            }
        }
        tangents
    }

    /// The adjoint of every row for a cotangent `w` of the results: the run read downwards, reverse mode.
    ///
    /// # Panics
    ///
    /// If `w` has not as many numbers as the results.
    #[must_use]
    #[track_caller]
    pub fn adjoints(&self, w: &[f64]) -> Vec<Vec<f64>> {
        let mut adjoints: Vec<Vec<f64>> = self.rows.iter().map(|row| vec![0.0; row.len()]).collect();
        assert_length(w, self.results.iter().map(|result| result.1).sum(), "the results");
        let mut rest = w;
        for &(row, entries) in &self.results {
            let (numbers, tail) = rest.split_at(entries);
            if let Some(row) = row {
                adjoints[row].iter_mut().zip(numbers).for_each(|(adjoint, w)| *adjoint += w);
            }
            rest = tail;
        }
        for (place, row) in self.rows.iter().enumerate().rev() {
            let (before, now) = adjoints.split_at_mut(place);
            for (&operand, partial) in row.operands.iter().zip(&row.partials) {
                for (&adjoint, by_entry) in now[0].iter().zip(partial.iter_rows()) {
                    for (out, &partial) in before[operand].iter_mut().zip(by_entry) {
                        *out += partial.strong_product(adjoint);
                    }
                }
            }
        }
        adjoints
    }
}

#[track_caller]
fn assert_length(numbers: &[f64], expected: usize, of: &str) {
    let found = numbers.len();
    assert!(found == expected, "{found} numbers for {of}, which have {expected}");
}

fn strong_dot(partials: &[f64], tangents: &[f64]) -> f64 {
    partials.iter().zip(tangents).map(|(p, &t)| p.strong_product(t)).sum()
}

/// Inputs become rows of the open log.
struct Inputs(Vec<usize>);

impl Lift<f64, Traced> for Inputs {
    fn scalar(&mut self, x: f64) -> Traced {
        let input = Traced::input(x);
        self.0.extend(input.place());
        input
    }
    fn array<const RANK: usize>(&mut self, x: &Dense<f64, RANK>) -> TracedArray<RANK> {
        let input = TracedArray::input(x);
        self.0.extend(input.place());
        input
    }
}

/// Results are found in the open log.
struct Results(Vec<(Option<usize>, usize)>);

impl Lift<Traced, f64> for Results {
    fn scalar(&mut self, x: Traced) -> f64 {
        self.0.push((x.place(), 1));
        x.primal()
    }
    fn array<const RANK: usize>(&mut self, x: &TracedArray<RANK>) -> Dense<f64, RANK> {
        self.0.push((x.place(), x.len()));
        x.primal()
    }
}

#[cfg(test)]
mod tests;
