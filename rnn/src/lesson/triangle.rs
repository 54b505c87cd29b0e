//! Scene b: the triangle of Eq. 1.6, and the ways through it with everything that they know on the way.

use crate::case::{Case, rows};
use crate::compare::{largest, norm, relative};
use crate::credit::window::Windows;
use crate::credit::{Mode, bptt, immediate, triangle};
use crate::finite::{NotFinite, all_finite};
use crate::model::{Parameters, Recurrent};
use crate::report::{Shades, shades};
use ad_core::kernels::Kernels;
use ad_core::tree::flatten;
use ad_core::{Dense, Matrix};
use ad_reverse::Var;
use serde::Serialize;

/// What scene b shows. Times are from 0; `[t][s]` is there for s <= t.
#[derive(Debug, Serialize)]
pub(super) struct Triangle {
    /// The ways of looking at theta: all of it and its parts by their norms, then every parameter by its number.
    views: Vec<View>,
    /// `reach[t][s]` is dL_t/dh_s (d numbers): delta~_t J_t .. J_{s+1}, by adjoints.
    reach: Vec<Vec<Vec<f64>>>,
    /// delta_{t+1} J_{t+1} (d numbers), what Eq. 1.12 carries back to t.
    delta_carried: Vec<Vec<f64>>,
    /// J_t P_{t-1} (d x |theta|), what Eq. 1.17 carries on to t.
    sensitivity_carried: Vec<Vec<Vec<f64>>>,
    /// P~_t (d x |theta|), by tangents.
    sensitivity_immediate: Vec<Vec<Vec<f64>>>,
    /// P_t (d x |theta|), by tangents.
    sensitivity: Vec<Vec<Vec<f64>>>,
    /// delta~_t (d numbers).
    delta_immediate: Vec<Vec<f64>>,
    /// delta_t (d numbers), by adjoints.
    delta: Vec<Vec<f64>>,
    /// J_t (d x d).
    jacobian: Vec<Vec<Vec<f64>>>,
    /// The largest difference of an entry of the gradient between the ways through the triangle, relative to its largest entry.
    difference: f64,
}

/// The triangle as seen by one parameter, or by the norm over several.
#[derive(Debug, Serialize)]
struct View {
    /// The parameter's name, or that of the matrix or vector.
    name: String,
    /// Whether the numbers are norms.
    norm: bool,
    /// `cells[t][s]`
    cells: Vec<Vec<f64>>,
    /// The colour of each cell.
    shades: Shades,
    /// dL/dtheta_s for each s (Eq. 1.7, future-facing).
    columns: Vec<f64>,
    /// dL_t/dtheta for each t (Eq. 1.7, past-facing).
    rows: Vec<f64>,
    /// The sum of the last columns: entry j that of the last j + 1.
    bptt: Vec<f64>,
    /// The sum of the first rows: entry j that of the first j + 1.
    rtrl: Vec<f64>,
    /// For windows of 1, 2, .. steps the sum after each window.
    windows: Vec<Vec<f64>>,
    /// The sum of the cells with t - s < k, for k = 1, 2, ..
    truncated: Vec<f64>,
    /// The relative error of that, |missing| / |whole| (for norms: of the norms), which may exceed 1; `None` if the whole sum is 0.
    missing: Vec<Option<f64>>,
}

/// All that a view needs, as lists over theta.
struct Sums {
    cells: Vec<Vec<Vec<f64>>>,
    columns: Vec<Vec<f64>>,
    rows: Vec<Vec<f64>>,
    bptt: Vec<Vec<f64>>,
    rtrl: Vec<Vec<f64>>,
    windows: Vec<Vec<Vec<f64>>>,
    truncated: Vec<Vec<f64>>,
    missing: Vec<Vec<f64>>,
    total: Vec<f64>,
}

/// Fills the triangle by every mode.
pub(super) fn of(case: &Case) -> Triangle {
    let Case { rnn, params, sequence } = case;
    let theta = &params.recurrent;
    let full = case.full(Mode::Rtrl);
    let states = full.h.unwrap_or_default();
    let steps = states.iter().zip(sequence.x());
    let sensitivity_immediate = steps
        .map(|(h_prev, x)| rows(&immediate::sensitivity(rnn, theta, &Dense::from(h_prev.as_slice()), x)));
    let (sensitivity, jacobian) = (full.p.unwrap_or_default(), full.j.unwrap_or_default());
    let delta: Vec<Vec<f64>> =
        bptt::credit(rnn, params, sequence).delta.iter().map(|delta| delta.as_slice().to_vec()).collect();
    let sums = Sums::of(case);
    Triangle {
        views: views(theta, &sums),
        reach: reach(case),
        delta_carried: carried_back(&delta, &jacobian),
        sensitivity_carried: carried_on(&sensitivity, &jacobian),
        sensitivity_immediate: sensitivity_immediate.collect(),
        sensitivity,
        delta_immediate: full.delta_immediate.unwrap_or_default(),
        delta,
        jacobian,
        difference: sums.difference(),
    }
}

/// `reach[t][s]`: the adjoints of the states, one sweep for each loss.
pub(super) fn reach(Case { rnn, params, sequence }: &Case) -> Vec<Vec<Vec<f64>>> {
    let program = |params: &Parameters<Var<f64>>| {
        let steps: Vec<_> = rnn.unroll(params, sequence).collect();
        (
            steps.iter().map(|step| step.loss).collect::<Vec<_>>(),
            steps.into_iter().map(|step| step.h).collect(),
        )
    };
    let (losses, _, mut pullback) = ad_reverse::vjp_watching(program, params);
    let of_loss = |t: usize| {
        let seed: Vec<f64> = (0..losses.len()).map(|loss| f64::from(u8::from(loss == t))).collect();
        let mut adjoints = pullback.call_watching(&seed).1;
        adjoints.truncate(t + 1);
        adjoints
    };
    (0..losses.len()).map(of_loss).collect()
}

/// delta_{t+1} J_{t+1} for every t; after the last step nothing is carried.
fn carried_back(delta: &[Vec<f64>], jacobian: &[Vec<Vec<f64>>]) -> Vec<Vec<f64>> {
    let later = delta.iter().zip(jacobian).skip(1);
    let products = later.map(|(delta, j)| {
        let mut product = vec![0.0; delta.len()];
        f64::gemv_t(Matrix::from_rows(j).as_slice(), delta, &mut product);
        product
    });
    products.chain(delta.last().map(|delta| vec![0.0; delta.len()])).collect()
}

/// J_t P_{t-1} for every t; before the first step there is nothing to carry.
fn carried_on(sensitivity: &[Vec<Vec<f64>>], jacobian: &[Vec<Vec<f64>>]) -> Vec<Vec<Vec<f64>>> {
    let [d, p] = Matrix::from_rows(&sensitivity[0]).shape();
    let products = sensitivity.iter().zip(&jacobian[1..]).map(|(before, j)| {
        let (j, before) = (Matrix::from_rows(j), Matrix::from_rows(before));
        let mut product = vec![0.0; d * p];
        f64::gemm(j.view(), before.view(), &mut product, false);
        product.chunks_exact(p).map(<[f64]>::to_vec).collect()
    });
    std::iter::once(vec![vec![0.0; p]; d]).chain(products).collect()
}

impl Triangle {
    /// That every number is finite.
    pub(super) fn check_finite(&self) -> Result<(), NotFinite> {
        all_finite(&[
            ("delta", &self.delta),
            ("delta_tilde", &self.delta_immediate),
            ("delta_carried", &self.delta_carried),
            ("J", &self.jacobian),
            ("P", &self.sensitivity),
            ("P_tilde", &self.sensitivity_immediate),
            ("P_carried", &self.sensitivity_carried),
            ("reach", &self.reach),
        ])?;
        self.views.iter().try_for_each(View::check_finite)?;
        all_finite(&[("difference", &self.difference)])
    }
}

impl View {
    fn check_finite(&self) -> Result<(), NotFinite> {
        let by = |what: &str| format!("{what} by {}", self.name);
        all_finite(&[
            (&by("blocks"), &self.cells),
            (&by("the sums of columns"), &self.columns),
            (&by("the sums of rows"), &self.rows),
            (&by("the sum by BPTT"), &self.bptt),
            (&by("the sum by RTRL"), &self.rtrl),
            (&by("the sums by windows"), &self.windows),
            (&by("the truncated sums"), &self.truncated),
            (&by("what truncation leaves out"), &self.missing),
        ])
    }
}

impl Sums {
    fn of(case: &Case) -> Self {
        let Case { rnn, params, sequence } = case;
        let steps = sequence.steps();
        let triangle = triangle::by_adjoints(rnn, params, sequence);
        let by_tangents = triangle::by_tangents(rnn, params, sequence);
        let (columns, rows) = (triangle.column_sums(), by_tangents.row_sums());
        let bptt = running(columns.iter().rev());
        let total = bptt.last().cloned().unwrap_or_default();
        let band = |k: usize| {
            let cells = triangle.cells.iter().enumerate();
            let cells = cells.flat_map(|(t, row)| row[(t + 1).saturating_sub(k)..=t].iter());
            running(cells).pop().unwrap_or_default()
        };
        let truncated: Vec<_> = (1..=steps).map(band).collect();
        // The widest band has every cell.
        let whole = truncated.last().cloned().unwrap_or_default();
        let missing =
            truncated.iter().map(|sum: &Vec<f64>| sum.iter().zip(&whole).map(|(a, b)| a - b).collect());
        Self {
            rtrl: running(rows.iter()),
            windows: (1..=steps).map(|k| windows(case, k)).collect(),
            missing: missing.collect(),
            cells: triangle.cells,
            columns,
            rows,
            bptt,
            truncated,
            total,
        }
    }

    fn difference(&self) -> f64 {
        let ends = self.windows.iter().chain([&self.rtrl]).filter_map(|sums| sums.last());
        largest(ends.map(|end| relative(&self.total, end)))
    }
}

/// The gradient by theta after each window of `k` steps.
fn windows(Case { rnn, params, sequence }: &Case, k: usize) -> Vec<Vec<f64>> {
    let mut windows = Windows::new(*rnn, params.hidden());
    let shares = sequence.windows(k).map(|window| flatten(&windows.advance(params, &window).1.recurrent));
    running(shares.collect::<Vec<_>>().iter())
}

/// The sums of the first, the first two, .. lists.
fn running<'a>(lists: impl Iterator<Item = &'a Vec<f64>>) -> Vec<Vec<f64>> {
    let sums = lists.scan(Vec::new(), |sum: &mut Vec<f64>, list| {
        sum.resize(list.len(), 0.0);
        sum.iter_mut().zip(list).for_each(|(sum, x)| *sum += x);
        Some(sum.clone())
    });
    sums.collect()
}

fn views(theta: &Recurrent<f64>, sums: &Sums) -> Vec<View> {
    let names = super::recurrent_names(theta);
    let (rec, input) = (theta.w_rec.as_slice().len(), theta.w_in.as_slice().len());
    let parts = [
        ("θ", 0, names.len()),
        ("W_rec", 0, rec),
        ("W_in", rec, rec + input),
        ("b_rec", rec + input, names.len()),
    ];
    let norms =
        parts.into_iter().map(|(name, from, to)| view(name.to_owned(), true, sums, |x| norm(&x[from..to])));
    let entries = names.into_iter().enumerate().map(|(k, name)| view(name, false, sums, move |x| x[k]));
    norms.chain(entries).collect()
}

fn view(name: String, norm: bool, sums: &Sums, of: impl Fn(&[f64]) -> f64) -> View {
    let each = |lists: &[Vec<f64>]| lists.iter().map(|list| of(list)).collect::<Vec<f64>>();
    let cells: Vec<Vec<f64>> = sums.cells.iter().enumerate().map(|(t, row)| each(&row[..=t])).collect();
    let total = of(&sums.total).abs();
    let missing = each(&sums.missing).into_iter().map(|missing| (total > 0.0).then(|| missing.abs() / total));
    View {
        name,
        norm,
        shades: shades(&cells),
        cells,
        columns: each(&sums.columns),
        rows: each(&sums.rows),
        bptt: each(&sums.bptt),
        rtrl: each(&sums.rtrl),
        windows: sums.windows.iter().map(|window| each(window)).collect(),
        truncated: each(&sums.truncated),
        missing: missing.collect(),
    }
}
