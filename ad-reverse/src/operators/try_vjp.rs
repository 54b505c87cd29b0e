//! Gradients whose recordings may not grow without bounds: [`try_grad`], [`try_value_and_grad`], [`try_vjp`].

use crate::operators::pullback::Pullback;
use crate::operators::vjp::record;
use crate::tape::MAX_OPERATIONS;
use crate::tape::ceiling::{RecordingError, RecordingSize};
use crate::var::Var;
use ad_core::{Scalar, Tree};

/// [`grad`](crate::grad) with a ceiling for the recording.
///
/// # Errors
///
/// As [`try_vjp`].
///
/// # Panics
///
/// As [`grad`](crate::grad).
pub fn try_grad<T, P>(
    f: impl FnOnce(&P::Over<Var<T>>) -> Var<T>,
    x: &P,
    ceiling: RecordingSize,
) -> Result<P::Owned<T>, RecordingError>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    Ok(try_value_and_grad(f, x, ceiling)?.1)
}

/// [`value_and_grad`](crate::value_and_grad) with a ceiling for the recording.
///
/// # Errors
///
/// As [`try_vjp`].
///
/// # Panics
///
/// As [`grad`](crate::grad).
pub fn try_value_and_grad<T, P>(
    f: impl FnOnce(&P::Over<Var<T>>) -> Var<T>,
    x: &P,
    ceiling: RecordingSize,
) -> Result<(T, P::Owned<T>), RecordingError>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
{
    let (y, mut pullback) = try_vjp(f, x, ceiling)?;
    Ok((y, pullback.call(&T::one())))
}

/// [`vjp`](fn@crate::vjp) with a ceiling for the recording.
///
/// The ceiling is looked at with every array operation, and where scalar ones need memory: they can pass it by a chunk of
/// 64 KiB, or by 2 MiB on a tape that has been longer before, or by one record where that is longer still (a rule of `n`
/// scalars, such as [`Scalar::norm`], has one of about 12 `n` bytes over `f64`). Past it nothing is kept any more, and `f`
/// runs to its end.
///
/// ```
/// use ad_core::Scalar;
/// use ad_reverse::{RecordingError, RecordingSize, try_grad, Var};
///
/// let long = |x: &Var<f64>| (0..1_000_000).fold(*x, |y, _| y.sin());
/// let Err(error) = try_grad(long, &1.0, RecordingSize::of_bytes(1 << 20)) else { panic!("it does not fit") };
/// let RecordingError::Ceiling { needed, .. } = error else { unreachable!() };
/// assert_eq!(needed.operations, 1_000_001);
/// assert!(try_grad(long, &1.0, needed).is_ok());
/// ```
///
/// # Errors
///
/// If the recording passes the ceiling: how much it would have needed.
///
/// # Panics
///
/// As [`grad`](crate::grad), but for the limit of the indices, `2^31 - 2^20` operations, which is a ceiling here;
/// unless the inputs alone are so many scalars.
#[allow(clippy::type_complexity, reason = "two results, each of its own type")]
pub fn try_vjp<'x, T, P, Out>(
    f: impl FnOnce(&P::Over<Var<T>>) -> Out,
    x: &'x P,
    ceiling: RecordingSize,
) -> Result<(Out::Owned<T>, Pullback<'x, T, P>), RecordingError>
where
    T: Scalar,
    P: Tree<Scalar = T> + ?Sized,
    Out: Tree<Scalar = Var<T>>,
{
    let indexed = RecordingSize { operations: ceiling.operations.min(MAX_OPERATIONS), ..ceiling };
    let (y, _, pullback) = record::<T, P, Out, 1>(|x| (f(x), Vec::new()), x, indexed).map_err(
        |RecordingError::Ceiling { needed, .. }| {
            let ceiling = if needed.exceeds(ceiling) { ceiling } else { indexed };
            RecordingError::Ceiling { ceiling, needed }
        },
    )?;
    Ok((y, pullback))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grad;
    use crate::tape::MAX_OPERATIONS;
    use crate::tape::stream::MAX_NODES;
    use std::panic::catch_unwind;

    fn sines(n: u64) -> impl Fn(&Var<f64>) -> Var<f64> {
        move |x| (0..n).fold(*x, |y, _| y.sin())
    }

    /// Its limit is lowered for the unit tests.
    #[test]
    fn indices_do_not_overflow() {
        assert!(grad(sines(MAX_NODES / 2), &1.0) > 0.0);
        let caught = catch_unwind(|| grad(sines(MAX_NODES), &1.0)).unwrap_err();
        let message = caught.downcast::<String>().unwrap();
        assert!(message.contains("a recording holds at most"), "{message}");
        assert_eq!(grad(sines(1), &0.0), 1.0, "and the next recording is as good as any");
    }

    #[test]
    fn more_inputs_than_indices_are_refused() {
        let x = vec![0.0; MAX_OPERATIONS as usize];
        let first = |x: &[Var<f64>]| x[0];
        assert_eq!(grad(first, &x[1..]).len() as u64, MAX_OPERATIONS - 1);
        let without = catch_unwind(|| grad(first, &x[..])).map(drop);
        let with = catch_unwind(|| try_grad(first, &x[..], RecordingSize::UNLIMITED)).map(drop);
        for caught in [without, with] {
            let message = caught.unwrap_err().downcast::<String>().unwrap();
            assert!(message.contains("a recording holds at most"), "{message}");
        }
    }

    #[test]
    fn the_limit_of_the_indices_is_an_error_where_there_is_a_ceiling() {
        let ceiling = RecordingSize { operations: MAX_OPERATIONS, ..RecordingSize::UNLIMITED };
        for n in [MAX_OPERATIONS, MAX_NODES - 1, MAX_NODES, 3 * MAX_NODES] {
            let error = try_grad(sines(n), &1.0, RecordingSize::UNLIMITED).unwrap_err();
            let RecordingError::Ceiling { ceiling: allowed, needed } = error;
            assert_eq!((allowed, needed.operations), (ceiling, n + 1));
        }
        assert!(try_grad(sines(MAX_OPERATIONS - 1), &1.0, RecordingSize::UNLIMITED).is_ok());
    }

    /// What outlives a recording that was given up belongs to none that follows, also after
    /// an inner recording has drawn ids.
    #[test]
    fn variables_of_a_recording_that_was_given_up_are_refused() {
        for inner in [false, true] {
            let kept = std::cell::RefCell::new(Vec::new());
            let long = |x: &Var<f64>| {
                if inner {
                    assert_eq!(grad(sines(1), &0.0), 1.0);
                }
                (0..2 * MAX_NODES).fold(*x, |y, i| {
                    if i % 1000 == 0 {
                        kept.borrow_mut().push(y);
                    }
                    y.sin()
                })
            };
            assert!(try_grad(long, &1.0, RecordingSize::UNLIMITED).is_err());
            let kept = kept.into_inner();
            let recorded = |x: &Var<f64>| {
                let y = sines(5000)(x);
                for &old in &kept {
                    let used = std::panic::AssertUnwindSafe(|| old * y);
                    assert!(catch_unwind(used).is_err(), "{old} was taken for a variable");
                }
                y
            };
            let _ = grad(recorded, &1.0);
        }
    }
}
