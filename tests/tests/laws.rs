//! The laws hold for right rules, and each of them fails on a wrong one.

mod cases;

use ad_core::function::Single;
use ad_core::{Array, Binary, Function, Real, Scalar, Unary, VectorFunction, function};
use ad_forward::Dual;
use ad_reverse::Var;
use ad_tests::laws::{self, Violation};
use ad_tests::{points, programs};
use cases::{Case, Change, Mutation, case, every_row_of_one, every_row_of_two};
use proptest::prelude::*;
use std::any::{Any, TypeId};
use std::cell::Cell;

/// Asserts that a law was broken, and that this law broke it.
#[track_caller]
fn caught(result: Result<(), Violation>, law: &str) -> Violation {
    let violation = result.expect_err("a mutant passed");
    assert!(violation.law.contains(law), "{violation}");
    assert!(violation.to_string().contains(law) && !violation.component.is_empty());
    violation
}

const POINT: [f64; 2] = [0.7, -0.9];
const POINT_3: [f64; 3] = [0.7, -0.9, 0.2];

#[test]
fn right_rules_obey_every_law() {
    laws::assert_function(&case("RightCube"), &POINT);
    laws::assert_function(&case("RightProduct"), &POINT);
    laws::assert_function(&case("RightLogSumExp"), &POINT_3);
}

/// A rule as a user writes it: two arguments that are differentiated, and one that is not, a field of its type. It is
/// `max(forward - strike, 0)`, smoothed over the width.
#[derive(Clone, Copy, Debug)]
struct SmoothCall {
    width: f64,
}

impl Binary for SmoothCall {
    const NAME: &'static str = "smooth_call";
    fn value<R: Real>(self, forward: R, strike: R) -> R {
        let width = R::from_literal(self.width);
        Scalar::softplus((forward - strike) / width) * width
    }
    fn partial_x<S: Scalar>(self, forward: S, strike: S, _value: S) -> S {
        ((forward - strike) / S::lit(self.width)).sigmoid()
    }
    fn partial_y<S: Scalar>(self, forward: S, strike: S, value: S) -> S {
        -self.partial_x(forward, strike, value)
    }
}

/// The rule where both arguments move, the one or the other alone, and both by one variable.
struct Calls {
    width: f64,
}

impl Function for Calls {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        let rule = SmoothCall { width: self.width };
        let one_is_constant = x[0].apply2(S::lit(0.4), rule) * S::lit(0.3).apply2(x[1], rule);
        x[0].apply2(x[1], rule) * x[1] + one_is_constant + x[0].sin().apply2(x[0], rule)
    }
}

#[test]
fn a_rule_of_a_user_with_a_passive_field_obeys_every_law() {
    for width in [0.25, 1.0, 3.0] {
        let f = Calls { width };
        laws::assert_function(&f, &POINT);
        laws::assert_function(&f, &[-0.2, 0.1]);
        laws::assert_single_precision(&Single(&f), &POINT);
        // Along a curve, to the third order, by series and by nested dual numbers.
        fn along<S: Scalar<Real = f64>>(f: &Calls, t: S) -> S {
            f.call(&[t, t * t - S::lit(0.5)])
        }
        let by_series = ad_forward::derivatives(|t: ad_forward::Taylor<f64, 4>| along(&f, t), 0.7)[3];
        let by_duals = ad_forward::third_derivative(|t| along(&f, t), 0.7);
        assert!((by_series - by_duals).abs() < 1e-12 * by_duals.abs().max(1.0), "{by_series} and {by_duals}");
    }
    // The width is seen: without it the value is another.
    assert!((Calls { width: 1.0 }.call(&POINT) - Calls { width: 3.0 }.call(&POINT)).abs() > 0.1);
}

/// `x y`, which has a partial by its first (0) or second (1) argument alone.
#[derive(Clone, Copy, Debug)]
struct OnlyBy(usize);

impl Binary for OnlyBy {
    const NAME: &'static str = "only_by";
    fn value<R: Real>(self, x: R, y: R) -> R {
        x * y
    }
    fn partial_x<S: Scalar>(self, _x: S, y: S, _z: S) -> S {
        assert_eq!(self.0, 0, "a partial that does not exist was asked for");
        y
    }
    fn partial_y<S: Scalar>(self, x: S, _y: S, _z: S) -> S {
        assert_eq!(self.0, 1, "a partial that does not exist was asked for");
        x
    }
}

#[test]
fn a_rule_is_not_asked_for_the_partial_of_a_constant() {
    struct Alone(usize);
    impl Function for Alone {
        fn call<S: Scalar>(&self, x: &[S]) -> S {
            let fixed = S::lit(1.5);
            let (first, second) = if self.0 == 0 { (x[0].sin(), fixed) } else { (fixed, x[0].sin()) };
            first.apply2(second, OnlyBy(self.0)) + fixed.apply2(fixed, OnlyBy(2)) * x[0]
        }
    }
    for alone in [Alone(0), Alone(1)] {
        laws::assert_function(&alone, &[0.7]);
        let by_series = ad_forward::derivatives(|t: ad_forward::Taylor<f64, 3>| alone.call(&[t]), 0.7);
        let expected = [1.5 * 0.7_f64.sin() + 2.25 * 0.7, 1.5 * 0.7_f64.cos() + 2.25, -1.5 * 0.7_f64.sin()];
        for (found, expected) in by_series.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15 * 4.0, "{found} and {expected}");
        }
    }
}

/// A small step along each variable, of both signs.
fn uneven(len: usize) -> Vec<f64> {
    (0..len).map(|i| 1.0 - 0.3 * i as f64).collect()
}

/// Every row of the table at its samples, and the rules of many variables.
fn every_row() -> impl Iterator<Item = (&'static str, Vec<f64>)> {
    let of_one = every_row_of_one().into_iter().flat_map(|(row, at)| at.iter().map(move |&x| (row, vec![x])));
    let of_two =
        every_row_of_two().into_iter().flat_map(|(row, at)| at.iter().map(move |&(x, y)| (row, vec![x, y])));
    let of_many = ["log_sum_exp", "norm", "prod", "mul_add"].map(|rule| (rule, POINT_3.to_vec()));
    of_one.chain(of_two).chain(of_many)
}

#[test]
fn every_row_of_the_table_obeys_the_laws() {
    for (row, x) in every_row() {
        let f = case(row);
        laws::assert_vector_function(&Single(&f), &x);
        laws::assert_hessian(&f, &x);
        laws::assert_central_difference(&f, &x);
        laws::assert_single_precision(&Single(&f), &x);
        if x.len() > 1 {
            laws::assert_function(&f, &x);
        }
    }
}

/// Each partial of each row, changed: the laws that look at the function see it.
#[test]
fn every_mutated_row_is_caught() {
    let (mut mutants, mut passed) = ([0; 3], Vec::new());
    for (row, x) in every_row() {
        let intact = case(row);
        let (v, value) = (uneven(x.len()), intact.call(&x));
        let slope = ad_reverse::grad(|x: &[V]| intact.call(x), &x[..]);
        let curvature = |f: &Case| {
            let along = |x: &[D]| ad_reverse::grad(|x: &[Var<D>]| f.call(x), x);
            ad_forward::jvp(along, &x[..], &v[..]).1
        };
        // Remainders are for functions of numbers around 1, and for smooth ones.
        let around_1 = x.iter().all(|x| x.abs() < 10.0);
        let has_remainder_2 = around_1 && laws::taylor_2(&intact, &x, &v).is_ok();
        let has_remainder_3 = around_1 && laws::taylor_3(&intact, &x, &v).is_ok();
        // `x` itself multiplies a row of one variable, and so its partial: next to 0 there is none.
        let arguments = if x.len() == 1 && x[0].abs() < 1e-3 { 0 } else { x.len() };
        for (argument, &slope) in slope.iter().enumerate().take(arguments) {
            let mut catch = |change, is_caught: &dyn Fn(&Case) -> bool| {
                if !is_caught(&Case(row, Mutation { change, argument })) {
                    passed.push(format!("{row} at {x:?}: {change:?} in partial {argument}"));
                }
            };
            let first = |mutant: &Case| {
                let violation = caught(laws::central_difference(mutant, &x), "central difference");
                violation.component == format!("dy/dx[{argument}]")
                    && (!has_remainder_2 || laws::taylor_2(mutant, &x, &v).is_err())
            };
            mutants[0] += 1;
            catch(Change::Added(0.01), &first);
            // A partial of 0 has no scale; nor has one that is lost in the rounding of the value.
            let partial = slope - if x.len() == 1 { value / x[0] } else { 0.0 };
            if partial.abs() > 1e-2 * (1.0 + value.abs()) {
                mutants[1] += 1;
                catch(Change::Scaled(1.1), &first);
            }
            // Where the second derivative is the same without it, nothing is wrong.
            let detached = Mutation { change: Change::Detached, argument };
            let lost = curvature(&intact)[argument] - curvature(&Case(row, detached))[argument];
            if has_remainder_3 && lost.abs() > 0.01 {
                mutants[2] += 1;
                catch(Change::Detached, &|mutant| laws::taylor_3(mutant, &x, &v).is_err());
            }
        }
    }
    assert!(passed.is_empty(), "{} of {mutants:?} mutants passed:\n{}", passed.len(), passed.join("\n"));
    assert!(mutants[0] > 180 && mutants[1] > 60 && mutants[2] > 60, "there were only {mutants:?} to catch");
}

/// Wrong first derivatives, in every mode alike: what compares with the function sees them.
#[test]
fn a_wrong_partial_is_caught_by_the_laws_that_look_at_the_function() {
    fn check<F: Function>(mutant: &F, x: &[f64]) {
        let v: Vec<f64> = (0..x.len()).map(|i| 1.0 - 0.3 * i as f64).collect();
        let violation = caught(laws::central_difference(mutant, x), "central difference");
        assert!(violation.component.starts_with("dy/dx["), "{violation}");
        caught(laws::taylor_2(mutant, x, &v), "order 2");
        caught(laws::function(mutant, x), "");
        // All modes read the one table, so they agree on the wrong number.
        laws::assert_vector_function(&Single(mutant), x);
    }
    check(&case("WrongSign"), &POINT);
    check(&case("WrongFactor"), &POINT);
    check(&case("DroppedTerm"), &POINT);
    check(&case("WrongArgument"), &POINT);
    check(&case("Forgotten"), &POINT);
    check(&case("WrongVariable"), &POINT);
    check(&case("Swapped"), &POINT);
    check(&case("HalfForgotten"), &POINT);
    check(&case("Rotated"), &POINT_3);
    check(&case("LastForgotten"), &POINT_3);
    check(&case("NotNormalised"), &POINT_3);
}

#[test]
fn a_violation_names_law_input_component_and_both_values() {
    let violation = laws::central_difference(&case("HalfForgotten"), &[0.5, 2.0]).unwrap_err();
    let text = violation.to_string();
    for part in
        ["central difference", "[0.5, 2.0]", "dy/dx[1]", "by the derivative", "by a central difference"]
    {
        assert!(text.contains(part), "{text}");
    }
    // d/dy of (x y) y is 2 x y = 2; the mutant says x y = 1.
    assert_eq!(violation.left.1, 1.0);
    assert!((violation.right.1 - 2.0).abs() < 1e-9, "{text}");
    let panic =
        std::panic::catch_unwind(|| laws::assert_central_difference(&case("HalfForgotten"), &[0.5, 2.0]));
    assert_eq!(*panic.unwrap_err().downcast::<String>().unwrap(), text);
}

/// The first derivative is right and the second is not.
#[test]
fn a_wrong_second_derivative_is_caught_by_the_remainder_of_order_3() {
    fn check<F: Function>(mutant: &F, x: &[f64]) {
        let v: Vec<f64> = (0..x.len()).map(|i| 1.0 - 0.3 * i as f64).collect();
        laws::assert_central_difference(mutant, x);
        laws::assert_taylor_2(mutant, x, &v);
        caught(laws::taylor_3(mutant, x, &v), "order 3");
        caught(laws::function(mutant, x), "");
    }
    check(&case("DetachedPartial"), &POINT);
    check(&case("WrongSecond"), &POINT);
    check(&case("Asymmetric"), &POINT);
    check(&case("NormDetached"), &POINT_3);
}

/// Its remainder is `(h^3 - 18 h^4) / 10^6`: on one side of 0 it passes 0 among the few steps that can be seen.
#[test]
fn a_right_remainder_whose_terms_cancel_on_one_side_is_not_called_wrong() {
    let f = function!(|x: &[S]| -> S { S::lit(1e-6) * x[0].powi(3) - S::lit(18e-6) * x[0].powi(4) });
    laws::assert_taylor_3(&f, &[0.0], &[1.0]);
    laws::assert_taylor_3(&f, &[0.0], &[-1.0]);
}

#[test]
fn an_asymmetric_second_derivative_is_caught_by_the_hessian() {
    let violation = caught(laws::hessian(&case("Asymmetric"), &POINT), "Hessian");
    assert!(violation.left.0.contains("d/dx[1] of d/dx[0]"), "{violation}");
}

/// A variable that one mode forgets.
struct Detached(TypeId);

impl Detached {
    fn of<M: 'static>() -> Self {
        Self(TypeId::of::<M>())
    }
}

impl Function for Detached {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        let forgotten = if TypeId::of::<S>() == self.0 { x[1].stop_gradient() } else { x[1] };
        x[0].sin() * forgotten * x[1]
    }
}

type D = Dual<f64, 1>;
type V = Var<f64>;

#[test]
fn a_variable_forgotten_by_one_mode_is_caught_by_the_laws_between_modes() {
    fn check<M: 'static>(modes: bool, duality: bool, hessian: bool) {
        let mutant = Detached::of::<M>();
        let name = std::any::type_name::<M>();
        let single = Single(&mutant);
        assert_eq!(laws::modes_agree(&single, &POINT).is_err(), modes, "{name}: modes agree");
        assert_eq!(laws::duality(&single, &POINT, &[1.0, 0.3], &[1.0]).is_err(), duality, "{name}: duality");
        assert_eq!(laws::hessian(&mutant, &POINT).is_err(), hessian, "{name}: Hessian");
        caught(laws::function(&mutant, &POINT), "");
    }
    check::<D>(true, true, false);
    check::<Dual<f64, 8>>(true, false, false);
    check::<V>(true, true, false);
    check::<Dual<D, 1>>(true, false, true);
    check::<Var<D>>(true, false, true);
    check::<Dual<V, 1>>(true, false, true);
    check::<Var<V>>(true, false, true);
}

#[test]
fn a_variable_forgotten_in_single_precision_is_caught() {
    for mutant in [Detached::of::<Dual<f32, 1>>(), Detached::of::<Var<f32>>()] {
        let violation = caught(laws::single_precision(&Single(&mutant), &POINT), "single precision");
        assert_eq!(violation.component, "dy[0]/dx[1]");
        laws::assert_function(&mutant, &POINT);
    }
    struct Rounded;
    impl VectorFunction for Rounded {
        fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
            let off = TypeId::of::<S>() == TypeId::of::<Var<f32>>();
            vec![if off { x[0] + S::lit(1e-6) } else { x[0] }]
        }
    }
    assert_eq!(caught(laws::single_precision(&Rounded, &[1.0]), "single precision").component, "y[0]");
}

#[test]
fn a_violation_between_modes_names_the_mode() {
    let mutant = Detached::of::<Var<D>>();
    let violation = caught(laws::modes_agree(&Single(&mutant), &POINT), "modes agree");
    assert_eq!(violation.component, "dy[0]/dx[1]");
    assert!(violation.right.0.contains("forward over reverse"), "{violation}");
}

/// A mode whose tangent is not linear, and whose adjoint is another one each time.
struct Nonlinear(Cell<f64>);
impl VectorFunction for Nonlinear {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let squared = match (&x[0] as &dyn Any).downcast_ref::<D>() {
            Some(dual) => Dual::new(dual.primal, dual.tangent().map(|t| t * t)),
            None => {
                self.0.set(self.0.get() + 1.0);
                return vec![x[0] * S::lit(self.0.get())];
            }
        };
        vec![*(&squared as &dyn Any).downcast_ref::<S>().unwrap()]
    }
}

struct Drifting(Cell<f64>);
impl VectorFunction for Drifting {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        self.0.set(self.0.get() + 1.0);
        let factor = if TypeId::of::<S>() == TypeId::of::<V>() { self.0.get() } else { 1.0 };
        vec![x[0] * S::lit(factor)]
    }
}

#[test]
fn a_nonlinear_jvp_or_vjp_is_caught_by_linearity() {
    caught(laws::linearity(&Nonlinear(Cell::new(0.0)), &[0.5], &[1.0], &[1.0]), "jvp is linear");
    caught(laws::linearity(&Drifting(Cell::new(0.0)), &[0.5], &[1.0], &[1.0]), "vjp is linear");
}

/// Whose array kernel rounds otherwise with a derivative than without.
#[derive(Clone, Copy, Debug)]
struct TwoRoundings;
impl Unary for TwoRoundings {
    const NAME: &'static str = "two_roundings";
    fn value<R: Real>(self, x: R) -> R {
        x / R::from_literal(3.0)
    }
    fn partial<S: Scalar>(self, _x: S, _y: S) -> S {
        S::one() / S::lit(3.0)
    }
    fn values_and_partials<R: Real>(self, x: &[R], y: &mut [R], p: &mut [R]) {
        let third = R::from_literal(1.0) / R::from_literal(3.0);
        for ((y, p), &x) in y.iter_mut().zip(p).zip(x) {
            (*y, *p) = (x * third, third);
        }
    }
}

#[test]
fn a_primal_that_depends_on_the_mode_is_caught() {
    let rounded = function!(|x: &[S]| -> S { S::Vector::from_scalars([x.len()], x).map(TwoRoundings).sum() });
    let violation = (0..100).find_map(|i| laws::primal_bits(&Single(&rounded), &[0.1 * f64::from(i)]).err());
    caught(Err(violation.expect("some third rounds otherwise")), "primal");
    // A lost derivative alone is no business of this law.
    laws::assert_primal_bits(&Single(&Detached::of::<V>()), &POINT);
    struct Branching;
    impl Function for Branching {
        fn call<S: Scalar>(&self, x: &[S]) -> S {
            if TypeId::of::<S>() == TypeId::of::<Var<V>>() { x[0] + S::lit(f64::EPSILON) } else { x[0] }
        }
    }
    let violation = caught(laws::primal_bits(&Single(&Branching), &[1.0]), "primal");
    assert!(violation.right.0.contains("Var<Var<f64>>"), "{violation}");
}

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    #[test]
    fn random_smooth_programs_obey_every_law(
        program in programs::smooth(12), x in points::points(3, points::ordinary()),
    ) {
        let size = VectorFunction::call(&program, &x).iter().fold(0.0_f64, |a, y| a.max(y.abs()));
        prop_assume!(size < 1e3);
        laws::function(&program, &x)?;
        laws::vector_function(&program, &x)?;
        laws::single_precision(&program, &x)?;
    }

    #[test]
    fn random_programs_with_kinks_obey_the_laws_between_modes(
        program in programs::any_program(24), x in points::points_of(0..=4, points::ordinary()),
    ) {
        laws::vector_function(&program, &x)?;
        laws::hessian(&program, &x)?;
    }

    #[test]
    fn the_primal_is_bit_equal_at_any_point(
        program in programs::any_program(24), x in points::points_of(1..=4, points::any_number()),
    ) {
        laws::primal_bits(&program, &x)?;
    }
}
