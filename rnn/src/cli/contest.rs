//! The networks and what they have to beat, all judged on the values held back.

use super::{progress, text};
use rnn::baseline::{Autoregression, SUNSPOT_ORDER, persistence, rmse};
use rnn::data::{DataError, Series, Split, Standardise};
use rnn::report::{Forecast, LearningCurve, Prediction};
use rnn::train::{Diverged, Schedule, one_step_ahead, predict, train};
use rnn::{Parameters, Rnn, Sequence};
use std::fmt;

/// What a page says of the methods that are no networks.
pub(super) const BASELINES: &str = "Persistence takes each value for the next one. AR(p) is a linear autoregression, a constant \
    and a multiple of each of the last p values, fitted to the training part by least squares; of the roots, to their square roots.";

/// How many points a learning curve has, about.
const CURVE_POINTS: usize = 100;

/// What a network learns, of the values or of something made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    /// The values themselves.
    Own,
    /// Their square roots: the scatter of a count grows with the count, that of its root does not.
    Root,
}

impl Units {
    fn apply(self, value: f64) -> f64 {
        match self {
            Self::Own => value,
            Self::Root => value.sqrt(),
        }
    }

    fn invert(self, value: f64) -> f64 {
        match self {
            Self::Own => value,
            // No root is negative; what a network takes for one can be.
            Self::Root => value.max(0.0).powi(2),
        }
    }
}

/// A series cut in time, in its own units and in those that the networks see.
pub(super) struct Contest {
    split: Split,
    units: Units,
    standard: Split,
    map: Standardise,
    /// The training part as the networks see it.
    pub(super) sequence: Sequence<f64, 1>,
}

/// A network that has learnt.
pub(super) struct Learnt {
    pub(super) params: Parameters<f64>,
    pub(super) prediction: Prediction,
    pub(super) curve: LearningCurve,
    /// From what to what the error on the training part has grown, if learning has made it larger.
    pub(super) grown: Option<String>,
}

/// Why there is no result of learning.
#[derive(Debug)]
pub(super) enum Unlearnt {
    Diverged(Diverged),
    /// Errors overflow in the series' units whatever a network says, so that no rate is to blame.
    TooLarge,
}

impl fmt::Display for Unlearnt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diverged(diverged) => diverged.fmt(f),
            Self::TooLarge => f.write_str(
                "values so large that errors overflow before anything is learnt: give them in larger units",
            ),
        }
    }
}

impl std::error::Error for Unlearnt {}

impl Contest {
    /// The networks see `units`, standardised by the training part. For [`Units::Root`] no value may be negative.
    pub(super) fn new(series: Series, held_back: usize, units: Units) -> Result<Self, DataError> {
        let mut seen = series.clone();
        seen.values.iter_mut().for_each(|value| *value = units.apply(*value));
        let (standard, map) = seen.split(held_back)?.standardised()?;
        let sequence = one_step_ahead(standard.train());
        Ok(Self { split: series.split(held_back)?, units, standard, map, sequence })
    }

    pub(super) fn split(&self) -> &Split {
        &self.split
    }

    /// Trains a network, and lets it predict with its parameters as they are then.
    ///
    /// The error on the held-back part is looked at on the way, for the picture; nothing follows from it.
    pub(super) fn learn(
        &self,
        method: &str,
        rnn: &Rnn,
        start: &Parameters<f64>,
        schedule: &Schedule,
    ) -> Result<Learnt, Unlearnt> {
        let bar = progress::bar(method, schedule.passes);
        let every = schedule.passes.div_ceil(CURVE_POINTS);
        let mut params = start.clone();
        let mut curve = LearningCurve { method: method.to_owned(), ..LearningCurve::default() };
        let mut look = |pass: usize, params: &Parameters<f64>| {
            let (train, held_back, _) = self.errors(rnn, params);
            curve.passes.push(pass as f64);
            curve.train.push(train);
            curve.held_back.push(held_back);
        };
        look(0, start);
        train(rnn, &mut params, &self.sequence, schedule, |pass, params| {
            bar.set_position(pass as u64);
            if pass % every == 0 {
                look(pass, params);
            }
        })
        .map_err(Unlearnt::Diverged)?;
        bar.finish_and_clear();
        let (train, rmse, values) = self.errors(rnn, &params);
        if !(train.is_finite() && rmse.is_finite()) {
            let at_first = curve.train[0].is_finite() && curve.held_back[0].is_finite();
            let diverged = Unlearnt::Diverged(Diverged { pass: schedule.passes });
            return Err(if at_first { diverged } else { Unlearnt::TooLarge });
        }
        let grown = text::growth(curve.train[0], train);
        Ok(Learnt {
            params,
            prediction: Prediction { method: method.to_owned(), values, rmse },
            curve,
            grown,
        })
    }

    /// The errors on the training part and on the held-back part, in the series' units, and the predictions
    /// of the latter.
    fn errors(&self, rnn: &Rnn, params: &Parameters<f64>) -> (f64, f64, Vec<f64>) {
        let outputs = predict(rnn, params, &self.standard.series().values, 1);
        let mut train: Vec<f64> = outputs.into_iter().map(|y| self.in_own_units(y)).collect();
        let held_back = train.split_off(self.split.train_len() - 1);
        let error = rmse(&train, &self.split.train()[1..]);
        (error, rmse(&held_back, self.split.held_back()), held_back)
    }

    fn in_own_units(&self, output: f64) -> f64 {
        self.units.invert(self.map.invert(output))
    }

    /// Persistence, and the linear autoregression of the order that is customary, or of the highest that
    /// the training part can determine; where the networks learn roots, also one that does.
    pub(super) fn baselines(&self) -> Vec<Prediction> {
        let (values, from) = (&self.split.series().values, self.split.train_len());
        let predicted = |method: &str, values: Vec<f64>| {
            let rmse = rmse(&values, self.split.held_back());
            Prediction { method: method.to_owned(), values, rmse }
        };
        let order = SUNSPOT_ORDER.min((from - 1) / 2);
        let linear = |values: &[f64]| {
            let fit = Autoregression::fit(&values[..from], order).ok()?;
            Some(fit.predict(values, from))
        };
        let of_roots = || {
            let outputs = linear(&self.standard.series().values)?;
            Some(outputs.into_iter().map(|y| self.in_own_units(y)).collect())
        };
        let own = linear(values).map(|values| predicted(&format!("AR({order})"), values));
        let roots = (self.units == Units::Root).then(of_roots).flatten();
        let roots = roots.map(|values| predicted(&format!("AR({order}) of the roots"), values));
        [predicted("persistence", persistence(values, from))].into_iter().chain(own).chain(roots).collect()
    }

    /// The forecast of the report, the networks before what they have to beat.
    pub(super) fn forecast(&self, time_label: &str, value_label: &str, networks: &[Learnt]) -> Forecast {
        let series = self.split.series();
        let predictions = networks.iter().map(|network| network.prediction.clone());
        Forecast {
            time_label: time_label.to_owned(),
            value_label: value_label.to_owned(),
            times: series.times.clone(),
            values: series.values.clone(),
            train_len: self.split.train_len(),
            predictions: predictions.chain(self.baselines()).collect(),
        }
    }
}
