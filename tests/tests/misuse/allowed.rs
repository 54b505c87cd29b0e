//! What looks like misuse, and is not: it has one right derivative.

use super::*;

#[test]
fn captured_and_mutated_variables() {
    // A variable that a closure mutates, and one that it captures by value before that.
    let g = grad(
        |x: &Var<f64>| {
            let mut y = *x;
            let before = y;
            let mut double = || y += y;
            double();
            double();
            y * before
        },
        &3.0,
    );
    assert_eq!(g, 24.0); // 4 x^2
    // A list that is written to in place.
    let f = |x: &[Var<f64>]| {
        let mut x = x.to_vec();
        x[0] = x[1] * x[0];
        x[1] = x[0] * x[1];
        x.swap(0, 1);
        x[0]
    };
    assert_eq!(grad(f, &[2.0, 3.0][..]), [9.0, 12.0]); // x0 x1^2
    let d = derivative(
        |x| {
            let mut y = x;
            for _ in 0..3 {
                y *= x;
            }
            y
        },
        2.0,
    );
    assert_eq!(d, 32.0);
}

#[test]
fn the_same_function_differentiated_twice() {
    fn f<S: Scalar>(x: S) -> S {
        x.sin() * x
    }
    let once = |x: f64| grad(|x| f(*x), &x);
    assert_eq!(once(0.5), once(0.5));
    assert_eq!(once(0.5), derivative(f, 0.5));
    // Both within one outer derivative, as siblings.
    let twice = derivative(|x| derivative(f, x) * derivative(f, x), 0.5);
    let (first, second) = (once(0.5), derivative(|x| derivative(f, x), 0.5));
    assert!((twice - 2.0 * first * second).abs() < 1e-15);
    let twice = grad(|x| grad(|x| f(*x), x) * grad(|x| f(*x), x), &0.5);
    assert!((twice - 2.0 * first * second).abs() < 1e-15);
    // And as arguments of one another.
    assert_eq!(grad(|x| *x * Var::from_value(grad(|y| f(*y), &0.5)), &1.0), first);
}

#[test]
fn a_power_differentiated_more_often_than_it_has_factors_is_zero_at_zero() {
    fn power<S: Scalar>(x: S, n: i32, by: u8) -> S {
        match by {
            0 => (0..n).fold(S::one(), |y, _| y * x),
            1 => x.powi(n),
            _ => x.powf(S::lit(f64::from(n))),
        }
    }
    for by in 0..3 {
        let forward = |n| derivative(|x| derivative(|x| power(x, n, by), x), 0.0);
        let reverse = |n| grad(|x| grad(|x| power(*x, n, by), x), &0.0);
        let third = |n| derivative(|x| grad(|x: &Var<_>| derivative(|x| power(x, n, by), *x), &x), 0.0);
        for (n, second, next) in [(0, 0.0, 0.0), (1, 0.0, 0.0), (2, 2.0, 0.0), (3, 0.0, 6.0)] {
            assert_eq!(forward(n), second, "x^{n}, way {by}");
            assert_eq!(reverse(n), second, "x^{n}, way {by}");
            assert_eq!(third(n), next, "x^{n}, way {by}");
        }
    }
}

#[test]
fn an_exponent_whose_tangent_is_zero_is_no_constant() {
    // 2^(x^2) at 0: the first derivative is 0, the second 2 ln 2.
    fn f<S: Scalar>(x: S) -> S {
        S::lit(2.0).powf(x * x)
    }
    let expected = 2.0 * std::f64::consts::LN_2;
    for second in [
        derivative(|x| derivative(f, x), 0.0),
        derivative(|x| grad(|x| f(*x), &x), 0.0),
        grad(|x| derivative(f, *x), &0.0),
        grad(|x| grad(|x| f(*x), x), &0.0),
    ] {
        assert!((second - expected).abs() < 1e-15, "{second}");
    }
}

#[test]
fn an_unselected_branch_with_an_infinite_partial_does_not_count() {
    fn f<S: Scalar>(x: &[S]) -> S {
        x[0].sqrt().max(x[1] + S::one()) + x[0].ln() * S::zero().stop_gradient().powi(0) * S::zero()
    }
    // Only the maximum: sqrt'(0) is infinite and not selected.
    fn selected<S: Scalar>(x: &[S]) -> S {
        x[0].sqrt().max(x[1] + S::one())
    }
    let at = [0.0, 1.0];
    assert_eq!(grad(selected, &at[..]), [0.0, 1.0]);
    assert_eq!(jvp(|x: &[Dual<f64, 1>]| selected(x), &at[..], &[0.0, 1.0][..]).1, 1.0);
    // What is multiplied by zero is not unselected: 0 * inf is NaN, in the value already.
    assert!(f(&at).is_nan());
}

#[test]
fn a_product_with_a_zero() {
    fn product<S: Scalar>(x: &[S]) -> S {
        x.iter().fold(S::one(), |y, &x| y * x)
    }
    assert_eq!(grad(product, &[2.0, 0.0, 3.0][..]), [0.0, 6.0, 0.0]);
    assert_eq!(ad_forward::jacobian(|x| vec![product(x)], &[2.0, 0.0, 3.0]).as_slice(), [0.0, 6.0, 0.0]);
}

#[test]
fn equality_ignores_tangents() {
    assert_eq!(Dual::new(1.0, [2.0]), Dual::new(1.0, [3.0]));
    assert!(Dual::new(1.0, [9.0]) < Dual::new(2.0, [0.0]));
    // So every mode takes the branch of the plain run; also where two variables meet by value.
    fn f<S: Scalar>(x: S, y: S) -> S {
        if x == y { x * x } else { y }
    }
    assert_eq!(derivative(|x| f(x, Dual::from_primal(3.0)), 3.0), 6.0);
    assert_eq!(grad(|x: &[Var<f64>]| f(x[0], x[1]), &[3.0, 3.0][..]), [6.0, 0.0]);
}

#[test]
fn assignment_with_itself_on_both_sides() {
    fn f<S: Scalar>(x: S) -> S {
        let mut y = x;
        y *= y; // x^2
        y += y; // 2 x^2
        y *= y; // 4 x^4
        y -= x;
        y /= x; // 4 x^3 - 1
        y
    }
    assert_eq!(derivative(f, 2.0), 48.0);
    assert_eq!(grad(|x| f(*x), &2.0), 48.0);
    let mut y = Var::from_value(3.0);
    y /= y;
    y -= y;
    assert_eq!(y.value(), 0.0);
    assert_eq!(
        grad(
            |x| {
                let mut y = *x;
                y /= y;
                y
            },
            &2.0
        ),
        0.0
    );
    assert_eq!(
        grad(
            |x| {
                let mut y = *x;
                y -= y;
                y
            },
            &2.0
        ),
        0.0
    );
}

#[test]
fn outputs_of_every_kind() {
    // A constant, an input, the same one twice, an input moved by a constant, an ordinary result.
    let f = |x: &[Var<f64>]| {
        let y = x[0] * x[1];
        vec![Var::from_value(7.0), x[1], y, y, x[0], x[0] + 1.0, x[0]]
    };
    let expected = [0.0, 0.0, 0.0, 1.0, 3.0, 2.0, 3.0, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0];
    assert_eq!(ad_reverse::jacobian(f, &[2.0, 3.0]).as_slice(), expected);
    let (y, mut pullback) = vjp(f, &[2.0, 3.0][..]);
    assert_eq!(y, [7.0, 3.0, 6.0, 6.0, 2.0, 3.0, 2.0]);
    assert_eq!(pullback.call(&[1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6]), [3300.0 + 1_110_000.0, 2210.0]);
    assert_eq!(pullback.call(&[0.0; 7]), [0.0, 0.0], "nothing is left over from the last sweep");
    // The same by the other operators.
    fn kinds<S: Scalar>(x: &[S]) -> Vec<S> {
        let y = x[0] * x[1];
        vec![S::lit(7.0), x[1], y, y, x[0], x[0] + S::one(), x[0]]
    }
    assert_eq!(ad_forward::jacobian(kinds, &[2.0, 3.0]).as_slice(), expected);
    let (y, mut linear) = linearize(|x: &[Var<f64>]| kinds(x), &[2.0, 3.0][..]);
    assert_eq!(y, [7.0, 3.0, 6.0, 6.0, 2.0, 3.0, 2.0]);
    for _ in 0..2 {
        assert_eq!(linear.jvp(&[1.0, 10.0][..]), [0.0, 10.0, 23.0, 23.0, 1.0, 1.0, 1.0]);
        assert_eq!(linear.vjp(&[1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6]), [1_113_300.0, 2210.0]);
    }
    for k in [0, 1, 4, 5] {
        // Constants and inputs have no second derivative.
        assert_eq!(ad_reverse::hessian(|x| kinds(x)[k], &[2.0, 3.0]).as_slice(), [0.0; 4], "output {k}");
        let (mut g, mut h) = ([9.0; 2], [9.0; 4]);
        let value = Hessian::new(|x: &[HessianVar<f64>]| kinds(x)[k]).call(&[2.0, 3.0], &mut g, &mut h);
        assert_eq!((value, &g[..], h), (y[k], &expected[2 * k..2 * k + 2], [0.0; 4]), "output {k}");
    }
    assert_eq!(ad_reverse::hessian(|x| kinds(x)[2], &[2.0, 3.0]).as_slice(), [0.0, 1.0, 1.0, 0.0]);
    // No output and no input.
    assert_eq!(ad_reverse::jacobian(|_: &[Var<f64>]| vec![], &[2.0]).shape(), [0, 1]);
    assert_eq!(ad_reverse::jacobian(|_: &[Var<f64>]| vec![Var::from_value(1.0)], &[]).shape(), [1, 0]);
    assert_eq!(value_and_grad(|_: &[Var<f64>]| Var::from_value(4.0), &[2.0][..]), (4.0, vec![0.0]));
    // Arrays.
    let g = |x: &VarArray<f64, 1>| {
        (x.clone(), x.map(rules::Exp), x.clone(), VarArray::constant(&Vector::from([1.0])))
    };
    let x = Vector::from([0.0, 1.0]);
    let (y, mut pullback) = vjp(g, &x);
    assert_eq!(y.3.as_slice(), [1.0]);
    let ones = || Vector::from([1.0, 1.0]);
    let back = pullback.call(&(ones(), ones(), ones(), Vector::from([9.0])));
    assert_eq!(back.as_slice(), [3.0, 2.0 + y.1.as_slice()[1]]); // exp is its own derivative, in the kernel too
}

#[test]
fn an_input_used_as_array_and_as_scalar() {
    // y = x . x + x_0 + (x_0, x_1 gathered again) . (1, 2) + scale
    let f = |x: &VarArray<f64, 1>| {
        let again = VarArray::from_scalars([2], &[x.get(1), x.get(0)]);
        x.dot(x) + x.get(0) + again.dot(x) + x.scale(x.get(1)).sum()
    };
    // x0^2 + x1^2 + x0 + 2 x0 x1 + x1 x0 + x1^2
    let g = grad(f, &Vector::from([2.0, 3.0]));
    assert_eq!(g.as_slice(), [4.0 + 1.0 + 9.0, 6.0 + 6.0 + 6.0]);
    let f = |x: &[Var<f64>]| {
        let array = VarArray::<f64, 1>::from_scalars([3], &[x[0], x[1], x[0]]);
        array.dot(&array) * x[0]
    };
    // x0 (2 x0^2 + x1^2)
    assert_eq!(grad(f, &[2.0, 3.0][..]), [6.0 * 4.0 + 9.0, 2.0 * 2.0 * 3.0]);
}
