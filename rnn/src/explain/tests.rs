//! What the text says is what the engine computes, and follows from the equations.

use super::*;
use crate::case::CaseFile;
use crate::kind::Activation;
use crate::lesson::Lesson;

fn value<'a>(text: &'a str, equation: &str) -> &'a str {
    let line = text.lines().find(|line| line.trim_start().starts_with(equation));
    let line = line.unwrap_or_else(|| panic!("no {equation} in {text}"));
    &line[line.find(['(', '[']).unwrap()..]
}

#[test]
fn each_mode_shows_its_recursion_and_the_same_gradient() {
    let case = Case::from(&Lesson::default_case());
    let [bptt, rtrl, window] =
        [Mode::Bptt, Mode::Rtrl, Mode::Window(3)].map(|mode| explain(&case, mode).unwrap());
    assert!(bptt.contains("delta_3 = delta~_3 + delta_4 J_4") && !bptt.contains("P_3 ="));
    assert!(rtrl.contains("P_3 = P~_3 + J_3 P_2") && !rtrl.contains("delta_3 ="));
    assert!(!window.contains("J_3"));
    // What is by theta has an order, which is told where it is seen.
    let order = "  theta = W_rec, W_in (both row by row), b_rec";
    assert_eq!([&bptt, &rtrl, &window].map(|text| text.contains(order)), [true, true, false]);
    for name in ["dL/dW_rec", "dL/dW_in", "dL/db_rec", "dL/dW_out", "dL/db_out"] {
        assert_eq!(value(&bptt, name), value(&rtrl, name));
        assert_eq!(value(&bptt, name), value(&window, name));
    }
    for t in 1..=8 {
        for equation in [format!("u_{t} ="), format!("h_{t} ="), format!("v_{t} ="), format!("y_{t} =")] {
            assert!(bptt.contains(&equation), "{equation}");
        }
    }
}

/// The numbers of an equation, row by row.
fn numbers(text: &str, equation: &str) -> Vec<Vec<f64>> {
    let line = value(text, equation).rsplit_once("  ").map_or(value(text, equation), |(_, value)| value);
    let rows = line.split(';').map(|row| row.split(',').map(|x| x.trim_matches([' ', '(', ')', '[', ']'])));
    rows.map(|row| row.map(|x| x.parse().unwrap()).collect()).collect()
}

/// `sum_i x_i M_i`, by the number of a column.
fn product(x: &[f64], matrix: &[Vec<f64>]) -> Vec<f64> {
    (0..matrix[0].len()).map(|j| x.iter().zip(matrix).map(|(x, row)| x * row[j]).sum()).collect()
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-5), "{a:?} and {b:?}");
}

/// `sum_k W_k x_k + bias`
fn affine(terms: &[(&[Vec<f64>], &[f64])], bias: &[f64]) -> Vec<f64> {
    let row = |i: usize| terms.iter().flat_map(move |(w, x)| w[i].iter().zip(*x)).map(|(w, x)| w * x);
    bias.iter().enumerate().map(|(i, b)| row(i).sum::<f64>() + b).collect()
}

fn outputs(g: &str, v: &[f64]) -> Vec<f64> {
    let sum: f64 = v.iter().map(|v| v.exp()).sum();
    match g {
        "identity" => v.to_vec(),
        "sigmoid" => v.iter().map(|v| 1.0 / (1.0 + (-v).exp())).collect(),
        _ => v.iter().map(|v| v.exp() / sum).collect(),
    }
}

fn loss_of(loss: &str, g: &str, y: &[f64], target: &[f64]) -> f64 {
    let of_one = |(y, target): (&f64, &f64)| match (loss, g) {
        ("squared", _) => 0.5 * (y - target).powi(2),
        (_, "sigmoid") => -target * y.ln() - (1.0 - target) * (1.0 - y).ln(),
        _ => -target * y.ln(),
    };
    y.iter().zip(target).map(of_one).sum()
}

/// `dL_t/dv_t` by the chain rule through 1.4 and 1.5.
fn slope_of(loss: &str, g: &str, y: &[f64], target: &[f64]) -> Vec<f64> {
    let error: Vec<f64> = y.iter().zip(target).map(|(y, target)| y - target).collect();
    let along: f64 = error.iter().zip(y).map(|(error, y)| error * y).sum();
    let of_one = |(error, y): (&f64, &f64)| match (loss, g) {
        ("squared", "sigmoid") => error * y * (1.0 - y),
        ("squared", "softmax") => y * (error - along),
        _ => *error,
    };
    error.iter().zip(y).map(of_one).collect()
}

/// Eq. 1.1-1.5 and the gradient by the readout, from the printed numbers alone.
fn check_the_run(text: &str, steps: usize) {
    let head = text.lines().next().unwrap();
    let named = |name: &str| head.split(&format!("{name} = ")).nth(1).unwrap().split(',').next().unwrap();
    let (alpha, f, g, loss) = (named("alpha").parse::<f64>().unwrap(), named("f"), named("g"), named("loss"));
    let activation = |u: f64| if f == "tanh" { u.tanh() } else { u.max(0.0) };
    let given = |name: &str| numbers(text, name);
    let mut total = 0.0;
    let (m, d) = (given("b_out").concat().len(), given("b_rec").concat().len());
    let (mut by_w_out, mut by_b_out) = (vec![0.0; m * d], vec![0.0; m]);
    let mut before = vec![0.0; given("b_rec").concat().len()];
    for t in 1..=steps {
        let at = |name: &str| numbers(text, &format!("{name}_{t} ")).concat();
        let (u, h, v, y) = (at("u"), at("h"), at("v"), at("y"));
        let (rec, input) = (given("W_rec"), given("W_in"));
        close(&u, &affine(&[(&rec, &before), (&input, &at("x"))], &given("b_rec").concat())); // (1.1)
        let leaky = before.iter().zip(&u).map(|(h, &u)| (1.0 - alpha) * h + alpha * activation(u));
        close(&h, &leaky.collect::<Vec<_>>()); // (1.2)
        close(&v, &affine(&[(&given("W_out"), &h)], &given("b_out").concat())); // (1.3)
        close(&y, &outputs(g, &v)); // (1.4)
        close(&at("L"), &[loss_of(loss, g, &y, &at("y*"))]); // (1.5)
        let slope = given(&format!("dL_{t}/dv_{t} =")).concat();
        close(&slope, &slope_of(loss, g, &y, &at("y*")));
        let outer = slope.iter().flat_map(|slope| h.iter().map(move |h| slope * h));
        by_w_out.iter_mut().zip(outer).for_each(|(sum, x)| *sum += x);
        by_b_out.iter_mut().zip(&slope).for_each(|(sum, x)| *sum += x);
        total += at("L")[0];
        before = h;
    }
    close(&numbers(text, "L  ").concat(), &[total]);
    close(&given("dL/dW_out = sum_t (dL_t/dv_t)^T h_t^T").concat(), &by_w_out);
    close(&given("dL/db_out = sum_t dL_t/dv_t").concat(), &by_b_out);
}

#[test]
fn the_run_can_be_checked_by_hand_whatever_f_g_and_the_loss_are() {
    let mut file = Lesson::default_case();
    file.m = 2;
    file.params.w_out.push(vec![0.3, -0.2]);
    file.params.b_out.push(-0.1);
    file.y_target = vec![vec![0.25, 0.75]; file.steps];
    for (f, g, loss) in [
        (Activation::Tanh, Output::Identity, Loss::Squared),
        (Activation::Relu, Output::Sigmoid, Loss::CrossEntropy),
        (Activation::Tanh, Output::Softmax, Loss::CrossEntropy),
        (Activation::Tanh, Output::Sigmoid, Loss::Squared),
        (Activation::Tanh, Output::Softmax, Loss::Squared),
    ] {
        let file = CaseFile { f, g, loss, ..file.clone() };
        for mode in [Mode::Bptt, Mode::Rtrl, Mode::Window(2), Mode::Checkpoint(2)] {
            check_the_run(&explain(&Case::from(&file), mode).unwrap(), file.steps);
        }
    }
}

/// Worked through from the printed numbers alone, as a reader would with a pencil.
#[test]
fn every_equation_can_be_checked_by_hand() {
    let case = Case::from(&Lesson::default_case());
    let [bptt, rtrl] = [Mode::Bptt, Mode::Rtrl].map(|mode| explain(&case, mode).unwrap());
    check_the_run(&bptt, 8);
    check_the_run(&rtrl, 8);
    let gradient = ["dL/dW_rec", "dL/dW_in", "dL/db_rec"].map(|name| numbers(&bptt, name).concat()).concat();
    let (mut by_columns, mut by_rows) = (vec![0.0; gradient.len()], vec![0.0; gradient.len()]);
    let add = |sum: &mut [f64], x: &[f64]| sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
    for t in 1..=8 {
        let delta = numbers(&bptt, &format!("delta_{t} = delta~")).concat();
        let direct = numbers(&bptt, &format!("P~_{t} ="));
        let mut expected = numbers(&bptt, &format!("delta~_{t} = dL_{t}/dv_{t} W_out")).concat();
        let slope = numbers(&bptt, &format!("dL_{t}/dv_{t} = (y_{t} - y*_{t})^T")).concat();
        close(&expected, &product(&slope, &numbers(&bptt, "W_out")));
        if t < 8 {
            let later = numbers(&bptt, &format!("delta_{} = delta~", t + 1)).concat();
            add(&mut expected, &product(&later, &numbers(&bptt, &format!("J_{} =", t + 1))));
        }
        close(&delta, &expected); // (1.12)
        let column = numbers(&bptt, &format!("dL/dtheta_{t} =")).concat();
        close(&column, &product(&delta, &direct)); // (1.8)
        add(&mut by_columns, &column);

        let sensitivity = numbers(&rtrl, &format!("P_{t} ="));
        for (i, row) in sensitivity.iter().enumerate() {
            let mut expected = direct[i].clone();
            if t > 1 {
                let carried = &numbers(&rtrl, &format!("J_{t} ="))[i];
                add(&mut expected, &product(carried, &numbers(&rtrl, &format!("P_{} =", t - 1))));
            }
            close(row, &expected); // (1.17)
        }
        let credit = numbers(&rtrl, &format!("delta~_{t} = dL_{t}/dv_{t} W_out")).concat();
        close(&credit, &product(&slope, &numbers(&rtrl, "W_out")));
        let row = numbers(&rtrl, &format!("dL_{t}/dtheta =")).concat();
        close(&row, &product(&credit, &sensitivity)); // (1.13)
        add(&mut by_rows, &row);
    }
    close(&by_columns, &gradient);
    close(&by_rows, &gradient);
}
