//! `easy-ml`.
//!
//! Scalar code runs on `Record`, on a list that is cleared and not made anew; functions that it does not have are its `unary`.
//! For matrices of variables its documentation recommends `RecordMatrix`, whose `binary` makes one record for each unit
//! of Eq. 1.2. Inputs are variables there, although nobody asks for their derivatives: a product of matrices, one of
//! which is constant, adds the derivatives of the constants to those of the first variable of the list (2.3.0).

use super::{Number, Program};
use crate::hand::{Sizes, network, parameters, sequence};
use ad_core::Dense;
use easy_ml::differentiation::{Record, RecordMatrix, WengertList};
use easy_ml::matrices::Matrix;
use easy_ml::numeric::extra::Sin;

impl Number for Record<'_, f64> {
    #[inline]
    fn constant(x: f64) -> Self {
        Record::constant(x)
    }
    #[inline]
    fn sin(self) -> Self {
        Sin::sin(self)
    }
    #[inline]
    fn tanh(self) -> Self {
        let y = self.unary(f64::tanh, tanh_derivative);
        Record::from_existing((y.number, y.index), self.history())
    }
}

/// From `tanh` once more, as the library does not hand the value on; cheaper than two hyperbolic cosines.
fn tanh_derivative(x: f64) -> f64 {
    let y = x.tanh();
    1.0 - y * y
}

/// A list to record on.
pub fn list() -> WengertList<f64> {
    WengertList::new()
}

/// The gradient; `list` is cleared first.
pub fn gradient(list: &WengertList<f64>, f: &impl Program, x: &[f64]) -> Vec<f64> {
    list.clear();
    let inputs: Vec<_> = x.iter().map(|&x| Record::variable(x, list)).collect();
    let derivatives = f.run(&inputs).derivatives();
    inputs.iter().map(|x| derivatives.at(x)).collect()
}

/// The network on matrices.
#[derive(Debug)]
pub struct Network {
    alpha: f64,
    state: Matrix<f64>,
    parameters: [Matrix<f64>; 5],
    steps: Vec<[Matrix<f64>; 2]>,
}

impl Network {
    /// The network of all measurements, with its sequence.
    pub fn new(sizes: Sizes) -> Self {
        let rnn::Parameters { recurrent, readout } = parameters(sizes);
        let matrix =
            |x: &Dense<f64, 2>| Matrix::from_flat_row_major((x.rows(), x.cols()), x.as_slice().to_vec());
        let column = |x: &Dense<f64, 1>| Matrix::column(x.as_slice().to_vec());
        Self {
            alpha: network().alpha,
            state: Matrix::column(vec![0.0; sizes.d]),
            parameters: [
                matrix(&recurrent.w_rec),
                matrix(&recurrent.w_in),
                column(&recurrent.b_rec),
                matrix(&readout.w_out),
                column(&readout.b_out),
            ],
            steps: sequence(sizes).iter().map(|(x, y)| [column(x), column(y)]).collect(),
        }
    }

    /// The gradient; `list` is cleared first.
    pub fn gradient(&self, list: &WengertList<f64>) -> Vec<f64> {
        list.clear();
        let parameters = self.parameters.clone().map(|p| RecordMatrix::variables(list, p));
        let [w_rec, w_in, b_rec, w_out, b_out] = &parameters;
        let (keep, alpha) = (1.0 - self.alpha, self.alpha);
        let mut h = RecordMatrix::variables(list, self.state.clone());
        let mut loss = Record::constant(0.0);
        for [x, y] in &self.steps {
            let u = w_rec * &h + w_in * RecordMatrix::variables(list, x.clone()) + b_rec;
            h = h.binary(
                &u,
                |h, u| keep * h + alpha * u.tanh(),
                |_, _| keep,
                |_, u| alpha * tanh_derivative(u),
            );
            let errors = w_out * &h + b_out - RecordMatrix::constants(y.clone());
            let halves = errors.unary(|e| 0.5 * e * e, |e| e);
            loss = halves.iter_row_major_as_records().fold(loss, |loss, e| loss + e);
        }
        let derivatives = loss.derivatives();
        parameters
            .iter()
            .flat_map(|p| derivatives.at_matrix(p).row_major_iter().collect::<Vec<_>>())
            .collect()
    }
}
