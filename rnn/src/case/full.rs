//! Everything the chapter names, for one case, by the mode that was asked for.

use super::{CaseFile, CaseParams, CreditFile, GradientFile};
use crate::credit::rtrl::Rtrl;
use crate::credit::{Mode, bptt, immediate, triangle};
use crate::kind::Activation;
use crate::loss::Step;
use crate::model::{Parameters, Readout, Recurrent, Rnn};
use crate::sequence::Sequence;
use ad_core::{Dense, Matrix, Vector};

/// A case as the library takes it: the network, its parameters, and what it sees.
#[derive(Clone, Debug)]
pub struct Case {
    /// `f`, `g`, `alpha`, the loss
    pub rnn: Rnn<Activation>,
    /// theta and the readout
    pub params: Parameters<f64>,
    /// `x_t`, `y*_t`
    pub sequence: Sequence<f64, 1>,
}

impl From<&CaseFile> for Case {
    fn from(file: &CaseFile) -> Self {
        let rnn = Rnn { f: file.f, g: file.g, alpha: file.alpha, loss: file.loss };
        let vectors = |rows: &[Vec<f64>]| rows.iter().map(|row| Vector::from(row.as_slice())).collect();
        Self {
            rnn,
            params: (&file.params).into(),
            sequence: Sequence::new(vectors(&file.x), vectors(&file.y_target)),
        }
    }
}

impl From<&CaseParams> for Parameters<f64> {
    fn from(file: &CaseParams) -> Self {
        let recurrent = Recurrent {
            w_rec: Matrix::from_rows(&file.w_rec),
            w_in: Matrix::from_rows(&file.w_in),
            b_rec: Vector::from(file.b_rec.as_slice()),
        };
        let readout =
            Readout { w_out: Matrix::from_rows(&file.w_out), b_out: Vector::from(file.b_out.as_slice()) };
        Self { recurrent, readout }
    }
}

impl From<&Parameters<f64>> for GradientFile {
    fn from(grad: &Parameters<f64>) -> Self {
        Self {
            w_rec: rows(&grad.recurrent.w_rec),
            w_in: rows(&grad.recurrent.w_in),
            b_rec: grad.recurrent.b_rec.as_slice().to_vec(),
            w_out: rows(&grad.readout.w_out),
            b_out: grad.readout.b_out.as_slice().to_vec(),
        }
    }
}

impl Case {
    /// `L`, every `L_t`, and the gradient by `mode`.
    #[must_use]
    pub fn gradient(&self, mode: Mode) -> CreditFile {
        let (loss, grad) = mode.value_and_grad(&self.rnn, &self.params, &self.sequence);
        let loss_t = self.run().iter().map(|step| step.loss).collect();
        CreditFile { loss, loss_t, grad: (&grad).into(), ..CreditFile::default() }
    }

    /// [`gradient`](Self::gradient), and every quantity that `mode` has: the run and `J_t`, `delta~_t` in all;
    /// `delta` and the blocks out of adjoints in `bptt`; `P` and the blocks out of tangents in `rtrl`.
    #[must_use]
    pub fn full(&self, mode: Mode) -> CreditFile {
        let steps = self.run();
        let of_steps = |part: fn(&Step<f64, 1>) -> Vec<f64>| Some(steps.iter().map(part).collect::<Vec<_>>());
        let mut file = CreditFile {
            h: Some(self.states(&steps).iter().map(|h| h.as_slice().to_vec()).collect()),
            u: of_steps(|step| step.u.as_slice().to_vec()),
            v: of_steps(|step| step.v.as_slice().to_vec()),
            y: Some(steps.iter().map(|step| self.rnn.output(&step.v).as_slice().to_vec()).collect()),
            j: Some(self.jacobians(mode, &steps)),
            delta_immediate: Some(self.immediate_credit(mode, &steps)),
            ..self.gradient(mode)
        };
        match mode {
            Mode::Bptt => {
                let credit = bptt::credit(&self.rnn, &self.params, &self.sequence);
                file.delta = Some(credit.delta.iter().map(|delta| delta.as_slice().to_vec()).collect());
                file.blocks = Some(lower(triangle::by_adjoints(&self.rnn, &self.params, &self.sequence)));
            }
            Mode::Rtrl => {
                file.p = Some(self.sensitivities());
                file.blocks = Some(lower(triangle::by_tangents(&self.rnn, &self.params, &self.sequence)));
            }
            Mode::Window(_) | Mode::Checkpoint(_) => {}
        }
        file
    }

    fn run(&self) -> Vec<Step<f64, 1>> {
        self.rnn.unroll(&self.params, &self.sequence).collect()
    }

    /// `h_0 .. h_T`
    fn states(&self, steps: &[Step<f64, 1>]) -> Vec<Vector<f64>> {
        let start = self.sequence.initial_state(self.params.hidden());
        std::iter::once(start).chain(steps.iter().map(|step| step.h.clone())).collect()
    }

    fn jacobians(&self, mode: Mode, steps: &[Step<f64, 1>]) -> Vec<Vec<Vec<f64>>> {
        let by = match mode {
            Mode::Rtrl => immediate::jacobian_by_tangents::<f64, Activation>,
            Mode::Bptt | Mode::Window(_) | Mode::Checkpoint(_) => {
                immediate::jacobian_by_adjoints::<f64, Activation>
            }
        };
        let states = self.states(steps);
        let steps = states.iter().zip(self.sequence.x());
        steps.map(|(h_prev, x)| rows(&by(&self.rnn, &self.params.recurrent, h_prev, x))).collect()
    }

    fn immediate_credit(&self, mode: Mode, steps: &[Step<f64, 1>]) -> Vec<Vec<f64>> {
        let by = |h, y_target| match mode {
            Mode::Rtrl => immediate::credit_by_tangents(&self.rnn, &self.params.readout, h, y_target),
            Mode::Bptt | Mode::Window(_) | Mode::Checkpoint(_) => {
                immediate::value_and_grad(&self.rnn, &self.params.readout, h, y_target).1.h
            }
        };
        let steps = steps.iter().zip(self.sequence.y_target());
        steps.map(|(step, y_target)| Vec::from(by(&step.h, y_target))).collect()
    }

    fn sensitivities(&self) -> Vec<Vec<Vec<f64>>> {
        let mut online = Rtrl::new(self.rnn, self.params.hidden());
        let steps = self.sequence.iter().map(|(x, y_target)| {
            online.step(&self.params, x, y_target);
            rows(&online.sensitivity(&self.params))
        });
        steps.collect()
    }
}

/// The cells with `s <= t`.
fn lower(triangle: triangle::Triangle<f64>) -> Vec<Vec<Vec<f64>>> {
    let rows = triangle.cells.into_iter().enumerate();
    rows.map(|(t, row)| row.into_iter().take(t + 1).collect()).collect()
}

/// A matrix as a list of its rows.
pub(crate) fn rows(matrix: &Dense<f64, 2>) -> Vec<Vec<f64>> {
    matrix.iter_rows().map(<[f64]>::to_vec).collect()
}
