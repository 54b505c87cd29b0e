//! `exp`, `tanh`, `sigmoid` and `softplus` of a slice.

use super::exact::Reference;
use super::{Random, Tested, bits, for_both};
use crate::kernels::vector::elementary::{Elementary, Exp, Sigmoid, Softplus, Tanh};
use crate::kernels::vector::lane::Separate;
use crate::kernels::vector::loops;
use std::f64::consts::LN_2;

for_both! {
    exp_is_accurate;
    tanh_is_accurate;
    sigmoid_is_accurate;
    softplus_is_accurate;
    functions_are_near_the_correctly_rounded_points;
    special_arguments;
    an_element_does_not_depend_on_its_place;
    #[should_panic(expected = "`x` has 3 elements, but `y` has 2")]
    lengths_are_checked;
}

type Map<T> = fn(&[T], &mut [T], Option<&mut [T]>);

/// A function by name, as it is called and in the portable form.
struct Function<T> {
    name: &'static str,
    fast: Map<T>,
    portable: Map<T>,
}

fn functions<T: Tested>() -> [Function<T>; 4] {
    [
        Function { name: "exp", fast: T::map_exp, portable: portable::<Exp, T> },
        Function { name: "tanh", fast: T::map_tanh, portable: portable::<Tanh, T> },
        Function { name: "sigmoid", fast: T::map_sigmoid, portable: portable::<Sigmoid, T> },
        Function { name: "softplus", fast: T::map_softplus, portable: portable::<Softplus, T> },
    ]
}

fn function<T: Tested>(name: &str) -> Function<T> {
    functions().into_iter().find(|f| f.name == name).unwrap()
}

fn portable<F: Elementary, T: Tested>(x: &[T], y: &mut [T], p: Option<&mut [T]>) {
    loops::map::<F, T, Separate>(x, y);
    if let Some(p) = p {
        let mut with_partial = vec![T::zero(); x.len()];
        loops::map_with_partial::<F, T, Separate>(x, &mut with_partial, p);
        assert_eq!(bits(y), bits(&with_partial));
    }
}

/// All binades with both signs, bit patterns at even distances from the smallest number to the largest, where the functions
/// change, and around the points where the reduction of the argument does.
fn arguments<T: Tested>() -> Vec<T> {
    let mut source = Random(0x9e37_79b9_7f4a_7c15);
    let mut x = vec![T::zero(), -T::zero(), T::max_value(), T::min_value(), T::min_positive_value()];
    let mantissa = T::FORMAT.mantissa;
    for binade in 0..2 * T::FORMAT.overflow as u64 - 1 {
        for _ in 0..4 {
            let v = T::from_bits((binade << mantissa) | (source.bits() & ((1 << mantissa) - 1)));
            x.extend([v, -v]);
        }
    }
    const PATTERNS: u64 = 200_000;
    for i in 0..=PATTERNS {
        let v = T::from_bits(i * (T::max_value().bits() / PATTERNS));
        x.extend([v, -v]);
    }
    for range in [1.0, 3.0, 40.0, T::SPAN] {
        x.extend((0..4000).map(|_| T::from_literal(source.signed() * range)));
    }
    for k in -300..300 {
        let v = T::from_literal(f64::from(k) * LN_2 / 4.0);
        x.push(v);
        x.extend(v.neighbours());
    }
    x
}

/// The largest errors of values and of (normal) derivatives over all arguments.
fn largest_errors<F: Reference, T: Tested>(map: Map<T>) -> [f64; 2] {
    let x = arguments();
    let (mut y, mut p) = (vec![T::zero(); x.len()], vec![T::zero(); x.len()]);
    map(&x, &mut y, Some(&mut p));
    let mut worst = [0.0f64; 2];
    for ((&x, &y), &p) in x.iter().zip(&y).zip(&p) {
        let [value, derivative] = F::exact(x.as_f64());
        let error = T::FORMAT.ulps(y.as_f64(), value);
        assert!(error <= 2.0, "{}({x:e}) = {y:e}: {error} ulp", F::NAME);
        worst[0] = worst[0].max(error);
        let error = T::FORMAT.ulps(p.as_f64(), derivative);
        assert!(error <= 4.0, "{}'({x:e}) = {p:e}: {error} ulp", F::NAME);
        if T::FORMAT.is_normal(derivative) {
            worst[1] = worst[1].max(error);
        }
    }
    worst
}

fn check_accuracy<F: Reference, T: Tested>() {
    let Function { name, fast, portable } = function::<T>(F::NAME);
    let [fast, portable] = [fast, portable].map(largest_errors::<F, T>);
    println!("{} {name}: {fast:.2?} ulp, portable {portable:.2?}", T::NAME);
}

fn exp_is_accurate<T: Tested>() {
    check_accuracy::<Exp, T>();
}

fn tanh_is_accurate<T: Tested>() {
    check_accuracy::<Tanh, T>();
}

fn sigmoid_is_accurate<T: Tested>() {
    check_accuracy::<Sigmoid, T>();
}

fn softplus_is_accurate<T: Tested>() {
    check_accuracy::<Softplus, T>();
}

/// Points made elsewhere, so that an error in the reference above cannot hide one in a kernel.
fn functions_are_near_the_correctly_rounded_points<T: Tested>() {
    let mut checked = 0;
    for line in include_str!("../reference.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[1] != T::NAME {
            continue;
        }
        let number = |hex| T::from_bits(u64::from_str_radix(hex, 16).unwrap());
        let [x, value, derivative] = [fields[2], fields[3], fields[4]].map(number);
        let (mut y, mut p) = ([T::zero()], [T::zero()]);
        (function(fields[0]).fast)(&[x], &mut y, Some(&mut p));
        assert!(y[0].bits().abs_diff(value.bits()) <= 2, "{line}: {:e}", y[0]);
        assert!(p[0].bits().abs_diff(derivative.bits()) <= 4, "{line}: {:e}", p[0]);
        checked += 1;
    }
    assert!(checked > 500);
}

fn special_arguments<T: Tested>() {
    let (inf, zero) = (T::infinity(), T::zero());
    let x = [T::nan(), -T::nan(), inf, -inf, zero, -zero];
    let inf = f64::INFINITY;
    // Of both infinities and both zeros.
    let expected = [
        ("exp", [inf, 0.0, 1.0, 1.0], [inf, 0.0, 1.0, 1.0]),
        ("tanh", [1.0, -1.0, 0.0, -0.0], [0.0, 0.0, 1.0, 1.0]),
        ("sigmoid", [1.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.25, 0.25]),
        ("softplus", [inf, 0.0, LN_2, LN_2], [1.0, 0.0, 0.5, 0.5]),
    ];
    for (name, value, derivative) in expected {
        let Function { fast, portable, .. } = function::<T>(name);
        for map in [fast, portable] {
            let (mut y, mut p) = ([zero; 6], [zero; 6]);
            map(&x, &mut y, Some(&mut p));
            assert!(y[..2].iter().chain(&p[..2]).all(|v| v.is_nan()), "{name}: {y:?} {p:?}");
            assert_eq!(bits(&y[2..]), bits(&value.map(T::from_literal)), "{name}: {y:?}");
            assert_eq!(bits(&p[2..]), bits(&derivative.map(T::from_literal)), "{name}': {p:?}");
        }
    }
}

fn an_element_does_not_depend_on_its_place<T: Tested>() {
    let mut source = Random(7);
    for Function { name, fast: map, .. } in functions::<T>() {
        for len in 0..=40 {
            let (x, range) = source.unaligned::<T>(len);
            let x: Vec<T> = x.iter().map(|&x| x * T::from_literal(9.0)).collect();
            let x = &x[range];
            let [mut y, mut value, mut p] = [(); 3].map(|()| vec![T::zero(); len]);
            map(x, &mut value, None);
            map(x, &mut y, Some(&mut p));
            assert_eq!(bits(&y), bits(&value), "{name} with and without derivative");
            for i in 0..len {
                let (mut y_alone, mut p_alone) = ([T::zero()], [T::zero()]);
                map(&x[i..=i], &mut y_alone, Some(&mut p_alone));
                assert_eq!(y[i].bits(), y_alone[0].bits(), "{name}: {i} of {len}");
                assert_eq!(p[i].bits(), p_alone[0].bits(), "{name}': {i} of {len}");
            }
        }
    }
}

fn lengths_are_checked<T: Tested>() {
    T::map_exp(&[T::zero(); 3], &mut [T::zero(); 2], None);
}
