//! What is one operation is, bit for bit, what its parts are.

use super::*;

/// `a x + b f(y)` and `sum (x - y)^2`, for operands of which some are constants, as one operation or in parts.
#[derive(Clone, Copy, Debug)]
struct Ways {
    whole: bool,
    a: f64,
    b: f64,
}

impl Ways {
    fn combined<S: Scalar>(&self, x: &S::Vector, y: &S::Vector) -> S::Vector {
        let (a, b) = (S::Real::from_literal(self.a), S::Real::from_literal(self.b));
        if self.whole { x.axpby_map(a, y, rules::Tanh, b) } else { x.axpby(a, &y.map(rules::Tanh), b) }
    }

    fn distance<S: Scalar>(&self, x: &S::Vector, y: &S::Vector) -> S {
        if self.whole {
            return x.squared_distance(y);
        }
        let difference = x.minus(y);
        difference.dot(&difference)
    }
}

impl VectorFunction for Ways {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let (x, y) = x.split_at(x.len() / 2);
        let [x, y] = [x, y].map(|numbers| S::Vector::from_scalars([numbers.len()], numbers));
        let still = S::Vector::constant(&x.primal());
        let mut results = Vec::new();
        // Each also of an array that has been used before, whose adjoint is there already.
        for (x, y) in [(&x, &y), (&y, &y), (&still, &y), (&x, &still)] {
            let sum = self.combined::<S>(x, y);
            results.extend(self.combined::<S>(&sum, y).to_scalars());
            results.push(self.distance::<S>(&sum, x) * self.distance::<S>(x, y));
        }
        results
    }
}

fn assert_bits(what: &str, left: &[f64], right: &[f64]) -> Result<(), TestCaseError> {
    let bits =
        |x: &[f64]| x.iter().map(|x| if x.is_nan() { f64::NAN } else { *x }.to_bits()).collect::<Vec<_>>();
    prop_assert_eq!(bits(left), bits(right), "{}: {:?} and {:?}", what, left, right);
    Ok(())
}

proptest! {
    #![proptest_config(ad_tests::cases(500))]

    #[test]
    fn one_operation_is_bit_equal_to_its_parts(
        (a, b) in (points::any_number(), points::any_number()),
        x in prop_oneof![points::points(6, points::ordinary()), points::points(6, points::any_number())],
    ) {
        let [whole, parts] = [true, false].map(|whole| Ways { whole, a, b });
        let values = |f: Ways| f.call(&x);
        assert_bits("values", &values(whole), &values(parts))?;
        let reverse = |f: Ways| ad_reverse::jacobian(|x| f.call(x), &x).as_slice().to_vec();
        assert_bits("reverse", &reverse(whole), &reverse(parts))?;
        let forward = |f: Ways| ad_forward::jacobian(|x| f.call(x), &x).as_slice().to_vec();
        assert_bits("forward", &forward(whole), &forward(parts))?;
        let gradient = |f: Ways| grad(|x: &[Var<f64>]| f.call(x).into_iter().sum::<Var<f64>>(), &x[..]);
        assert_bits("one seed", &gradient(whole), &gradient(parts))?;
        let second = |f: Ways| {
            let dx: Vec<_> = x.iter().map(|&x| Dual::<f64, 1>::new(x, [0.5])).collect();
            let g = grad(|x: &[Var<Dual<f64, 1>>]| f.call(x).into_iter().sum::<Var<_>>(), &dx[..]);
            g.iter().flat_map(|g| [g.primal(), g.tangent()[0]]).collect::<Vec<_>>()
        };
        assert_bits("forward over reverse", &second(whole), &second(parts))?;
    }
}
