//! Functions at high precision, by a crate that shares no code with this workspace: a reference for any input.
//!
//! There is no rule of differentiation here. A derivative is a central difference with a step of `2^-140`,
//! relative to `x` or to what is said instead: its truncation is below `2^-250`, and its cancellation costs 140 of the bits for a first, 280
//! for a second derivative. Who uses this says how many bits there are, in a constant `PRECISION`.

mod special;

use crate::PRECISION;
use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;

/// A binary number of [`PRECISION`] bits.
pub(crate) type Big = FBig<HalfEven>;

const STEP: isize = -140;

/// A number of the same value.
pub(crate) fn big(x: f64) -> Big {
    rounded(Big::try_from(x).expect("a finite number"))
}

/// Of the common precision, which a zero that some function returns does not have by itself.
fn rounded(x: Big) -> Big {
    x.with_precision(PRECISION).value()
}

/// The nearest `f64`.
pub(crate) fn near(x: &Big) -> f64 {
    x.to_f64().value()
}

/// The value, and the first and second derivative, of a function of one variable; `None` if it is not
/// defined around `x`.
pub(crate) fn derivatives(f: impl Fn(&Big) -> Option<Big>, x: &Big) -> Option<[Big; 3]> {
    let magnitude = near(x).abs();
    derivatives_at_scale(if magnitude == 0.0 { 0 } else { magnitude.log2() as isize }, f, x)
}

/// The same for a function that changes on the scale of `2^scale`, and not on that of `x`.
pub(crate) fn derivatives_at_scale(
    scale: isize,
    f: impl Fn(&Big) -> Option<Big>,
    x: &Big,
) -> Option<[Big; 3]> {
    let h = rounded(Big::from_parts(1.into(), scale + STEP));
    let [below, here, above] = [f(&(x - &h))?, f(x)?, f(&(x + &h))?];
    let first = (&above - &below) / (&h * big(2.0));
    let second = (above + below - &here * big(2.0)) / (&h * &h);
    Some([here, first, second])
}

/// A function of one variable by its name in the table of rules; `None` outside of its domain.
///
/// # Panics
///
/// If there is no such function here.
pub(crate) fn unary(name: &str, x: &Big) -> Option<Big> {
    unary_value(name, &rounded(x.clone())).map(rounded)
}

fn unary_value(name: &str, x: &Big) -> Option<Big> {
    let one = || big(1.0);
    let (zero, magnitude) = (big(0.0), near(x).abs());
    let is_pole = *x <= zero && *x == x.floor(); // of the gamma function
    let inside = |ok: bool, f: &dyn Fn() -> Big| ok.then(f);
    // Beyond these an `f64` overflows or underflows; the series would take for ever.
    if ["exp", "exp2", "exp_m1", "sinh", "cosh", "sigmoid", "softplus", "silu"].contains(&name)
        && magnitude > 2000.0
        || ["sin", "cos", "tan"].contains(&name) && magnitude > 1e12
    {
        return None;
    }
    let e = |x: &Big| rounded(x.exp());
    match name {
        "neg" => Some(-x),
        "square" => Some(x * x),
        "recip" => inside(*x != zero, &|| one() / x),
        "sqrt" => inside(*x > zero, &|| x.sqrt()),
        "cbrt" => inside(*x != zero, &|| x.nth_root(3)),
        "exp" => Some(e(x)),
        "exp2" => Some(e(&(x * big(2.0).ln()))),
        "exp_m1" => Some(x.exp_m1()),
        "ln" => inside(*x > zero, &|| x.ln()),
        "log2" => inside(*x > zero, &|| x.ln() / big(2.0).ln()),
        "log10" => inside(*x > zero, &|| x.ln() / big(10.0).ln()),
        "ln_1p" => inside(*x > -one(), &|| x.ln_1p()),
        "sin" => Some(x.sin()),
        "cos" => Some(x.cos()),
        "tan" => Some(x.tan()),
        "asin" => inside(*x > -one() && *x < one(), &|| x.asin()),
        "acos" => inside(*x > -one() && *x < one(), &|| x.acos()),
        "atan" => Some(x.atan()),
        "sinh" => Some(x.sinh()),
        "cosh" => Some(x.cosh()),
        "tanh" => Some(if magnitude > 2000.0 { big(near(x).signum()) } else { x.tanh() }),
        "asinh" => Some(x.asinh()),
        "acosh" => inside(*x > one(), &|| x.acosh()),
        "atanh" => inside(*x > -one() && *x < one(), &|| x.atanh()),
        "sigmoid" => Some(one() / (one() + e(&-x))),
        "softplus" => Some(e(x).ln_1p()),
        "silu" => Some(x / (one() + e(&-x))),
        "to_degrees" => Some(x * big(180.0) / Big::pi(PRECISION)),
        "to_radians" => Some(x * Big::pi(PRECISION) / big(180.0)),
        "gelu_tanh" => inside(magnitude < 40.0, &|| special::gelu_tanh(x)),
        "gaussian" => inside(magnitude < 27.0, &|| e(&-(x * x))),
        "erf" => inside(magnitude < 27.0, &|| special::erf(x)),
        "erfc" => inside(magnitude < 27.0, &|| special::erfc(x)),
        "normal_pdf" => inside(magnitude < 38.0, &|| special::normal_pdf(x)),
        "normal_cdf" => inside(magnitude < 38.0, &|| special::normal_cdf(x)),
        "gelu" => inside(magnitude < 38.0, &|| x * rounded(special::normal_cdf(x))),
        "lgamma" => inside(magnitude < 1e6 && !is_pole, &|| special::lgamma(x)),
        "digamma" => inside(magnitude < 1e6 && !is_pole, &|| special::digamma(x)),
        _ => panic!("{name} has no precise form"),
    }
}

/// An operator or a function of two variables by its name; `None` outside of its domain.
///
/// # Panics
///
/// If there is no such function here.
pub(crate) fn binary(name: &str, x: &Big, y: &Big) -> Option<Big> {
    binary_value(name, &rounded(x.clone()), &rounded(y.clone())).map(rounded)
}

fn binary_value(name: &str, x: &Big, y: &Big) -> Option<Big> {
    let zero = big(0.0);
    match name {
        "add" => Some(x + y),
        "sub" => Some(x - y),
        "mul" => Some(x * y),
        "div" => (*y != zero).then(|| x / y),
        "powf" => {
            let exponent = (*x > zero).then(|| y * x.ln())?;
            (near(&exponent).abs() < 2000.0).then(|| exponent.exp())
        }
        "hypot" => Some((x * x + y * y).sqrt()),
        "log" => (*x > zero && *y > zero && *y != big(1.0)).then(|| x.ln() / y.ln()),
        "atan2" => (*y != zero || *x != zero).then(|| atan2(x, y)),
        _ => panic!("{name} has no precise form"),
    }
}

/// The angle of the point `(x, y)`.
fn atan2(y: &Big, x: &Big) -> Big {
    let zero = big(0.0);
    let half_turn = || big(2.0) * big(1.0).asin();
    if y.clone() * y < x.clone() * x {
        let angle = (y / x).atan();
        match (*x > zero, *y < zero) {
            (true, _) => angle,
            (false, true) => angle - half_turn(),
            (false, false) => angle + half_turn(),
        }
    } else {
        let quarter = half_turn() / big(if *y > zero { 2.0 } else { -2.0 });
        quarter - (x / y).atan()
    }
}
