//! A case worked through on paper: every equation of the chapter with the numbers that the engine has for it.

use crate::case::{Case, CreditFile, GradientFile, rows};
use crate::credit::{Mode, immediate};
use crate::finite::{Finite, NotFinite};
use crate::kind::{Loss, Output};
use crate::model::Rnn;
use ad_core::Vector;
use std::fmt::Write as _;

/// The whole calculation by one mode, as text: what is given, the run (Eq. 1.1-1.5) with `dL_t/dv_t` at every step, then the
/// recursion of the mode with what it carries, then the gradient. Derivatives by a vector are rows. Windows and checkpoints have no
/// quantity of their own at every step: they show the run and the gradient. (A checkpointed loop meets every `delta_t`, in the sweep
/// of a stretch, and keeps none.)
///
/// # Errors
///
/// [`NotFinite`], naming the first quantity that holds a NaN or an infinity.
pub fn explain(case: &Case, mode: Mode) -> Result<String, NotFinite> {
    let (file, steps) = (case.full(mode), case.sequence.steps());
    let Rnn { f, g, alpha, loss } = case.rnn;
    let mut lines = Lines(Ok(format!(
        "L = sum_t L_t (1.5), its gradient by {mode}; T = {steps}, alpha = {alpha}, f = {f}, g = {g}, loss = {loss}\n"
    )));
    let given: GradientFile = (&case.params).into();
    lines.add("W_rec", "", &given.w_rec);
    lines.add("W_in", "", &given.w_in);
    lines.add("b_rec", "", &given.b_rec);
    lines.add("W_out", "", &given.w_out);
    lines.add("b_out", "", &given.b_out);
    if file.blocks.is_some() {
        lines.add("theta = W_rec, W_in (both row by row), b_rec", "", &());
    }
    lines.add("h_0 = 0", "", &());
    run(&mut lines, case, &file);
    backwards(&mut lines, case, &file);
    forwards(&mut lines, case, &file);
    gradient(&mut lines, &file.grad);
    lines.0
}

/// The text as far as it is written, or the first quantity in it that is not finite.
struct Lines(Result<String, NotFinite>);

impl Lines {
    /// Adds a line: an equation, its number in the chapter, and what stands on its right.
    fn add(&mut self, equation: impl Into<String>, number: &str, value: &dyn Quantity) {
        let Ok(text) = &mut self.0 else { return };
        let equation = equation.into();
        if value.first_not_finite().is_some() {
            let field = equation.split(" = ").next().unwrap_or_default().to_owned();
            self.0 = Err(NotFinite { field });
        } else {
            let _ = writeln!(text, "  {equation:<52} {number:>7}  {}", value.text());
        }
    }
}

/// By theta it is Eq. 1.18. The readout acts within a step alone, so its share of each step follows from 1.3.
fn gradient(lines: &mut Lines, grad: &GradientFile) {
    lines.add("dL/dW_rec", "(1.18)", &grad.w_rec);
    lines.add("dL/dW_in", "(1.18)", &grad.w_in);
    lines.add("dL/db_rec", "(1.18)", &grad.b_rec);
    lines.add("dL/dW_out = sum_t (dL_t/dv_t)^T h_t^T", "", &grad.w_out);
    lines.add("dL/db_out = sum_t dL_t/dv_t", "", &grad.b_out);
}

/// Eq. 1.1-1.5, step by step.
fn run(lines: &mut Lines, case: &Case, file: &CreditFile) {
    let [h, u, v, y] = [&file.h, &file.u, &file.v, &file.y].map(|x| x.as_deref().unwrap_or_default());
    for (before, (x, y_target)) in case.sequence.iter().enumerate() {
        let t = before + 1;
        lines.add(format!("x_{t}"), "", &x.as_slice().to_vec());
        lines.add(format!("u_{t} = W_rec h_{before} + W_in x_{t} + b_rec"), "(1.1)", &u[before]);
        lines.add(format!("h_{t} = (1 - alpha) h_{before} + alpha f(u_{t})"), "(1.2)", &h[t]);
        lines.add(format!("v_{t} = W_out h_{t} + b_out"), "(1.3)", &v[before]);
        lines.add(format!("y_{t} = g(v_{t})"), "(1.4)", &y[before]);
        lines.add(format!("y*_{t}"), "", &y_target.as_slice().to_vec());
        lines.add(format!("L_{t} = {}", loss_at(&case.rnn, t)), "(1.5)", &file.loss_t[before]);
        // b_out is added to v_t, so within the step its gradient is that by v_t.
        let state = Vector::from(h[t].as_slice());
        let readout = immediate::value_and_grad(&case.rnn, &case.params.readout, &state, y_target).1.readout;
        let equation = format!("dL_{t}/dv_{t} = {}", by_potential(&case.rnn, t));
        lines.add(equation, "", &readout.b_out.as_slice().to_vec());
    }
    lines.add("L", "(1.5)", &file.loss);
}

/// BPTT's recursion, from the last step to the first, if the mode has it.
fn backwards(lines: &mut Lines, case: &Case, file: &CreditFile) {
    let Some(delta) = &file.delta else { return };
    let (immediate, jacobian) = within_steps(file);
    let steps = case.sequence.steps();
    lines.add(format!("delta_{} = 0: backwards from here", steps + 1), "(1.12)", &());
    for t in (1..=steps).rev() {
        let later = t + 1;
        lines.add(format!("delta~_{t} = dL_{t}/dv_{t} W_out"), "", &immediate[t - 1]);
        if t < steps {
            lines.add(format!("J_{later} = dh_{later}/dh_{t}"), "", &jacobian[t]);
        }
        let equation = format!("delta_{t} = delta~_{t} + delta_{later} J_{later}");
        lines.add(equation, "(1.12)", &delta[t - 1]);
        let column = sum(file.blocks.iter().flatten().skip(t - 1).map(|row| &row[t - 1]));
        parameters_act(lines, case, file, t);
        lines.add(format!("dL/dtheta_{t} = delta_{t} P~_{t}"), "(1.8)", &column);
    }
}

/// RTRL's recursion, from the first step to the last, if the mode has it.
fn forwards(lines: &mut Lines, case: &Case, file: &CreditFile) {
    let Some(sensitivity) = &file.p else { return };
    let (immediate, jacobian) = within_steps(file);
    lines.add("P_0 = 0: forwards from here", "(1.17)", &());
    for t in 1..=case.sequence.steps() {
        let before = t - 1;
        if t > 1 {
            lines.add(format!("J_{t} = dh_{t}/dh_{before}"), "", &jacobian[before]);
        }
        parameters_act(lines, case, file, t);
        lines.add(format!("P_{t} = P~_{t} + J_{t} P_{before}"), "(1.17)", &sensitivity[before]);
        lines.add(format!("delta~_{t} = dL_{t}/dv_{t} W_out"), "", &immediate[before]);
        let row = sum(file.blocks.iter().flatten().skip(before).take(1).flatten());
        lines.add(format!("dL_{t}/dtheta = delta~_{t} P_{t}"), "(1.13)", &row);
    }
}

/// `delta~_t` and `J_t` of every step, which both recursions need.
fn within_steps(file: &CreditFile) -> (&[Vec<f64>], &[Vec<Vec<f64>>]) {
    (file.delta_immediate.as_deref().unwrap_or_default(), file.j.as_deref().unwrap_or_default())
}

/// What the parameters do at step `t` itself.
fn parameters_act(lines: &mut Lines, case: &Case, file: &CreditFile, t: usize) {
    let Case { rnn, params, sequence } = case;
    let h = file.h.as_deref().unwrap_or_default();
    let before = Vector::from(h[t - 1].as_slice());
    let direct = immediate::sensitivity(rnn, &params.recurrent, &before, &sequence.x()[t - 1]);
    lines.add(format!("P~_{t} = dh_{t}/dtheta_{t}"), "", &rows(&direct));
}

/// What `L_t` is of `y_t` and `y*_t`; `ln` takes each entry, and 1 has as many.
fn loss_at(rnn: &Rnn, t: usize) -> String {
    match (rnn.loss, rnn.g) {
        (Loss::Squared, _) => format!("1/2 |y_{t} - y*_{t}|^2"),
        (Loss::CrossEntropy, Output::Sigmoid) => {
            format!("-y*_{t}^T ln y_{t} - (1 - y*_{t})^T ln(1 - y_{t})")
        }
        (Loss::CrossEntropy, _) => format!("-y*_{t}^T ln y_{t}"),
    }
}

/// What `dL_t/dv_t` is, a row, as `y_t` is a column; the targets of a softmax sum to 1.
fn by_potential(rnn: &Rnn, t: usize) -> String {
    let error = format!("(y_{t} - y*_{t})^T");
    match (rnn.loss, rnn.g) {
        (Loss::Squared, Output::Sigmoid) => format!("{error} diag(y_{t}) diag(1 - y_{t})"),
        (Loss::Squared, Output::Softmax) => format!("{error} (diag(y_{t}) - y_{t} y_{t}^T)"),
        _ => error,
    }
}

fn sum<'a>(cells: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    cells.fold(Vec::new(), |mut sum, cell| {
        sum.resize(cell.len(), 0.0);
        sum.iter_mut().zip(cell).for_each(|(sum, x)| *sum += x);
        sum
    })
}

/// What stands on the right of an equation.
trait Quantity: Finite {
    fn text(&self) -> String;
}

/// Nothing: the equation says all.
impl Quantity for () {
    fn text(&self) -> String {
        String::new()
    }
}

/// Six digits: enough to check by hand, few enough to read.
impl Quantity for f64 {
    fn text(&self) -> String {
        let plain = *self == 0.0 || (1e-4..1e6).contains(&self.abs());
        if plain { format!("{self:.6}") } else { format!("{self:.5e}") }
    }
}

impl Quantity for Vec<f64> {
    fn text(&self) -> String {
        format!("({})", texts(self, ", "))
    }
}

impl Quantity for Vec<Vec<f64>> {
    fn text(&self) -> String {
        format!("[{}]", texts(self, "; "))
    }
}

fn texts<T: Quantity>(parts: &[T], between: &str) -> String {
    parts.iter().map(Quantity::text).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests;
