//! Fixed workloads by name, each one gradient: what the guard counts and a profiler looks at.

use crate::hand::{Sizes, network, parameters, sequence};
use crate::programs::{
    Dot, InlinedLoss, Loops, Product, Rnn, Shape, chain, rosenbrock, rosenbrock_preaccumulated,
};
use ::rnn::Parameters;
use ::rnn::credit::Mode;
use ad_core::Function;
use ad_core::function::Wide;
use ad_forward::Dual;
use ad_reverse::{Var, grad, value_and_grad};
use std::hint::black_box;

/// A workload, ready to run.
pub type Workload = Box<dyn FnMut()>;

/// Makes a workload.
pub type Make = fn() -> Workload;

/// All of them, with their names.
pub const ALL: [(&str, Make); 11] = [
    ("chain", || boxed(|| grad(|&x| chain(x, 1000), black_box(&0.5)))),
    ("rosenbrock", || by_rosenbrock(rosenbrock)),
    ("rosenbrock-preaccumulated", || by_rosenbrock(rosenbrock_preaccumulated)),
    ("scalar-rnn", scalar_rnn::<Loops>),
    ("scalar-rnn-dot", scalar_rnn::<Dot>),
    ("forward-8", forward),
    ("forward-16-wide", forward_wide),
    ("bptt", || by_mode(Mode::Bptt)),
    ("bptt-recorded", recorded),
    ("rtrl", || by_mode(Mode::Rtrl)),
    ("window", || by_mode(Mode::Window(16))),
];

/// Where what a library does beside the arithmetic is seen best.
const SMALL: Sizes = Sizes { n: 4, d: 16, m: 4, t: 64, b: 1 };

fn boxed<R>(mut run: impl FnMut() -> R + 'static) -> Workload {
    Box::new(move || drop(black_box(run())))
}

fn by_rosenbrock(f: fn(&[Var<f64>]) -> Var<f64>) -> Workload {
    let x: Vec<f64> = (0..1000).map(|i| 0.5 + 0.001 * f64::from(i)).collect();
    boxed(move || grad(f, black_box(&x[..])))
}

fn scalar_rnn<P: Product<Var<f64>>>() -> Workload {
    let rnn = Rnn::new(Shape { n: 8, d: 64, m: 8, t: 10 });
    boxed(move || grad(|p| rnn.loss::<_, P>(p), black_box(&rnn.parameters[..])))
}

fn forward() -> Workload {
    let rnn = Rnn::new(Shape { n: 4, d: 32, m: 4, t: 10 });
    let p: Vec<Dual<f64, 8>> = rnn.parameters.iter().map(|&x| Dual::from_primal(x)).collect();
    boxed(move || rnn.loss::<_, Loops>(black_box(&p[..])))
}

fn forward_wide() -> Workload {
    let rnn = Rnn::new(Shape { n: 4, d: 32, m: 4, t: 10 });
    // A parameter a direction: where all move, the compiler vectorises one way or another, by what else is in the program.
    let input = |(i, &x): (usize, &f64)| if i < 16 { Dual::variable(x, i) } else { Dual::from_primal(x) };
    let p: Vec<Dual<f64, 16>> = rnn.parameters.iter().enumerate().map(input).collect();
    boxed(move || Wide(&InlinedLoss(&rnn)).call(black_box(&p[..])))
}

fn recorded() -> Workload {
    let (params, data, rnn) = (parameters(SMALL), sequence(SMALL), network());
    let run = move |params: &Parameters<Var<f64>>| rnn.total_loss(params, &data);
    boxed(move || value_and_grad(&run, black_box(&params)))
}

fn by_mode(mode: Mode) -> Workload {
    let (params, data) = (parameters(SMALL), sequence(SMALL));
    boxed(move || mode.value_and_grad(&network(), black_box(&params), &data))
}
