//! Shapes that do not fit, and an update rate that is none: the panic names the part and the caller's line.

use ad_core::tree::flatten;
use ad_core::{Matrix, Vector};
use rnn::credit::rtrl::Rtrl;
use rnn::credit::window::Windows;
use rnn::credit::{Mode, bptt, checkpoint, rtrl, triangle, truncated, window};
use rnn::train::{Schedule, predict, train};
use rnn::{Activation, Loss, Output, Parameters, Rnn, Sequence};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

const RNN: Rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };

thread_local! {
    /// Where this thread has panicked, while it is asked for.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Asserts that each of these panics at a line of this file with this message.
#[track_caller]
fn each_panics_here(message: &str, misuses: &[(&str, &dyn Fn())]) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            let here = panic.location().expect("always there").to_string();
            let asked = PLACE.with_borrow_mut(|place| place.as_mut().map(|place| *place = here).is_some());
            if !asked {
                print(panic);
            }
        }));
    });
    for (name, misuse) in misuses {
        PLACE.set(Some(String::new()));
        let panic = catch_unwind(AssertUnwindSafe(misuse)).err();
        let place = PLACE.take().expect("set above");
        let found = panic.as_ref().and_then(|panic| panic.downcast_ref::<String>());
        assert_eq!(found.map(String::as_str), Some(message), "{name}");
        assert!(place.starts_with(file!()), "{name}: not at a line of this file: {place}");
    }
}

fn vectors(count: usize, entries: usize) -> Vec<Vector<f64>> {
    vec![Vector::filled([entries], 0.5); count]
}

/// Every way through a sequence refuses it with this message.
#[track_caller]
fn every_run_refuses(message: &str, rnn: &Rnn, params: &Parameters<f64>, sequence: &Sequence<f64, 1>) {
    let schedule = Schedule { mode: Mode::Rtrl, passes: 1, rate: 0.1, clip: 1.0 };
    each_panics_here(
        message,
        &[
            ("total_loss", &|| _ = rnn.total_loss(params, sequence)),
            ("unroll", &|| drop(rnn.unroll(params, sequence))),
            ("unroll_from", &|| drop(rnn.unroll_from(Vector::filled([3], 0.0), params, sequence))),
            ("bptt", &|| _ = bptt::value_and_grad(rnn, params, sequence)),
            ("credit", &|| _ = bptt::credit(rnn, params, sequence)),
            ("rtrl", &|| _ = rtrl::value_and_grad(rnn, params, sequence)),
            ("window", &|| _ = window::value_and_grad(rnn, params, sequence, 2)),
            ("advance", &|| _ = Windows::new(*rnn, 3).advance(params, sequence)),
            ("checkpoint", &|| _ = checkpoint::value_and_grad(rnn, params, sequence, 2)),
            ("truncated", &|| _ = truncated::value_and_grad(rnn, params, sequence, 2)),
            ("by_adjoints", &|| _ = triangle::by_adjoints(rnn, params, sequence)),
            ("rows_by_adjoints", &|| triangle::rows_by_adjoints(rnn, params, sequence, |_| ())),
            ("by_tangents", &|| _ = triangle::by_tangents(rnn, params, sequence)),
            ("mode", &|| _ = Mode::Bptt.value_and_grad(rnn, params, sequence)),
            ("train", &|| _ = train(rnn, &mut params.clone(), sequence, &schedule, |_, _| ())),
        ],
    );
}

#[test]
fn a_part_of_the_sequence() {
    let params = Parameters::random(2, 3, 1, 1.0, 0);
    let with = |x: Vec<Vector<f64>>, y_target| Sequence::new(x, y_target);
    let short = [vectors(3, 2), vectors(1, 1)].concat();
    let message = "x[3]: 1 entry, but W_in asks for 2 entries";
    every_run_refuses(message, &RNN, &params, &with(short, vectors(4, 1)));
    let long = [vectors(1, 1), vectors(3, 2)].concat();
    let message = "y_target[1]: 2 entries, but b_out asks for 1 entry";
    every_run_refuses(message, &RNN, &params, &with(vectors(4, 2), long));
}

#[test]
fn a_parameter() {
    let sequence = Sequence::new(vectors(2, 2), vectors(2, 1));
    let wrong = |change: fn(&mut Parameters<f64>)| {
        let mut params = Parameters::random(2, 3, 1, 1.0, 0);
        change(&mut params);
        params
    };
    for (message, params) in [
        (
            "W_rec: 3 x 2, but b_rec asks for 3 x 3",
            wrong(|params| params.recurrent.w_rec = Matrix::filled([3, 2], 0.0)),
        ),
        (
            "W_in: 2 x 2, but b_rec asks for 3 x 2",
            wrong(|params| params.recurrent.w_in = Matrix::filled([2, 2], 0.0)),
        ),
        (
            "W_out: 1 x 4, but b_rec and b_out ask for 1 x 3",
            wrong(|params| params.readout.w_out = Matrix::filled([1, 4], 0.0)),
        ),
    ] {
        every_run_refuses(message, &RNN, &params, &sequence);
    }
}

#[test]
fn a_rate() {
    let (params, sequence) =
        (Parameters::random(2, 3, 1, 1.0, 0), Sequence::new(vectors(2, 2), vectors(2, 1)));
    for alpha in [0.0, -0.5, 1.5, f64::NAN] {
        let message = format!("alpha: {alpha} does not lie in (0, 1]");
        every_run_refuses(&message, &Rnn { alpha, ..RNN }, &params, &sequence);
    }
}

#[test]
fn a_loss_that_is_none_of_the_outputs() {
    let (params, sequence) =
        (Parameters::random(2, 3, 1, 1.0, 0), Sequence::new(vectors(2, 2), vectors(2, 1)));
    let rnn = Rnn { loss: Loss::CrossEntropy, ..RNN };
    let message = format!("loss: {} needs a g that gives probabilities, not {}", rnn.loss, rnn.g);
    every_run_refuses(&message, &rnn, &params, &sequence);
}

#[test]
fn a_state() {
    let (params, sequence) =
        (Parameters::random(2, 3, 1, 1.0, 0), Sequence::new(vectors(2, 2), vectors(2, 1)));
    each_panics_here(
        "h_0: 4 entries, but b_rec asks for 3 entries",
        &[
            ("unroll_from", &|| drop(RNN.unroll_from(Vector::filled([4], 0.0), &params, &sequence))),
            ("advance", &|| _ = Windows::new(RNN, 4).advance(&params, &sequence)),
        ],
    );
    let (x, y_target) = (Vector::from([0.5, 0.5]), Vector::from([0.5]));
    let step = |d: usize, x: &Vector<f64>, y_target: &Vector<f64>| {
        Rtrl::new(RNN, d).step(&params, x, y_target);
    };
    step(3, &x, &y_target);
    let refused = |message: &str, misuse: &dyn Fn()| each_panics_here(message, &[("step", misuse)]);
    refused("h: 4 entries, but b_rec asks for 3 entries", &|| step(4, &x, &y_target));
    refused("x: 1 entry, but W_in asks for 2 entries", &|| step(3, &y_target, &y_target));
    refused("y_target: 2 entries, but b_out asks for 1 entry", &|| step(3, &x, &x));
}

#[test]
fn a_part_of_a_batch() {
    let params = Parameters::random(2, 3, 1, 1.0, 0);
    let matrices = |shapes: [[usize; 2]; 2]| shapes.map(|shape| Matrix::filled(shape, 0.5)).to_vec();
    let fits = Sequence::new(matrices([[5, 2], [5, 2]]), matrices([[5, 1], [5, 1]]));
    assert!(RNN.total_loss(&params, &fits) > 0.0);
    for (message, x, y_target) in [
        ("x[1]: 4 x 2, but W_in and x[0] ask for 5 x 2", [[5, 2], [4, 2]], [[5, 1], [5, 1]]),
        ("x[0]: 5 x 3, but W_in and x[0] ask for 5 x 2", [[5, 3], [5, 2]], [[5, 1], [5, 1]]),
        ("y_target[0]: 1 x 1, but b_out and x[0] ask for 5 x 1", [[5, 2], [5, 2]], [[1, 1], [5, 1]]),
    ] {
        let batch = Sequence::new(matrices(x), matrices(y_target));
        each_panics_here(
            message,
            &[
                ("total_loss", &|| _ = RNN.total_loss(&params, &batch)),
                ("bptt", &|| _ = bptt::value_and_grad(&RNN, &params, &batch)),
                ("truncated", &|| _ = truncated::value_and_grad(&RNN, &params, &batch, 1)),
            ],
        );
    }
}

#[test]
fn a_series_for_a_network_of_two_inputs() {
    let params = Parameters::random(2, 3, 1, 1.0, 0);
    let message = "x[0]: 1 entry, but W_in asks for 2 entries";
    each_panics_here(message, &[("predict", &|| _ = predict(&RNN, &params, &[0.0, 1.0, 2.0], 1))]);
}

#[test]
fn a_sequence() {
    let (sequence, batch) = (
        Sequence::new(vectors(2, 2), vectors(2, 1)),
        Sequence::new(vec![Matrix::filled([3, 2], 0.5)], vec![Matrix::filled([3, 1], 0.5)]),
    );
    each_panics_here(
        "2 inputs, but 3 targets",
        &[("new", &|| drop(Sequence::new(vectors(2, 2), vectors(3, 1))))],
    );
    each_panics_here("a sequence has at least one step", &[("window", &|| drop(sequence.window(1..1)))]);
    each_panics_here(
        "slice: 1..4 is not within an array of shape [3, 2]",
        &[("rows", &|| drop(batch.rows(1..4)))],
    );
}

#[test]
fn a_network_without_hidden_units_fits() {
    let (params, sequence) =
        (Parameters::random(2, 0, 1, 1.0, 0), Sequence::new(vectors(3, 2), vectors(3, 1)));
    let by_tangents = triangle::by_tangents(&RNN, &params, &sequence);
    assert_eq!(by_tangents.cells, vec![vec![Vec::<f64>::new(); 3]; 3]);
    assert_eq!(triangle::by_adjoints(&RNN, &params, &sequence), by_tangents);
    triangle::rows_by_adjoints(&RNN, &params, &sequence, |cells| assert_eq!(cells.flatten().count(), 0));
    let by = |mode: Mode| {
        let (loss, grad) = mode.value_and_grad(&RNN, &params, &sequence);
        (loss, flatten(&grad))
    };
    for mode in [Mode::Rtrl, Mode::Window(2), Mode::Checkpoint(2)] {
        assert_eq!(by(mode), by(Mode::Bptt), "{mode}");
    }
}
