//! [`Activation`] as a derivative rule: the choice made by name, at the cost of the rule itself.

use crate::kind::Activation;
use ad_core::{Real, Scalar, Unary, rules};

/// Runs `$body` with `$rule` bound to the table's row for an activation.
macro_rules! with_rule {
    ($activation:expr, $rule:ident => $body:expr) => {
        with_rule!(@ $activation, $rule => $body; Tanh Sigmoid Relu Softplus Identity)
    };
    // A row has the name of the activation.
    (@ $activation:expr, $rule:ident => $body:expr; $($name:ident)*) => {
        match $activation {
            $(Activation::$name => {
                let $rule = rules::$name;
                $body
            })*
        }
    };
}

impl Unary for Activation {
    const NAME: &'static str = "activation";

    fn value<R: Real>(self, x: R) -> R {
        with_rule!(self, rule => rule.value(x))
    }
    fn partial<S: Scalar>(self, x: S, y: S) -> S {
        with_rule!(self, rule => rule.partial(x, y))
    }
    fn values<R: Real>(self, x: &[R], y: &mut [R]) {
        with_rule!(self, rule => rule.values(x, y));
    }
    fn values_and_partials<R: Real>(self, x: &[R], y: &mut [R], p: &mut [R]) {
        with_rule!(self, rule => rule.values_and_partials(x, y, p));
    }
}
