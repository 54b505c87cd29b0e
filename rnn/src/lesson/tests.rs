//! Laws that tie the numbers of the scenes to each other and to the credit that the modes give, and what the page must be.

use super::*;
use crate::credit::Mode;
use serde_json::Value;

/// What the page holds about a case, as it is written there.
fn data(file: &CaseFile) -> Value {
    serde_json::to_value(Lesson::of(file).unwrap()).unwrap()
}

/// Cases of every kind of output and loss.
fn cases() -> Vec<CaseFile> {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/rnn");
    let cases = (1..=4).map(|i| CaseFile::read(format!("{reference}/case{i}.json")).unwrap());
    std::iter::once(Lesson::default_case()).chain(cases).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{a} and {b}");
}

#[track_caller]
fn all_close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).for_each(|(&a, &b)| close(a, b));
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn the_adjoint_of_a_state_is_delta_and_its_tangents_are_the_columns_of_p() {
    for file in cases() {
        let (case, data) = (Case::from(&file), data(&file));
        let (bptt, rtrl) = (case.full(Mode::Bptt), case.full(Mode::Rtrl));
        for (t, step) in data["network"]["steps"].as_array().unwrap().iter().enumerate() {
            all_close(&numbers(&step[1]["adjoint"]), &bptt.delta.as_ref().unwrap()[t]);
            let p = &rtrl.p.as_ref().unwrap()[t];
            for k in 0..p[0].len() {
                let column: Vec<f64> = p.iter().map(|row| row[k]).collect();
                all_close(&numbers(&step[1]["tangent"][k]), &column);
            }
            close(step[4]["value"][0].as_f64().unwrap(), bptt.loss_t[t]);
        }
    }
}

#[test]
fn at_every_line_the_tangents_times_the_adjoints_of_all_steps_give_one_gradient() {
    // v_t cuts every path from the readout's biases to L: sum_t dL/dv_t dv_t/db_out = dL/db_out.
    for file in cases() {
        let data = data(&file);
        let grad = Case::from(&file).gradient(Mode::Bptt).grad;
        let steps = data["network"]["steps"].as_array().unwrap();
        let count = data["network"]["parameters"].as_array().unwrap().len();
        for (output, expected) in grad.b_out.iter().enumerate() {
            let k = count - grad.b_out.len() + output;
            let through =
                steps.iter().map(|step| dot(&numbers(&step[2]["adjoint"]), &numbers(&step[2]["tangent"][k])));
            close(through.sum(), *expected);
        }
    }
}

#[test]
fn every_way_through_the_triangle_ends_in_the_gradient() {
    for file in cases() {
        let data = data(&file);
        for view in data["triangle"]["views"].as_array().unwrap() {
            let end = |name: &str| *numbers(&view[name]).last().unwrap();
            for way in ["rtrl", "truncated"] {
                close(end(way), end("bptt"));
            }
            for window in view["windows"].as_array().unwrap() {
                close(*numbers(window).last().unwrap(), end("bptt"));
            }
            assert_eq!(view["missing"].as_array().unwrap().last().unwrap().as_f64().unwrap_or(0.0), 0.0);
        }
        assert!(data["triangle"]["difference"].as_f64().unwrap() < 1e-13);
    }
}

#[test]
fn the_path_of_jacobians_makes_the_cell() {
    for file in cases() {
        let data = &data(&file)["triangle"];
        let views = data["views"].as_array().unwrap();
        for t in 0..file.steps {
            all_close(&numbers(&data["reach"][t][t]), &numbers(&data["delta_immediate"][t]));
            for s in 0..=t {
                let reach = numbers(&data["reach"][t][s]);
                for (k, view) in views.iter().skip(4).enumerate() {
                    let column: Vec<f64> = data["sensitivity_immediate"][s]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|row| row[k].as_f64().unwrap())
                        .collect();
                    close(dot(&reach, &column), view["cells"][t][s].as_f64().unwrap());
                }
            }
        }
    }
}

#[test]
fn both_recursions_add_up() {
    for file in cases() {
        let data = &data(&file)["triangle"];
        for t in 0..file.steps {
            for i in 0..file.d {
                let of = |name: &str| data[name][t][i].as_f64().unwrap();
                close(of("delta_immediate") + of("delta_carried"), of("delta")); // (1.12)
                let row = |name: &str| numbers(&data[name][t][i]);
                let sum: Vec<f64> = row("sensitivity_immediate")
                    .iter()
                    .zip(row("sensitivity_carried"))
                    .map(|(now, before)| now + before)
                    .collect();
                all_close(&sum, &row("sensitivity")); // (1.17)
            }
        }
    }
}

#[test]
fn the_page_is_closed_in_itself_and_small() {
    for file in cases() {
        let html = Lesson::of(&file).unwrap().to_html();
        assert!(html.len() < 2_000_000, "{}", html.len());
        // The one address is a name: that of the format in which drawings are written.
        let addresses = html.matches("://").count();
        assert_eq!(addresses, html.matches("http://www.w3.org/2000/svg").count());
        for hole in ["/*STYLE*/", "/*DATA*/", "/*SCRIPT*/"] {
            assert!(!html.contains(hole));
        }
    }
}

#[test]
fn a_case_too_large_to_look_at_is_refused() {
    let mut file = Lesson::default_case();
    file.steps = 1000;
    let error = Lesson::of(&file).unwrap_err();
    assert!(error.to_string().starts_with("T, d, n: "), "{error}");
}
