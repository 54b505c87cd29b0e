//! `candle-core`, whose tensors take one operation for whole vectors or batches.
//!
//! What does not depend on the step is done once: the transposes, and the readout, whose states are stacked for it. The inputs
//! would go through one product too, but the derivative of cutting them apart again takes the square of the number of steps.

use crate::hand::Sizes;
use crate::hand::{network, parameters};
use candle_core::{Device, Result, Tensor, Var};
use rnn::Sequence;

/// The network on tensors.
#[derive(Debug)]
pub struct Network {
    alpha: f64,
    state: Tensor,
    parameters: [Var; 5],
    inputs: Vec<Tensor>,
    targets: Tensor,
}

impl Network {
    /// The network of all measurements, for one sequence (`RANK` 1) or a batch (2).
    ///
    /// # Errors
    ///
    /// Those of candle.
    pub fn new<const RANK: usize>(sizes: Sizes, data: &Sequence<f64, RANK>) -> Result<Self> {
        let Sizes { n, d, m, b, .. } = sizes;
        let rnn::Parameters { recurrent, readout } = parameters(sizes);
        let variable = |x: &[f64], rows, columns| Var::from_slice(x, (rows, columns), &Device::Cpu);
        let rows = |x: &[f64], columns| Tensor::from_slice(x, (b, columns), &Device::Cpu);
        let targets: Vec<_> = data.y_target().iter().map(|y| rows(y.as_slice(), m)).collect::<Result<_>>()?;
        Ok(Self {
            alpha: network().alpha,
            state: Tensor::zeros((b, d), candle_core::DType::F64, &Device::Cpu)?,
            parameters: [
                variable(recurrent.w_rec.as_slice(), d, d)?,
                variable(recurrent.w_in.as_slice(), d, n)?,
                variable(recurrent.b_rec.as_slice(), 1, d)?,
                variable(readout.w_out.as_slice(), m, d)?,
                variable(readout.b_out.as_slice(), 1, m)?,
            ],
            inputs: data.x().iter().map(|x| rows(x.as_slice(), n)).collect::<Result<_>>()?,
            targets: Tensor::cat(&targets, 0)?,
        })
    }

    /// The gradient.
    ///
    /// # Errors
    ///
    /// Those of candle.
    pub fn gradient(&self) -> Result<Vec<f64>> {
        let [w_rec, w_in, b_rec, w_out, b_out] = self.parameters.each_ref().map(Var::as_tensor);
        let (w_rec, w_in, w_out) = (w_rec.t()?, w_in.t()?, w_out.t()?);
        let mut h = self.state.clone();
        let mut states = Vec::with_capacity(self.inputs.len());
        for x in &self.inputs {
            let u = (h.matmul(&w_rec)? + x.matmul(&w_in)?)?.broadcast_add(b_rec)?;
            h = ((h * (1.0 - self.alpha))? + (u.tanh()? * self.alpha)?)?;
            states.push(h.clone());
        }
        let errors = (Tensor::cat(&states, 0)?.matmul(&w_out)?.broadcast_add(b_out)? - &self.targets)?;
        let loss = (errors.sqr()?.sum_all()? * 0.5)?;
        let gradients = loss.backward()?;
        let mut flat = Vec::new();
        for parameter in &self.parameters {
            if let Some(gradient) = gradients.get(parameter) {
                flat.extend(gradient.flatten_all()?.to_vec1::<f64>()?);
            }
        }
        Ok(flat)
    }
}
