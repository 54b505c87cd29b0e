//! Exercise 4: an activation of your own, as a rule. Write its value and its partial; `main` tells whether the partial is the slope
//! of the value, and shows that every mode can use it.
#![allow(unused_imports, unused_variables, reason = "you will use them")]

use ad_core::{Real, Scalar, Unary, Vector, num_traits};
use rnn::credit::Mode;
use rnn::{Loss, Output, Parameters, Rnn, Sequence};

/// `x / (1 + |x|)`: like tanh, but it saturates slowly.
#[derive(Clone, Copy, Debug)]
struct Softsign;

impl Unary for Softsign {
    const NAME: &'static str = "softsign";

    fn value<R: Real>(self, x: R) -> R {
        todo!(
            "in terms of a plain number; num_traits::Float has its functions, as in num_traits::Float::abs(x)"
        )
    }

    fn partial<S: Scalar>(self, x: S, _y: S) -> S {
        todo!("in terms of any scalar: so it can be differentiated again")
    }
}

/// The gradient of a small network with this activation, by one mode.
fn gradient(mode: Mode) -> (f64, Vec<f64>) {
    let rnn = Rnn { f: Softsign, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };
    let params = Parameters::random(1, 4, 1, 1.0, 0);
    let wave = |t: usize| Vector::from([(0.3 * t as f64).sin()]);
    let sequence = Sequence::new((0..20).map(wave).collect(), (1..21).map(wave).collect());
    let (loss, grad) = mode.value_and_grad(&rnn, &params, &sequence);
    (loss, grad.recurrent.w_rec.as_slice().to_vec())
}

fn main() {
    let derivative = |x: f64| ad_forward::derivative(|x| x.apply(Softsign), x);
    for (x, expected) in [(-3.0, -0.75), (-0.25, -0.2), (0.6, 0.375), (1.0, 0.5)] {
        let value = x.apply(Softsign);
        assert!((value - expected).abs() < 1e-15, "the value at {x} is {expected}, not {value}");
        let (above, below) = (x + 1e-6, x - 1e-6);
        let (found, slope) = (derivative(x), (above.apply(Softsign) - below.apply(Softsign)) / 2e-6);
        assert!((found - slope).abs() < 1e-8, "the slope at {x} is {slope}, not {found}");
        let found = ad_forward::second_derivative(|x| x.apply(Softsign), x);
        let slope = (derivative(above) - derivative(below)) / 2e-6;
        assert!((found - slope).abs() < 1e-8, "the slope of the slope at {x} is {slope}, not {found}");
    }
    println!("Right.\nBPTT {:?}\nRTRL {:?}", gradient(Mode::Bptt).1, gradient(Mode::Rtrl).1);
}
