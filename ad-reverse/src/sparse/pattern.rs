//! [`Pattern`]: a number that knows which inputs it depends on.

use super::matrix::Sparsity;
use ad_core::kernels::Kernels;
use ad_core::num_traits::Zero;
use ad_core::rule::Partials;
use ad_core::{Binary, Dense, Nary, Real, Scalar, Unary};
use std::array::from_fn;
use std::fmt;
use std::iter::successors;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

const WORDS: usize = 4;

/// How many inputs a [`Pattern`] tells apart: so many rows of bits are found in one run.
pub const INPUTS: usize = WORDS * u64::BITS as usize;

/// A plain number with the set of inputs that it depends on, out of [`INPUTS`].
///
/// Its value takes the branches of the plain run. Every operation unites the sets of its operands, also where
/// a derivative happens to be 0.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<R> {
    value: R,
    inputs: [u64; WORDS],
}

impl<R: Real> Pattern<R> {
    fn constant_of(value: R) -> Self {
        Self { value, inputs: [0; WORDS] }
    }

    /// Input number `index`.
    fn input(value: R, index: usize) -> Self {
        let bit = |word: usize| if word == index / 64 { 1 << (index % 64) } else { 0 };
        Self { value, inputs: from_fn(bit) }
    }

    /// The inputs that it depends on, in order.
    pub fn inputs(self) -> impl Iterator<Item = usize> {
        // From one bit to the next: in each of many runs nearly all sets are empty.
        self.inputs.into_iter().enumerate().flat_map(|(word, all)| {
            let rests = successors(Some(all), |rest| Some(rest & rest.wrapping_sub(1)));
            rests.take_while(|&rest| rest != 0).map(move |rest| word * 64 + rest.trailing_zeros() as usize)
        })
    }

    fn with(self, other: Self, value: R) -> Self {
        Self { value, inputs: from_fn(|word| self.inputs[word] | other.inputs[word]) }
    }
}

/// Which of the inputs `x` each result of `f` depends on.
pub(super) fn dependencies<T: Scalar>(
    x: &[T],
    f: impl Fn(&[Pattern<T::Real>]) -> Vec<Pattern<T::Real>>,
) -> Sparsity {
    let mut inputs: Vec<_> = x.iter().map(|x| Pattern::constant_of(x.primal())).collect();
    let mut rows: Vec<Vec<usize>> = Vec::new();
    // With no inputs at all there are still results.
    for start in (0..x.len().max(1)).step_by(INPUTS) {
        let end = x.len().min(start + INPUTS);
        for (index, input) in inputs[start..end].iter_mut().enumerate() {
            *input = Pattern::input(input.value, index);
        }
        let out = f(&inputs);
        rows.resize(out.len(), Vec::new());
        for (row, y) in rows.iter_mut().zip(out) {
            row.extend(y.inputs().map(|index| start + index));
        }
        for input in &mut inputs[start..end] {
            *input = Pattern::constant_of(input.value);
        }
    }
    Sparsity::from_rows(x.len(), rows)
}

impl<R: Real> Kernels for Pattern<R> {}

impl<R: Real> Scalar for Pattern<R> {
    type Real = R;
    type Array<const RANK: usize> = Dense<Self, RANK>;
    const ORDER: usize = 1; // the sets are those of first derivatives

    fn constant(x: R) -> Self {
        Self::constant_of(x)
    }
    fn primal(self) -> R {
        self.value
    }
    fn apply<U: Unary>(self, rule: U) -> Self {
        Self { value: rule.value(self.value), ..self }
    }
    fn apply2<B: Binary>(self, rhs: Self, rule: B) -> Self {
        self.with(rhs, rule.value(self.value, rhs.value))
    }
    fn apply_n<N: Nary>(args: &[Self], rule: N) -> Self {
        let values: Partials<R> = args.iter().map(|x| x.value).collect();
        let all = args.iter().fold(Self::zero(), |all, &x| all.with(x, R::zero()));
        Self { value: rule.value(&values), ..all }
    }
    fn with_primal(self, x: R) -> Self {
        Self { value: x, ..self }
    }
    fn is_all_finite(self) -> bool {
        self.value.is_all_finite()
    }
    fn is_strong_zero(self) -> bool {
        self.value.is_strong_zero() && self.inputs == [0; WORDS]
    }
    fn is_zero_in_value(self) -> bool {
        self.value.is_zero_in_value()
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:tt)*) => {
        $(
            impl<R: Real> $trait for Pattern<R> {
                type Output = Self;
                fn $method(self, rhs: Self) -> Self {
                    self.with(rhs, self.value $op rhs.value)
                }
            }
        )*
    };
}
operators!(Add add + Sub sub - Mul mul * Div div / Rem rem %);
ad_core::impl_assign_operators!([R: Real] Pattern<R>: Pattern<R>);

impl<R: Real> Neg for Pattern<R> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, ..self }
    }
}

ad_core::impl_by_value!([R: Real] Pattern<R>: R, value, constant_of);

/// The value alone.
impl<R: Real> fmt::Display for Pattern<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}
