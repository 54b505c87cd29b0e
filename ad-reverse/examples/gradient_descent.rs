//! Gradient descent: a logistic regression learned from 200 points, with the gradient by reverse mode.
//!
//! One run of the loss and one sweep back give the derivative by every weight, however many there are.

use ad_core::Scalar;
use ad_reverse::value_and_grad;

/// The mean of `ln(1 + e^-z)`, where `z` is the margin by which a point is on its side of the line.
fn loss<S: Scalar>(w: &[S], points: &[([f64; 2], f64)]) -> S {
    let margin =
        |([x, y], side): &([f64; 2], f64)| (w[0] * S::lit(*x) + w[1] * S::lit(*y) + w[2]) * S::lit(*side);
    points.iter().map(|point| (-margin(point)).softplus()).sum::<S>() / S::lit(points.len() as f64)
}

/// Points of a golden spiral in the disc of radius 3, on either side of the line `2 x - y + 1 = 0`; one of eight
/// is on the wrong side.
fn data() -> Vec<([f64; 2], f64)> {
    let point = |k: u32| {
        let (radius, angle) = (3.0 * (f64::from(k) / 200.0).sqrt(), f64::from(k) * 2.399_963);
        let (x, y) = (radius * angle.cos(), radius * angle.sin());
        let side = (2.0 * x - y + 1.0).signum();
        ([x, y], if k.is_multiple_of(8) { -side } else { side })
    };
    (0..200).map(point).collect()
}

fn main() {
    let points = data();
    let mut w = [0.0; 3];
    let mut gradient_norm = f64::INFINITY;
    for step in 0..=120 {
        let (loss, gradient) = value_and_grad(|w| loss(w, &points), &w);
        gradient_norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        if step % 20 == 0 {
            println!("step {step:3}: loss {loss:.6}, |gradient| {gradient_norm:.1e}");
        }
        for (w, g) in w.iter_mut().zip(&gradient) {
            *w -= g; // a learning rate of 1
        }
    }
    let right = points.iter().filter(|([x, y], side)| (w[0] * x + w[1] * y + w[2]) * side > 0.0).count();
    println!("w = ({:.3}, {:.3}, {:.3}), right on {right} of {} points", w[0], w[1], w[2], points.len());
    assert!(gradient_norm < 1e-6, "at the minimum the gradient is 0");
    assert!(right > 170);
}
