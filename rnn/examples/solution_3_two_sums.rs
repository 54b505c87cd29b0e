//! Exercise 3, solved: RTRL = BPTT, for one unit and one parameter, with the numbers of every step given.

/// What a step contributes: `delta~_t`, `J_t` and `P~_t`, each one number.
#[derive(Clone, Copy, Debug)]
struct Step {
    delta_immediate: f64,
    jacobian: f64,
    sensitivity_immediate: f64,
}

/// `sum_t sum_{s <= t} delta~_t J_t .. J_{s+1} P~_s` (Eq. 1.6), cell by cell: as every path is multiplied anew, in time
/// that grows with `T^3`. (Along a row or a column a path is one factor longer than the one before: `T^2`.)
fn double_sum(steps: &[Step]) -> f64 {
    let cell = |t: usize, s: usize| {
        let path: f64 = steps[s + 1..=t].iter().map(|step| step.jacobian).product();
        steps[t].delta_immediate * path * steps[s].sensitivity_immediate
    };
    (0..steps.len()).flat_map(|t| (0..=t).map(move |s| (t, s))).map(|(t, s)| cell(t, s)).sum()
}

/// Columns: `delta_t = delta~_t + delta_{t+1} J_{t+1}` (1.12), backwards from 0.
fn bptt(steps: &[Step]) -> f64 {
    let (mut carried, mut sum) = (0.0, 0.0);
    for step in steps.iter().rev() {
        let delta = step.delta_immediate + carried;
        sum += delta * step.sensitivity_immediate;
        carried = delta * step.jacobian;
    }
    sum
}

/// Rows: `P_t = P~_t + J_t P_{t-1}` (1.17), forwards from 0.
fn rtrl(steps: &[Step]) -> f64 {
    let (mut sensitivity, mut sum) = (0.0, 0.0);
    for step in steps {
        sensitivity = step.sensitivity_immediate + step.jacobian * sensitivity;
        sum += step.delta_immediate * sensitivity;
    }
    sum
}

fn main() {
    let step = |t: usize| Step {
        delta_immediate: (t as f64).cos(),
        jacobian: 0.6 + 0.3 * (2.0 * t as f64).sin(),
        sensitivity_immediate: (t as f64 + 1.0).sin(),
    };
    let steps: Vec<Step> = (0..20).map(step).collect();
    let expected = double_sum(&steps);
    let columns = bptt(&steps);
    assert!((columns - expected).abs() < 1e-12, "BPTT gives {columns}, the double sum {expected}");
    println!("Right: BPTT gives {columns} by columns, as the double sum.");
    let rows = rtrl(&steps);
    assert!((rows - expected).abs() < 1e-12, "RTRL gives {rows}, the double sum {expected}");
    println!("Right: RTRL gives {rows} by rows. Now state it as a property, for any steps.");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = (-1.0..1.0, -1.0..1.0, -1.0..1.0);
        let step = step.prop_map(|(delta_immediate, jacobian, sensitivity_immediate): (f64, f64, f64)| {
            Step { delta_immediate, jacobian, sensitivity_immediate }
        });
        prop::collection::vec(step, 0..30)
    }

    proptest! {
        #[test]
        fn all_three_are_one_sum(steps in steps()) {
            let expected = double_sum(&steps);
            prop_assert!((bptt(&steps) - expected).abs() < 1e-12);
            prop_assert!((rtrl(&steps) - expected).abs() < 1e-12);
        }
    }
}
