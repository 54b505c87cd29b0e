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
