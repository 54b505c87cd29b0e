//! Which steps become programs, and that those do what the loop does.

use super::{Recurrence, compiled, recorded};
use ad_core::{Array, Dense, Matrix, Scalar, Vector, impl_tree, rules};

struct Theta<S: Scalar> {
    w: S::Matrix,
    v: S::Matrix,
    b: S::Vector,
}
impl_tree!(Theta { w: matrix, v: matrix, b: vector });

fn theta() -> Theta<f64> {
    let entry = |i: usize, j: usize| (0.7 * i as f64 - 1.3 * j as f64 + 0.4).sin();
    Theta {
        w: Matrix::from_fn([3, 3], entry),
        v: Matrix::from_fn([3, 3], |i, j| entry(j, 2 * i)),
        b: Vector::from([0.1, -0.2, 0.3]),
    }
}

/// A step, by what a macro makes of the closure-like text after its name.
macro_rules! recurrences {
    ($($name:ident($theta:ident, $h:ident, $x:ident) $body:block)*) => { $(
        struct $name;
        impl Recurrence<Theta<f64>, 1, 1> for $name {
            fn start<S: Scalar<Real = f64>>(&self, _: &Theta<S>) -> S::Vector {
                S::Vector::constant(&Vector::from([0.3, 0.2, -0.1]))
            }
            fn step<S: Scalar<Real = f64>>(
                &self,
                $theta: &Theta<S>,
                $h: &S::Vector,
                [$x]: &[S::Vector; 1],
            ) -> (S::Vector, S) $body
        }
    )* };
}
recurrences! {
    Elman(theta, h, x) {
        let h = S::Vector::affine(&[(&theta.w, h), (&theta.v, x)], &theta.b).map(rules::Tanh);
        let loss = h.squared_distance(x) * S::lit(0.5);
        (h, loss)
    }
    // The state is the result of an affine map; a function of it has another use.
    Linear(theta, h, x) {
        let h = S::Vector::affine(&[(&theta.w, &h.map(rules::Sin)), (&theta.v, x)], &theta.b);
        let loss = h.map(rules::Tanh).dot(&h);
        (h, loss)
    }
    // A gate; parameters in elementwise operations; two losses; a difference of scalars.
    Gated(theta, h, x) {
        let gate = S::Vector::affine(&[(&theta.v, h)], &theta.b).map(rules::Sigmoid);
        let candidate = S::Vector::affine(&[(&theta.w, &gate.hadamard(h))], &theta.b).map(rules::Tanh);
        let next = h.axpby(0.3, &gate.hadamard(&candidate).plus(&theta.b.hadamard(x)), 0.7);
        let parts = [next.dot(&theta.b), -candidate.dot(&candidate) / S::lit(4.0), S::lit(0.5) - next.dot(x)];
        let loss = parts.into_iter().fold(S::zero(), |sum, part| sum + part) - S::lit(0.125);
        (next, loss)
    }
    // Nothing goes through time.
    Memoryless(theta, h, x) {
        let y = S::Vector::affine(&[(&theta.w, x)], &theta.b).map(rules::Softplus);
        let loss = y.dot(&y);
        (y.axpby(1.0, h, 0.0).minus(&y).axpby_map(0.5, x, rules::Exp, 0.1), loss)
    }
    // Each adjoint of the sums is a multiple of another one.
    Sums(theta, h, x) {
        let u = S::Vector::affine(&[(&theta.w, h)], &theta.b);
        let v = S::Vector::affine(&[(&theta.v, x)], &theta.b);
        let next = u.minus(&v).axpby(0.5, &v.plus(&v), -0.25).plus(&x.map(rules::Cos).axpby(0.1, h, 0.2));
        let loss = next.map(rules::Sin).plus(&u.map(rules::Cos)).dot(&u);
        (next, loss)
    }
    // A constant as weights, as a bias, as a factor.
    Constants(theta, h, x) {
        let eye = S::Matrix::constant(&Matrix::from_fn([3, 3], |i, j| if i == j { 0.5 } else { 0.1 }));
        let ones = S::Vector::constant(&Dense::filled([3], 1.0));
        let u = S::Vector::affine(&[(&eye, &theta.b.hadamard(h))], &ones);
        let next = u.map(rules::Tanh).minus(&ones).hadamard(x);
        let loss = next.dot(&ones) + u.dot(&u);
        (next, loss)
    }
    // Another loop, over plain numbers.
    Nested(theta, h, x) {
        let (factor, _) = crate::scan::value_and_grad(&Elman, &crate::scan::tests::theta(), 2, [&inputs(2)[..]]);
        let next = S::Vector::affine(&[(&theta.w, h), (&theta.v, x)], &theta.b).map(rules::Tanh);
        let loss = next.dot(&next) * S::lit(factor);
        (next, loss)
    }
    LooksAtANumber(theta, h, x) {
        let next = S::Vector::affine(&[(&theta.w, h)], &theta.b).map(rules::Tanh);
        let loss = next.dot(x);
        let loss = if loss > S::lit(0.0) { loss } else { -loss };
        (next, loss)
    }
    HasNoInstruction(theta, h, x) {
        let next = S::Vector::affine(&[(&theta.w, h)], &theta.b).softmax();
        let loss = next.dot(x);
        (next, loss)
    }
    HasAProductOfScalars(theta, h, x) {
        let next = S::Vector::affine(&[(&theta.w, h)], &theta.b).map(rules::Tanh);
        let loss = next.dot(x) * next.dot(&theta.b);
        (next, loss)
    }
    IsStill(theta, h, x) {
        let loss = theta.b.dot(x);
        (h.clone(), loss)
    }
    HasAWeightThatIsComputed(theta, h, x) {
        let next = S::Vector::affine(&[(&theta.w.plus(&theta.v), h)], &theta.b).map(rules::Tanh);
        let loss = next.dot(x);
        (next, loss)
    }
    HasNoLoss(theta, h, _x) {
        let next = S::Vector::affine(&[(&theta.w, h)], &theta.b).map(rules::Tanh);
        (next, S::lit(1.0))
    }
}

/// The state that it begins with is a parameter.
struct StartsAtAParameter;

impl Recurrence<Theta<f64>, 1, 1> for StartsAtAParameter {
    fn start<S: Scalar<Real = f64>>(&self, theta: &Theta<S>) -> S::Vector {
        theta.b.clone()
    }
    fn step<S: Scalar<Real = f64>>(
        &self,
        theta: &Theta<S>,
        h: &S::Vector,
        x: &[S::Vector; 1],
    ) -> (S::Vector, S) {
        Elman.step(theta, h, x)
    }
}

fn inputs(steps: usize) -> Vec<Vector<f64>> {
    (0..steps).map(|t| Vector::from([0, 1, 2].map(|i| (1.1 * t as f64 + 0.5 * f64::from(i)).cos()))).collect()
}

fn assert_same(name: &str, found: &Theta<f64>, expected: &Theta<f64>) {
    let [found, expected] = [found, expected].map(ad_core::tree::flatten);
    let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-13 * size, "{name}: {found} and {expected}");
    }
}

#[test]
fn these_steps_become_programs_which_do_what_the_loop_does() {
    fn check<L: Recurrence<Theta<f64>, 1, 1>>(name: &str, recurrence: &L) {
        for steps in [1, 2, 7, 130] {
            let (theta, x) = (theta(), inputs(steps));
            let (value, gradient) = compiled(recurrence, &theta, steps, &[&x[..]]).expect(name);
            let (expected, recorded) = recorded(recurrence, &theta, steps, &[&x[..]]);
            assert_eq!(value.to_bits(), expected.to_bits(), "{name}, {steps} steps");
            assert_same(&format!("{name}, {steps} steps"), &gradient, &recorded);
        }
    }
    check("Elman", &Elman);
    check("Linear", &Linear);
    check("Gated", &Gated);
    check("Memoryless", &Memoryless);
    check("Sums", &Sums);
    check("Constants", &Constants);
    check("Nested", &Nested);
}

#[test]
fn these_do_not() {
    fn check<L: Recurrence<Theta<f64>, 1, 1>>(name: &str, recurrence: &L) {
        let x = inputs(5);
        assert!(compiled(recurrence, &theta(), 5, &[&x[..]]).is_none(), "{name}");
        let (value, gradient) = super::value_and_grad(recurrence, &theta(), 5, [&x[..]]);
        let (expected, recorded) = recorded(recurrence, &theta(), 5, &[&x[..]]);
        assert_eq!(value, expected, "{name}");
        assert_same(name, &gradient, &recorded);
    }
    check("LooksAtANumber", &LooksAtANumber);
    check("HasNoInstruction", &HasNoInstruction);
    check("HasAProductOfScalars", &HasAProductOfScalars);
    check("IsStill", &IsStill);
    check("HasAWeightThatIsComputed", &HasAWeightThatIsComputed);
    check("HasNoLoss", &HasNoLoss);
    check("StartsAtAParameter", &StartsAtAParameter);
}
