//! The laws.
//!
//! Each law is a method of [`Laws`], which holds the tolerance, and two functions with the default one:
//! `law(f, x, ..)` returns a [`Violation`], `assert_law(f, x, ..)` panics with it.
//!
//! | law | what it sees |
//! |---|---|
//! | [`modes_agree`] | a mode, or a nesting of modes, that computes another Jacobian than the others |
//! | [`duality`] | a pullback that is not the transpose of the pushforward |
//! | [`linearity`] | a jvp or vjp that is not linear |
//! | [`hessian`] | a Hessian that is not symmetric, or not the same by all four nestings |
//! | [`primal_bits`] | a mode whose value is not bit for bit that of the `f64` run |
//! | [`single_precision`] | a derivative that is wrong for `f32` alone |
//! | [`taylor_2`] | a wrong gradient, in every mode alike: the remainder shrinks too slowly |
//! | [`taylor_3`] | a wrong second derivative, in every mode alike |
//! | [`central_difference`] | a wrong component of the gradient, by name |
//!
//! The first five hold everywhere, also at kinks and singular points as far as both sides are finite; the
//! last four compare the derivative with the function, and need it to be smooth around `x`.
//!
//! A wrong *rule* is wrong in every mode alike, since there is one table of rules: only laws that look at
//! the function see it. A wrong *mode* is seen by the laws that compare modes.

mod single;
mod smooth;
mod structure;
mod violation;

pub use structure::{hessians, jacobians};
pub use violation::{Details, Tolerance, Violation};

use ad_core::function::Single;
use ad_core::{Function, VectorFunction};

/// The laws, with a tolerance.
///
/// ```
/// use ad_core::function;
/// use ad_tests::laws::{Laws, Tolerance};
///
/// let f = function!(|x: &[S]| -> S { x[0].tanh() });
/// let strict = Laws { tolerance: Tolerance { relative: 1e-15, absolute: 0.0 } };
/// strict.function(&f, &[0.5])?;
/// # Ok::<(), ad_tests::laws::Violation>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Laws {
    /// How close is close enough.
    pub tolerance: Tolerance,
}

impl Laws {
    /// The laws that hold for every function at every point: [`primal_bits`](Self::primal_bits),
    /// [`modes_agree`](Self::modes_agree), [`duality`](Self::duality) and [`linearity`](Self::linearity).
    ///
    /// # Errors
    ///
    /// The first violation.
    pub fn vector_function<F: VectorFunction>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        self.primal_bits(f, x)?;
        self.modes_agree(f, x)?;
        let outputs = f.call(x).len();
        let (v, w) = (direction(x.len(), 1), direction(outputs, 2));
        self.duality(f, x, &v, &w)?;
        self.linearity(f, x, &v, &w)
    }

    /// All laws of a scalar function: those of [`vector_function`](Self::vector_function),
    /// [`hessian`](Self::hessian), and, if it is smooth around `x` as it should be here, the last three.
    ///
    /// # Errors
    ///
    /// The first violation.
    pub fn function<F: Function>(&self, f: &F, x: &[f64]) -> Result<(), Violation> {
        self.vector_function(&Single(f), x)?;
        self.hessian(f, x)?;
        self.central_difference(f, x)?;
        let v = direction(x.len(), 3);
        self.taylor_2(f, x, &v)?;
        self.taylor_3(f, x, &v)
    }
}

/// Directions that prefer no component: irrational, of both signs, the same every time.
fn direction(len: usize, number: usize) -> Vec<f64> {
    (0..len).map(|i| (1.0 + (i * 7 + number * 13) as f64).sin() + 0.1).collect()
}

/// Each law as a function with the default tolerance, and as an assertion.
macro_rules! with_default_tolerance {
    ($($law:ident $assert:ident $Trait:ident ($($more:ident),*);)*) => {
        $(
            #[doc = concat!("[`Laws::", stringify!($law), "`] with the default tolerance.")]
            ///
            /// # Errors
            ///
            /// The first violation.
            pub fn $law<F: $Trait>(f: &F, x: &[f64] $(, $more: &[f64])*) -> Result<(), Violation> {
                Laws::default().$law(f, x $(, $more)*)
            }

            #[doc = concat!("Asserts [`Laws::", stringify!($law), "`] with the default tolerance.")]
            ///
            /// # Panics
            ///
            /// If the law is broken, with the violation.
            #[track_caller]
            pub fn $assert<F: $Trait>(f: &F, x: &[f64] $(, $more: &[f64])*) {
                if let Err(violation) = $law(f, x $(, $more)*) {
                    panic!("{violation}");
                }
            }
        )*
    };
}
with_default_tolerance! {
    function assert_function Function ();
    vector_function assert_vector_function VectorFunction ();
    primal_bits assert_primal_bits VectorFunction ();
    modes_agree assert_modes_agree VectorFunction ();
    duality assert_duality VectorFunction (v, w);
    linearity assert_linearity VectorFunction (v, w);
    single_precision assert_single_precision VectorFunction ();
    hessian assert_hessian Function ();
    central_difference assert_central_difference Function ();
    taylor_2 assert_taylor_2 Function (v);
    taylor_3 assert_taylor_3 Function (v);
}
