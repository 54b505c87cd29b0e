//! Where the Jacobian by reverse mode becomes cheaper than the one by forward mode.
//!
//! The baseline is forward mode, so a ratio below 1 says that reverse mode wins. Two programs: a dense
//! layer, in which every result depends on every input, and a chain of mixing steps, whose cost does not
//! depend on how many of the last state's numbers are results.

use ad_benches::{Pairs, Table, wants_json};
use ad_core::{Scalar, VectorFunction};
use std::hint::black_box;

struct Layer {
    outputs: usize,
}

impl VectorFunction for Layer {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let row = |i: usize| {
            let terms = x.iter().enumerate().map(|(j, &x)| x * S::lit((i * 7 + j * 13) as f64 % 1.7 - 0.8));
            terms.fold(S::zero(), |sum, term| sum + term).tanh()
        };
        (0..self.outputs).map(row).collect()
    }
}

struct Mixing {
    outputs: usize,
    steps: usize,
}

impl VectorFunction for Mixing {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let mut x = x.to_vec();
        for _ in 0..self.steps {
            let n = x.len();
            x = (0..n).map(|i| (x[i] * x[(i + 1) % n] + x[(i + n / 2) % n]).sin()).collect();
        }
        (0..self.outputs).map(|i| x[i % x.len()] * x[(i / x.len()) % x.len()]).collect()
    }
}

fn measure<F: VectorFunction>(table: &mut Table, name: &str, f: &F, inputs: usize, outputs: usize) {
    let x: Vec<f64> = (0..inputs).map(|i| 0.3 + (i as f64).sin() * 0.2).collect();
    let ratio = Pairs::default().measure(
        || ad_forward::jacobian(|x| f.call(x), black_box(&x)),
        || ad_reverse::jacobian(|x| f.call(x), black_box(&x)),
    );
    table.row(&format!("{name} {inputs} -> {outputs}"), "reverse", "forward", ratio);
}

fn main() {
    let json = wants_json();
    let mut table = Table::new("jacobian");
    for inputs in [8, 16, 32, 64, 128] {
        for (numerator, denominator) in [(1, 8), (1, 4), (1, 2), (1, 1), (2, 1)] {
            let outputs = inputs * numerator / denominator;
            measure(&mut table, "layer", &Layer { outputs }, inputs, outputs);
            measure(&mut table, "mixing", &Mixing { outputs, steps: 20 }, inputs, outputs);
        }
    }
    table.print(json);
}
