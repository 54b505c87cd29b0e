//! The choices that a case file or a command line makes by name: f of Eq. 1.2, g of Eq. 1.4 and L_t of Eq. 1.5.
//!
//! These are names and nothing more. What a name computes stands with the model and the loss.

use std::fmt;
use std::str::FromStr;

/// A name that is none of those known, with the names that are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind {
    /// What was being chosen: `activation`, `output` or `loss`.
    pub what: &'static str,
    /// The name that was given.
    pub found: String,
    /// The names that are known.
    pub known: &'static [&'static str],
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `{:?}` escapes line breaks, so the message stays one line whatever the file holds.
        write!(f, "unknown {} {:?} ({})", self.what, self.found, self.known.join(", "))
    }
}

impl std::error::Error for UnknownKind {}

/// Gives an enum of names its `ALL`, `NAMES`, `Display` and `FromStr` out of one list.
macro_rules! named {
    ($kind:ident, $what:literal, $($variant:ident = $name:literal),+ $(,)?) => {
        impl $kind {
            /// Every choice, in the order of [`Self::NAMES`].
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The names as files and command lines spell them.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name as files and command lines spell it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownKind;

            fn from_str(name: &str) -> Result<Self, UnknownKind> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownKind { what: $what, found: name.to_owned(), known: Self::NAMES }),
                }
            }
        }
    };
}

/// The hidden units' activation f of Eq. 1.2, applied to each element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// tanh u
    Tanh,
    /// 1 / (1 + exp(-u))
    Sigmoid,
    /// max(u, 0), with derivative 0 at 0
    Relu,
    /// ln(1 + exp u)
    Softplus,
    /// u
    Identity,
}

named!(
    Activation,
    "activation",
    Tanh = "tanh",
    Sigmoid = "sigmoid",
    Relu = "relu",
    Softplus = "softplus",
    Identity = "identity",
);

/// The output function g of Eq. 1.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// v
    Identity,
    /// 1 / (1 + exp(-v)), for each element
    Sigmoid,
    /// exp v / sum exp v: beyond the chapter, whose g acts on each element by itself
    Softmax,
}

named!(Output, "output", Identity = "identity", Sigmoid = "sigmoid", Softmax = "softmax");

/// The loss L_t of Eq. 1.5, which the chapter leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// 1/2 sum (y - y*)^2
    Squared,
    /// Softmax: -sum y* ln y. Sigmoid: the binary cross entropy, summed over the outputs. Targets are probabilities, of a softmax with
    /// the sum 1: reading a case looks, the loss takes them as they are.
    CrossEntropy,
}

named!(Loss, "loss", Squared = "squared", CrossEntropy = "cross_entropy");

impl Loss {
    /// Whether this loss has a meaning for outputs made by `g`: cross entropy needs probabilities.
    #[must_use]
    pub fn accepts(self, g: Output) -> bool {
        match self {
            Self::Squared => true,
            Self::CrossEntropy => matches!(g, Output::Sigmoid | Output::Softmax),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_what_it_names() {
        for &f in Activation::ALL {
            assert_eq!(f.to_string().parse(), Ok(f));
        }
        for &g in Output::ALL {
            assert_eq!(g.to_string().parse(), Ok(g));
        }
        for &loss in Loss::ALL {
            assert_eq!(loss.to_string().parse(), Ok(loss));
        }
        assert_eq!(Activation::ALL.len(), 5);
        assert_eq!(Output::ALL.len(), 3);
        assert_eq!(Loss::ALL.len(), 2);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "foo".parse::<Activation>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"unknown activation "foo" (tanh, sigmoid, relu, softplus, identity)"#
        );
        // Names are exact, and a line break in one does not break the message.
        let error = "Tanh\n".parse::<Activation>().unwrap_err();
        assert_eq!(error.to_string().lines().count(), 1);
    }

    #[test]
    fn cross_entropy_needs_probabilities() {
        assert!(!Loss::CrossEntropy.accepts(Output::Identity));
        assert!(Loss::CrossEntropy.accepts(Output::Sigmoid));
        assert!(Loss::CrossEntropy.accepts(Output::Softmax));
        assert!(Output::ALL.iter().all(|&g| Loss::Squared.accepts(g)));
    }
}
