//! What is no row of the table of one or two variables: functions of any number, and the kernels of arrays.

use crate::precise::{Big, big, binary, unary};
use ad_core::{Array, Scalar, rules};
use ad_tests::reference::Program;

/// A function of two variables.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OfTwo {
    LogSumExp,
    Softmax,
    Norm,
    Prod,
    MulAdd,
    LogSumExpOfArrays,
    SoftmaxOfArrays,
}

/// The third argument of `mul_add`.
const ADDED: f64 = 0.75;

impl OfTwo {
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("log_sum_exp", Self::LogSumExp),
        ("softmax", Self::Softmax),
        ("norm", Self::Norm),
        ("prod", Self::Prod),
        ("mul_add", Self::MulAdd),
    ];

    /// What is an operation on arrays with derivatives of its own.
    pub(crate) const OF_ARRAYS: [(&'static str, Self); 2] =
        [("log_sum_exp of arrays", Self::LogSumExpOfArrays), ("softmax of arrays", Self::SoftmaxOfArrays)];

    pub(crate) fn exact(self, x: &Big, y: &Big) -> Option<Big> {
        let exp = |x| unary("exp", x);
        match self {
            Self::LogSumExp | Self::LogSumExpOfArrays => unary("ln", &(exp(x)? + exp(y)?)),
            Self::Softmax | Self::SoftmaxOfArrays => Some(exp(x)? / (exp(x)? + exp(y)?)),
            Self::Norm => binary("hypot", x, y),
            Self::Prod => Some(x * y),
            Self::MulAdd => Some(x * y + big(ADDED)),
        }
    }
}

impl Program for OfTwo {
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
        match self {
            Self::LogSumExp => S::log_sum_exp(x),
            Self::Softmax => S::softmax(x)[0],
            Self::Norm => S::norm(x),
            Self::Prod => S::prod(x),
            Self::MulAdd => x[0].mul_add(x[1], S::lit(ADDED)),
            Self::LogSumExpOfArrays => S::Vector::from_scalars([2], x).log_sum_exp().get(0),
            Self::SoftmaxOfArrays => S::Vector::from_scalars([2], x).softmax().get(0),
        }
    }
}

/// A function of arrays that has a kernel of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel(pub(crate) &'static str);

impl Kernel {
    pub(crate) const ALL: [Self; 4] = [Self("exp"), Self("tanh"), Self("sigmoid"), Self("softplus")];
}

impl Program for Kernel {
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
        let x = S::Vector::from_scalars([1], x);
        let y = match self.0 {
            "exp" => x.map(rules::Exp),
            "tanh" => x.map(rules::Tanh),
            "sigmoid" => x.map(rules::Sigmoid),
            _ => x.map(rules::Softplus),
        };
        y.get(0)
    }
}
