//! Exercise 4, solved: an activation of your own, as a rule. The network learns with it by every mode.

use ad_core::{Real, Scalar, Unary, Vector, num_traits};
use rnn::credit::Mode;
use rnn::{Loss, Output, Parameters, Rnn, Sequence};

/// `x / (1 + |x|)`: like tanh, but it saturates slowly.
#[derive(Clone, Copy, Debug)]
struct Softsign;

impl Unary for Softsign {
    const NAME: &'static str = "softsign";

    fn value<R: Real>(self, x: R) -> R {
        x / (R::one() + num_traits::Float::abs(x))
    }

    fn partial<S: Scalar>(self, x: S, _y: S) -> S {
        let scale = S::one() + x.abs();
        (scale * scale).recip()
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

#[test]
fn the_partial_is_the_slope_of_the_value() {
    for x in [-3.0, -0.2, 0.4, 7.0] {
        let slope = ((x + 1e-6).apply(Softsign) - (x - 1e-6).apply(Softsign)) / 2e-6;
        assert!((ad_forward::derivative(|x| x.apply(Softsign), x) - slope).abs() < 1e-8);
        // The partial is generic, so the second derivative is there too.
        let second = ad_forward::derivative(|x| ad_forward::derivative(|y| y.apply(Softsign), x), x);
        let scale: f64 = 1.0 + x.abs();
        assert!((second + 2.0 * x.signum() / scale.powi(3)).abs() < 1e-12);
    }
}

#[test]
fn the_modes_agree() {
    let (bptt, rtrl) = (gradient(Mode::Bptt), gradient(Mode::Rtrl));
    assert_eq!(bptt.0, rtrl.0);
    for (a, b) in bptt.1.iter().zip(&rtrl.1) {
        assert!((a - b).abs() < 1e-12, "{a} and {b}");
    }
}
