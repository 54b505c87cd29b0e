//! The laws hold for right rules, and each of them fails on a wrong one.

use ad_core::function::Single;
use ad_core::rule::Partials;
use ad_core::rules::{binary_table, special_table, unary_table};
use ad_core::{
    Array, Binary, Function, Nary, Real, Scalar, Unary, VectorFunction, function, num_traits, rules,
};
use ad_forward::Dual;
use ad_reverse::Var;
use ad_tests::laws::{self, Violation};
use ad_tests::{points, programs};
use num_traits::Float;
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

/// A rule of one variable inside a function of two.
#[derive(Clone, Copy)]
struct One<R>(R);
impl<R: Unary> Function for One<R> {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        (x[0] * x[1]).apply(self.0) + x[1]
    }
}

/// A rule of two variables.
#[derive(Clone, Copy)]
struct Two<R>(R);
impl<R: Binary> Function for Two<R> {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        x[0].apply2(x[1], self.0) * x[1]
    }
}

/// A rule of many variables.
#[derive(Clone, Copy)]
struct Many<R>(R);
impl<R: Nary> Function for Many<R> {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        S::apply_n(x, self.0)
    }
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident: $x:ident => $value:expr; ($px:ident, $py:ident) => $partial:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            struct $name;
            impl Unary for $name {
                const NAME: &'static str = stringify!($name);
                fn value<R: Real>(self, $x: R) -> R {
                    $value
                }
                fn partial<S: Scalar>(self, $px: S, $py: S) -> S {
                    $partial
                }
            }
        )*
    };
}
unary! {
    RightCube: x => x * x * x; (x, _y) => S::lit(3.0) * x * x;
    WrongSign: x => Float::cos(x); (x, _y) => x.sin();
    WrongFactor: x => x * x; (x, _y) => x * S::lit(2.0001);
    DroppedTerm: x => x * Float::exp(x); (x, _y) => x.exp();
    WrongArgument: x => Float::sqrt(x * x + R::from_literal(1.0)); (x, _y) => x / (x * x + S::one());
    Forgotten: x => Float::sin(x); (_x, _y) => S::zero();
    DetachedPartial: x => Float::sin(x); (x, _y) => x.cos().stop_gradient();
    WrongSecond: x => Float::exp(x); (x, y) => y + (x - x.stop_gradient()) * S::lit(0.01);
}

macro_rules! binary {
    ($($name:ident: ($x:ident, $y:ident) => $value:expr; $by_x:expr; $by_y:expr;)*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            struct $name;
            impl Binary for $name {
                const NAME: &'static str = stringify!($name);
                fn value<R: Real>(self, $x: R, $y: R) -> R {
                    $value
                }
                fn partial_x<S: Scalar>(self, $x: S, $y: S, _z: S) -> S {
                    let _ = ($x, $y);
                    $by_x
                }
                fn partial_y<S: Scalar>(self, $x: S, $y: S, _z: S) -> S {
                    let _ = ($x, $y);
                    $by_y
                }
            }
        )*
    };
}
binary! {
    RightProduct: (x, y) => x * y; y; x;
    WrongVariable: (x, y) => x * y; x; x;
    Swapped: (x, y) => x * x * y; x * x; x * y * S::lit(2.0);
    HalfForgotten: (x, y) => x * y; y; S::zero();
    Asymmetric: (x, y) => x * y; y.stop_gradient(); x;
}

macro_rules! nary {
    ($($name:ident: ($x:ident, $y:ident, $i:ident) => $partial:expr;)*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            struct $name;
            impl Nary for $name {
                const NAME: &'static str = stringify!($name);
                fn value<R: Real>(self, x: &[R]) -> R {
                    rules::LogSumExp.value(x)
                }
                fn partials<S: Scalar>(self, $x: &[S], $y: S) -> Partials<S> {
                    (0..$x.len()).map(|$i| $partial).collect()
                }
            }
        )*
    };
}
nary! {
    RightLogSumExp: (x, y, i) => (x[i] - y).exp();
    Rotated: (x, y, i) => (x[(i + 1) % x.len()] - y).exp();
    LastForgotten: (x, y, i) => if i + 1 == x.len() { S::zero() } else { (x[i] - y).exp() };
    NotNormalised: (x, y, i) => if i == 0 { x[i].exp() } else { (x[i] - y).exp() };
    NormDetached: (x, y, i) => (x[i] - y.stop_gradient()).exp();
}

const POINT: [f64; 2] = [0.7, -0.9];
const POINT_3: [f64; 3] = [0.7, -0.9, 0.2];

#[test]
fn right_rules_obey_every_law() {
    laws::assert_function(&One(RightCube), &POINT);
    laws::assert_function(&Two(RightProduct), &POINT);
    laws::assert_function(&Many(RightLogSumExp), &POINT_3);
}

/// A row of the table by its name: one type for all rows, since the laws are compiled once per type.
/// Of one variable it stands times `x`, so that it has a second derivative.
struct Row(&'static str);

macro_rules! row_by_name {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        /// A row of one variable.
        fn unary<S: Scalar>(name: &str, x: S) -> Option<S> {
            match name {
                $(stringify!($method) => Some(x.$method()),)*
                _ => special(name, x),
            }
        }
    };
}
macro_rules! special_row_by_name {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt $samples:tt $($kernel:ident)?;)*) => {
        fn special<S: Scalar>(name: &str, x: S) -> Option<S> {
            match name {
                $(stringify!($method) => Some(x.$method()),)*
                _ => None,
            }
        }
    };
}
macro_rules! binary_row_by_name {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt $samples:tt;)*) => {
        /// A row of two variables.
        fn binary<S: Scalar>(name: &str, x: S, y: S) -> Option<S> {
            match name {
                $(stringify!($method) => Some(x.$method(y)),)*
                _ => None,
            }
        }
    };
}
unary_table!(row_by_name);
special_table!(special_row_by_name);
binary_table!(binary_row_by_name);

impl Function for Row {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        match *x {
            [x] => unary(self.0, x).map(|y| y * x),
            [x, y] => binary(self.0, x, y),
            _ => None,
        }
        .expect("a row of the table")
    }
}

fn obeys(row: &'static str, samples: &[f64]) {
    for &x in samples {
        laws::assert_vector_function(&Single(&Row(row)), &[x]);
        laws::assert_hessian(&Row(row), &[x]);
        laws::assert_central_difference(&Row(row), &[x]);
    }
}

macro_rules! every_unary_row {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial:tt [$($sample:expr),*] $($kernel:ident)?;)*) => {
        $(obeys(stringify!($method), &[$($sample),*]);)*
    };
}
macro_rules! every_binary_row {
    ($($(#[$doc:meta])* $rule:ident $method:ident $value:tt $partial_x:tt $partial_y:tt [$($sample:expr),*];)*) => {
        $($(
            let (x, y): (f64, f64) = $sample;
            laws::assert_function(&Row(stringify!($method)), &[x, y]);
        )*)*
    };
}

#[test]
fn every_row_of_the_table_obeys_the_laws() {
    unary_table!(every_unary_row);
    special_table!(every_unary_row);
    binary_table!(every_binary_row);
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
    check(&One(WrongSign), &POINT);
    check(&One(WrongFactor), &POINT);
    check(&One(DroppedTerm), &POINT);
    check(&One(WrongArgument), &POINT);
    check(&One(Forgotten), &POINT);
    check(&Two(WrongVariable), &POINT);
    check(&Two(Swapped), &POINT);
    check(&Two(HalfForgotten), &POINT);
    check(&Many(Rotated), &POINT_3);
    check(&Many(LastForgotten), &POINT_3);
    check(&Many(NotNormalised), &POINT_3);
}

#[test]
fn a_violation_names_law_input_component_and_both_values() {
    let violation = laws::central_difference(&Two(HalfForgotten), &[0.5, 2.0]).unwrap_err();
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
        std::panic::catch_unwind(|| laws::assert_central_difference(&Two(HalfForgotten), &[0.5, 2.0]));
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
    check(&One(DetachedPartial), &POINT);
    check(&One(WrongSecond), &POINT);
    check(&Two(Asymmetric), &POINT);
    check(&Many(NormDetached), &POINT_3);
}

#[test]
fn an_asymmetric_second_derivative_is_caught_by_the_hessian() {
    let violation = caught(laws::hessian(&Two(Asymmetric), &POINT), "Hessian");
    assert!(violation.left.0.contains("d/dx[1] of d/dx[0]"), "{violation}");
}

/// `x`, cut off from its inputs if the program runs on `M`: a bug of one mode.
fn detached_in<M: 'static, S: Scalar>(x: S) -> S {
    if TypeId::of::<S>() == TypeId::of::<M>() { x.stop_gradient() } else { x }
}

/// A variable that the mode `M` forgets.
struct Detached<M>(std::marker::PhantomData<M>);
impl<M: 'static> Function for Detached<M> {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        x[0].sin() * detached_in::<M, S>(x[1]) * x[1]
    }
}

type D = Dual<f64, 1>;
type V = Var<f64>;

#[test]
fn a_variable_forgotten_by_one_mode_is_caught_by_the_laws_between_modes() {
    fn check<M: 'static>(modes: bool, duality: bool, hessian: bool) {
        let mutant = Detached::<M>(std::marker::PhantomData);
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
fn a_violation_between_modes_names_the_mode() {
    let mutant = Detached::<Var<D>>(std::marker::PhantomData);
    let violation = caught(laws::modes_agree(&Single(&mutant), &POINT), "modes agree");
    assert_eq!(violation.component, "dy[0]/dx[1]");
    assert!(violation.right.0.contains("forward over reverse"), "{violation}");
}

/// A mode whose tangent is not linear, and whose adjoint is another one each time.
struct Nonlinear(Cell<f64>);
impl VectorFunction for Nonlinear {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let squared = match (&x[0] as &dyn Any).downcast_ref::<D>() {
            Some(dual) => Dual::new(dual.primal, dual.tangent.map(|t| t * t)),
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
    laws::assert_primal_bits(&Single(&Detached::<V>(std::marker::PhantomData)), &POINT);
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
