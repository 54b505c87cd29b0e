//! Batches on several cores: the same bits for any number of threads, and the sum over the sequences.

use ad_core::tree::flatten;
use ad_core::{Matrix, Vector};
use rnn::credit::{bptt, parallel};
use rnn::{Activation, Loss, Output, Parameters, Rnn, Sequence};

const NET: Rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.4, loss: Loss::Squared };

fn number(b: usize, t: usize, i: usize) -> f64 {
    (1.3 * b as f64 + 0.7 * t as f64 + 2.9 * i as f64).sin()
}

/// `batch` sequences of two inputs and one output, eleven steps each.
fn data(batch: usize) -> Sequence<f64, 2> {
    let at = |t: usize, width: usize| {
        Matrix::new([batch, width], (0..batch * width).map(|k| number(k / width, t, k % width)))
    };
    Sequence::new((0..11).map(|t| at(t, 2)).collect(), (0..11).map(|t| at(t, 1)).collect())
}

fn bits((loss, grad): &(f64, Parameters<f64>)) -> Vec<u64> {
    std::iter::once(*loss).chain(flatten(grad)).map(f64::to_bits).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let params = Parameters::random(2, 9, 1, 1.0, 3);
    for batch in [1, 15, 16, 17, 100] {
        let data = data(batch);
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            bits(&pool.install(|| parallel::value_and_grad(&NET, &params, &data)))
        };
        let alone = run(1);
        for threads in 1..=16 {
            // Several times, because the threads take the groups in another order each time.
            for _ in 0..4 {
                assert_eq!(run(threads), alone, "{batch} sequences on {threads} threads");
            }
        }
    }
}

#[test]
fn a_batch_is_the_sum_of_its_sequences() {
    let params = Parameters::random(2, 9, 1, 1.0, 3);
    for batch in [1, 16, 17, 100] {
        let data = data(batch);
        let (loss, grad) = parallel::value_and_grad(&NET, &params, &data);
        let alone = |b: usize| {
            let at = |x: &Matrix<f64>| Vector::from(x.row(b));
            let (x, y) = data.iter().map(|(x, y)| (at(x), at(y))).unzip();
            bptt::value_and_grad(&NET, &params, &Sequence::new(x, y))
        };
        let sum = (0..batch).map(alone).reduce(|a, b| (a.0 + b.0, a.1.plus(&b.1))).unwrap();
        assert!((loss - sum.0).abs() <= 1e-12 * sum.0, "{batch} sequences: {loss} and {}", sum.0);
        let (grad, sum) = (flatten(&grad), flatten(&sum.1));
        let largest = sum.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
        for (i, (a, b)) in grad.iter().zip(&sum).enumerate() {
            assert!((a - b).abs() <= 1e-12 * largest, "{batch} sequences, parameter {i}: {a} and {b}");
        }
    }
}

#[test]
fn a_single_group_is_the_whole_batch_to_the_bit() {
    let (params, data) = (Parameters::random(2, 9, 1, 1.0, 3), data(parallel::ROWS));
    let whole = bptt::value_and_grad(&NET, &params, &data);
    assert_eq!(bits(&parallel::value_and_grad(&NET, &params, &data)), bits(&whole));
}
