//! `rnn train`: one network on a series of one's own.

use super::contest::{BASELINES, Contest, Units, Unlearnt};
use super::failure::Failure;
use super::{args, picture, sunspots, text, writable};
use rnn::data::{DataError, Series};
use rnn::kind::{Loss, Output};
use rnn::report::{LearningCurve, Report};
use rnn::train::Schedule;
use rnn::{Parameters, Rnn};
use std::fmt::Write as _;

pub(super) fn run(args: &args::Train) -> Result<String, Failure> {
    if let Some(out) = &args.out {
        writable::page(out, Some(&args.data))?;
    }
    let series = shorter(Series::from_csv(&args.data, args.column.as_deref())?, args.leave_out)?;
    let value_label = series.name.clone();
    let held_back = args.held_back.unwrap_or(series.len().div_ceil(5));
    let units = units(args.root, &series)?;
    let contest = Contest::new(series, held_back, units).map_err(|error| match error {
        DataError::TooFewRows { .. } if args.held_back.is_some() => Failure::at("--held-back")(error),
        DataError::TooFewRows { .. } if args.leave_out > 0 => Failure::at("--leave-out")(error),
        error => Failure::at(args.data.display())(error),
    })?;

    let rnn = Rnn { f: args.f, g: Output::Identity, alpha: args.alpha, loss: Loss::Squared };
    let start = Parameters::random(1, args.hidden, 1, sunspots::GAIN, args.seed);
    let schedule = Schedule { mode: args.mode, passes: args.epochs, rate: args.rate, clip: sunspots::CLIP };
    let method = format!("RNN by {}", args.mode);
    let learnt = contest.learn(&method, &rnn, &start, &schedule).map_err(|error| match error {
        Unlearnt::Diverged(_) => Failure::at("--rate")(error),
        Unlearnt::TooLarge => Failure::at(args.data.display())(error),
    })?;

    let forecast = contest.forecast("time", &value_label, std::slice::from_ref(&learnt));
    let mut output = format!(
        "{value_label}: trained on {} values, held back {}. Error (RMSE) on these, one step ahead:\n",
        contest.split().train_len(),
        contest.split().held_back().len(),
    );
    output.push_str(&text::errors(&forecast.predictions));
    if let Some(out) = &args.out {
        let report = Report {
            title: format!("{value_label}, one step ahead"),
            introduction: vec![BASELINES.to_owned()],
            settings: settings(args),
            forecast,
            ..about(&rnn, &learnt.params, learnt.curve, &contest)
        };
        if writable::is_stdout(out) {
            output = report.to_html().map_err(Failure::at("--out"))?;
        } else {
            report.write(out).map_err(Failure::at("--out"))?;
            let _ = writeln!(output, "Report: {}", out.display());
        }
    }
    if let Some((row, ratio)) = contest.split().series().first_uneven_step() {
        let [from, to] = [row, row + 1].map(|row| contest.split().series().times[row]);
        super::say(&Failure::new(format!(
            "{}: from {from} to {to} is {} times the usual step: steps are taken as equal",
            args.data.display(),
            text::two_decimals(ratio)
        )));
    }
    if let Some(growth) = learnt.grown {
        super::say(&format_args!("--rate: the training error has grown {growth}: a smaller rate would help"));
    }
    Ok(output)
}

fn about(rnn: &Rnn, params: &Parameters<f64>, curve: LearningCurve, contest: &Contest) -> Report {
    let (delta_norms, sensitivity_norms) = picture::of_time(rnn, params, &contest.sequence);
    Report {
        triangle: picture::of_triangle(rnn, params, &contest.sequence, sunspots::TRIANGLE_STEPS),
        delta_norms,
        sensitivity_norms,
        learning: vec![curve],
        ..Report::default()
    }
}

fn settings(args: &args::Train) -> Vec<(String, String)> {
    let settings = [
        ("mode", args.mode.to_string()),
        ("hidden units", args.hidden.to_string()),
        ("f", args.f.to_string()),
        ("alpha", args.alpha.to_string()),
        ("passes", args.epochs.to_string()),
        ("rate", args.rate.to_string()),
        ("seed", args.seed.to_string()),
        ("learns", if args.root { "square roots" } else { "values" }.to_owned()),
    ];
    settings.map(|(name, value)| (name.to_owned(), value)).into()
}

fn units(root: bool, series: &Series) -> Result<Units, Failure> {
    if !root {
        return Ok(Units::Own);
    }
    match series.values.iter().position(|&value| value < 0.0) {
        None => Ok(Units::Root),
        Some(row) => Err(Failure::new(format!(
            "--root: the value at {} is negative: {}",
            series.times[row], series.values[row]
        ))),
    }
}

/// The series without its last values.
fn shorter(mut series: Series, leave_out: usize) -> Result<Series, Failure> {
    let left = series.len().saturating_sub(leave_out);
    if left < 2 {
        let (needed, found) = (leave_out.saturating_add(2), series.len());
        return Err(Failure::new(format!(
            "--leave-out: needs a series of at least {needed} values, found {found}"
        )));
    }
    series.times.truncate(left);
    series.values.truncate(left);
    Ok(series)
}
