//! rayon: the columns of a Jacobian, and batches of gradients, on many threads.

use ad_core::Scalar;
use ad_forward::{jacobian, par_jacobian};
use ad_reverse::{Var, grad};
use ad_tests::points::{ordinary, points_of};
use proptest::prelude::*;
use rayon::prelude::*;

fn neighbours<S: Scalar>(x: &[S]) -> Vec<S> {
    x.windows(2).map(|pair| (pair[0] * pair[1]).sin()).collect()
}

/// The same work on 1, 2, .. 16 threads, whatever the machine has.
fn on_every_number_of_threads<R: Send>(work: impl Fn() -> R + Sync) -> impl Iterator<Item = (usize, R)> {
    (1..=16).map(move |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.current_num_threads(), threads);
        (threads, pool.install(&work))
    })
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

/// 70 columns are more than a chunk for each of 16 threads.
#[test]
fn one_to_sixteen_threads_give_the_bits_of_one() {
    let x: Vec<f64> = (0..70).map(|i| (0.7 * f64::from(i)).sin()).collect();
    let columns = jacobian(neighbours, &x);
    for (threads, found) in on_every_number_of_threads(|| par_jacobian(neighbours, &x)) {
        assert_eq!(bits(found.as_slice()), bits(columns.as_slice()), "{threads} threads");
    }
    let loss = |x: &Var<f64>| (*x * *x).sin();
    let gradients: Vec<f64> = x.iter().map(|x| grad(loss, x)).collect();
    for (threads, found) in
        on_every_number_of_threads(|| x.par_iter().map(|x| grad(loss, x)).collect::<Vec<_>>())
    {
        assert_eq!(bits(&found), bits(&gradients), "{threads} threads");
    }
}

proptest! {
    /// Also with no input, less than a chunk, and a last chunk that is not full.
    #[test]
    fn columns_in_parallel_are_the_columns(x in points_of(0..=40, ordinary())) {
        prop_assert_eq!(par_jacobian(neighbours, &x), jacobian(neighbours, &x));
    }

    /// Each thread has its recording: a batch needs no more than an iterator of rayon's.
    #[test]
    fn batches_of_gradients(x in points_of(1..=40, ordinary())) {
        let loss = |x: &Var<f64>| (*x * *x).sin();
        let expected: Vec<f64> = x.iter().map(|x| grad(loss, x)).collect();
        let found: Vec<f64> = x.par_iter().map(|x| grad(loss, x)).collect();
        prop_assert_eq!(found, expected);
    }
}
