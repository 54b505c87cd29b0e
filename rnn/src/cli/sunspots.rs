//! The main job: sunspots, predicted a year ahead by a network that learns by BPTT and by the same network
//! learning online by RTRL.

use super::contest::{BASELINES, Contest, Units};
use super::failure::Failure;
use super::{agreement, args, cost, picture, text, writable};
use rnn::credit::Mode;
use rnn::data::Series;
use rnn::kind::{Activation, Loss, Output};
use rnn::report::Report;
use rnn::train::Schedule;
use rnn::{Parameters, Rnn};
use std::time::Instant;

/// The years at the end that no network sees in training: 1949-2008.
const HELD_BACK: usize = 60;

/// Chosen on validation years inside the training years (see ARCHITECTURE.md), as are the roots, the passes and the
/// rates below.
const NETWORK: Rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.6, loss: Loss::Squared };
const HIDDEN: usize = 8;
/// The standard deviation of the start's recurrent weights, times the root of the number of hidden units.
pub(super) const GAIN: f64 = 0.9;
/// The longest gradient of a step's mean loss that is followed at full length.
pub(super) const CLIP: f64 = 1.0;
const BPTT: Schedule = Schedule { mode: Mode::Bptt, passes: 300, rate: 0.01, clip: CLIP };
const RTRL: Schedule = Schedule { mode: Mode::Rtrl, passes: 40, rate: 0.003, clip: CLIP };

/// From so many starts the networks learn, to tell what is luck.
const STARTS: u64 = 10;

/// The modes that are compared; a window between the two ends, of about three solar cycles.
const MODES: [Mode; 3] = [Mode::Bptt, Mode::Rtrl, Mode::Window(31)];
/// The steps whose triangle is drawn.
pub(super) const TRIANGLE_STEPS: usize = 48;

pub(super) fn run(args: &args::MainJob) -> Result<String, Failure> {
    let begun = Instant::now();
    writable::page(&args.out, None)?;
    args.svg.as_deref().map_or(Ok(()), writable::folder)?;
    let contest = Contest::new(Series::sunspots(), HELD_BACK, Units::Root)?;
    let start = Parameters::random(1, HIDDEN, 1, GAIN, args.seed);

    // Costs first: nothing else has filled the caches or the heap yet.
    let cost: Vec<_> =
        MODES.iter().map(|&mode| cost::of(mode, &NETWORK, &start, &contest.sequence)).collect();
    let agreement = agreement::with_first(&MODES, &NETWORK, &start, &contest.sequence);

    let quicker = |schedule: Schedule| match args.quick {
        true => Schedule { passes: schedule.passes.div_ceil(20), ..schedule },
        false => schedule,
    };
    let (bptt, rtrl) = (quicker(BPTT), quicker(RTRL));
    let networks = [
        contest.learn("RNN by BPTT", &NETWORK, &start, &bptt)?,
        contest.learn("RNN online by RTRL", &NETWORK, &start, &rtrl)?,
    ];

    let spread = spread(&contest, args.seed, [&bptt, &rtrl], networks.each_ref().map(|n| n.prediction.rmse))?;

    let params = &networks[0].params;
    let (delta_norms, sensitivity_norms) = picture::of_time(&NETWORK, params, &contest.sequence);
    let report = Report {
        title: "Sunspots, one year ahead: BPTT and RTRL are one gradient".to_owned(),
        introduction: introduction(),
        settings: settings(args.seed, &bptt, &rtrl, &spread),
        forecast: contest.forecast("year", "sunspot number", &networks),
        triangle: picture::of_triangle(&NETWORK, params, &contest.sequence, TRIANGLE_STEPS),
        learning: networks.into_iter().map(|network| network.curve).collect(),
        delta_norms,
        sensitivity_norms,
        agreement,
        cost,
    };
    if let Some(folder) = &args.svg {
        report.write_figures(folder).map_err(Failure::at("--svg"))?;
    }
    if writable::is_stdout(&args.out) {
        return report.to_html().map_err(Failure::at("--out"));
    }
    report.write(&args.out).map_err(Failure::at("--out"))?;
    let title = title(&contest);
    let steps = contest.sequence.steps();
    Ok(format!(
        "{title}\n\n\
         The gradient before the first change of a parameter, by one mode and by another; the largest difference:\n{}\n\
         Error (RMSE) on the years held back, one year ahead, in sunspot numbers:\n{}\
         From {} starts: {spread}\n\n\
         Cost of one gradient of the training part ({steps} steps), time and peak memory:\n{}\n\
         Report: {}\n\
         Took {:.1} s\n",
        text::agreement(&report.agreement),
        text::errors(&report.forecast.predictions),
        STARTS,
        text::cost(&report.cost),
        args.out.display(),
        begun.elapsed().as_secs_f64(),
    ))
}

fn title(contest: &Contest) -> String {
    let (split, times) = (contest.split(), &contest.split().series().times);
    let cut = split.train_len();
    format!(
        "Yearly sunspot numbers: trained on {}-{} ({cut} years), held back {}-{} ({} years).",
        times[0],
        times[cut - 1],
        times[cut],
        times[times.len() - 1],
        times.len() - cut,
    )
}

fn introduction() -> Vec<String> {
    [
        "A leaky recurrent network reads the yearly sunspot number and tells the next. From the same start it learns \
         twice: by backpropagation through time (BPTT), which knows the gradient after the whole training part and \
         changes the parameters once a pass, and online by real-time recurrent learning (RTRL), which knows the \
         gradient of a year's loss as soon as that year is read and changes them there.",
        "Both gradients come out of one program. Run on reverse-mode variables the adjoint of its state is the credit \
         vector δ; run on dual numbers the tangent of its state is the sensitivity matrix P. The triangle and the norms \
         below are those of the network that learnt by BPTT, on the training part.",
        "The network reads and tells the square root of the number, whose scatter, unlike the number's own, does not grow \
         with it; errors are in sunspot numbers. \
         No network and no baseline has seen the years held back; mean, deviation and coefficients come from the years \
         before, and the settings were chosen on validation years among those. The error on the held-back part is \
         drawn over learning to be looked at: nothing is chosen by it.",
        BASELINES,
    ]
    .map(str::to_owned)
    .into()
}

/// How far the errors lie apart over the starts: that of `seed`, which is known, and those of the seeds after it.
fn spread(
    contest: &Contest,
    seed: u64,
    schedules: [&Schedule; 2],
    known: [f64; 2],
) -> Result<String, Failure> {
    let mut ranges = known.map(|rmse| (rmse, rmse));
    for more in 1..STARTS {
        let start = Parameters::random(1, HIDDEN, 1, GAIN, seed.wrapping_add(more));
        for (schedule, (low, high)) in schedules.iter().zip(&mut ranges) {
            let rmse = contest.learn("More starts", &NETWORK, &start, schedule)?.prediction.rmse;
            (*low, *high) = (low.min(rmse), high.max(rmse));
        }
    }
    let [bptt, rtrl] = ranges.map(|(low, high)| format!("{low:.2} to {high:.2}"));
    Ok(format!("by BPTT {bptt}, online by RTRL {rtrl}"))
}

fn settings(seed: u64, bptt: &Schedule, rtrl: &Schedule, spread: &str) -> Vec<(String, String)> {
    let schedule = |schedule: &Schedule| format!("{} passes, rate {}", schedule.passes, schedule.rate);
    let starts = format!("RMSE from {STARTS} starts");
    let settings = [
        ("seed", seed.to_string()),
        ("hidden units", HIDDEN.to_string()),
        ("f", NETWORK.f.to_string()),
        ("alpha", NETWORK.alpha.to_string()),
        ("learns", "square roots".to_owned()),
        ("BPTT", schedule(bptt)),
        ("RTRL", schedule(rtrl)),
        (&starts, spread.to_owned()),
        ("triangle", format!("the first {TRIANGLE_STEPS} steps")),
    ];
    settings.map(|(name, value)| (name.to_owned(), value)).into()
}
