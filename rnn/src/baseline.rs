//! What a network has to beat: persistence, and a linear autoregression fitted by least squares.
//!
//! Both are computed on the series itself, in its own units; neither is quoted from anywhere.

use std::fmt;

use crate::compare::{norm, power_of_two};
use nalgebra::{DMatrix, DVector};

/// The order customary for the yearly sunspot number, whose cycle is about eleven years.
pub const SUNSPOT_ORDER: usize = 9;

/// Why an autoregression could not be fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaselineError {
    /// Fewer equations than unknowns.
    TooFewValues {
        /// The order asked for.
        order: usize,
        /// The number of values that it needs.
        needed: usize,
        /// The number of values there are.
        found: usize,
    },
    /// A value is a NaN or an infinity.
    NotFinite {
        /// The index of the first such value.
        index: usize,
    },
    /// The least-squares problem has no finite solution in f64.
    NoSolution,
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewValues { order, needed, found } => {
                write!(f, "an autoregression of order {order} needs at least {needed} values, found {found}")
            }
            Self::NotFinite { index } => write!(f, "values[{index}]: not a finite number"),
            Self::NoSolution => {
                write!(f, "the autoregression's least-squares problem has no finite solution")
            }
        }
    }
}

impl std::error::Error for BaselineError {}

/// Tomorrow as today: the prediction of each of `values[from..]` is the value before it.
///
/// # Panics
/// Unless `1 <= from <= values.len()`: the first value has none before it.
#[must_use]
pub fn persistence(values: &[f64], from: usize) -> Vec<f64> {
    assert!(
        (1..=values.len()).contains(&from),
        "persistence: from = {from} must lie in 1..={}, the number of values",
        values.len()
    );
    values[from - 1..values.len() - 1].to_vec()
}

/// The linear autoregression AR(p): value_t = intercept + sum_k coefficients\[k - 1\] value_{t-k} + noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoregression {
    /// The constant term.
    pub intercept: f64,
    /// The coefficient of each lag, the latest value's first.
    pub coefficients: Vec<f64>,
}

impl Autoregression {
    /// Fits AR(`order`) with an intercept to `train` by least squares.
    ///
    /// Where the lags do not determine the coefficients (a constant or an exactly periodic series), the solution of
    /// least norm is taken.
    ///
    /// # Errors
    /// [`BaselineError`] if there are fewer equations than unknowns (`2 * order + 1` values are needed), or a value is
    /// not finite.
    pub fn fit(train: &[f64], order: usize) -> Result<Self, BaselineError> {
        let needed = order.saturating_mul(2).saturating_add(1);
        if train.len() < needed {
            return Err(BaselineError::TooFewValues { order, needed, found: train.len() });
        }
        if let Some(index) = train.iter().position(|value| !value.is_finite()) {
            return Err(BaselineError::NotFinite { index });
        }
        // Beyond these the squares inside of the least squares are not numbers any more.
        let scale = power_of_two(train);
        if train.iter().any(|&value| value != 0.0) && !(1e-100..1e100).contains(&scale) {
            let scaled: Vec<f64> = train.iter().map(|value| value / scale).collect();
            let fit = Self::fit(&scaled, order)?;
            return Ok(Self { intercept: fit.intercept * scale, ..fit });
        }
        // About the mean the intercept and the lags are nearly orthogonal, which the conditioning gains from.
        let mean = train.iter().sum::<f64>() / train.len() as f64;
        let rows = train.len() - order;
        let lags = DMatrix::from_fn(rows, order + 1, |row, k| match k {
            0 => 1.0,
            k => train[row + order - k] - mean,
        });
        let targets = DVector::from_fn(rows, |row, _| train[row + order] - mean);

        let svd = lags.svd(true, true);
        let negligible = svd.singular_values.max() * rows as f64 * f64::EPSILON;
        let solution = svd.solve(&targets, negligible).map_err(|_| BaselineError::NoSolution)?;
        if !solution.iter().all(|value| value.is_finite()) {
            return Err(BaselineError::NoSolution);
        }
        let coefficients: Vec<f64> = solution.iter().skip(1).copied().collect();
        let intercept = solution[0] + mean * (1.0 - coefficients.iter().sum::<f64>());
        Ok(Self { intercept, coefficients })
    }

    /// p, the number of lags.
    #[must_use]
    pub fn order(&self) -> usize {
        self.coefficients.len()
    }

    /// The value that follows `past`, whose last value is the latest.
    ///
    /// # Panics
    /// If `past` has fewer values than the order.
    #[must_use]
    pub fn predict_next(&self, past: &[f64]) -> f64 {
        assert!(
            past.len() >= self.order(),
            "autoregression of order {}: only {} past values",
            self.order(),
            past.len()
        );
        let latest_first = past.iter().rev();
        self.intercept + self.coefficients.iter().zip(latest_first).map(|(a, value)| a * value).sum::<f64>()
    }

    /// The one-step-ahead prediction of each of `values[from..]`, each from the true values before it.
    ///
    /// # Panics
    /// Unless `order <= from <= values.len()`.
    #[must_use]
    pub fn predict(&self, values: &[f64], from: usize) -> Vec<f64> {
        assert!(from <= values.len(), "from = {from} is past the end of {} values", values.len());
        (from..values.len()).map(|t| self.predict_next(&values[..t])).collect()
    }
}

/// The root of the mean squared error; NaN for no predictions at all.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn rmse(predictions: &[f64], targets: &[f64]) -> f64 {
    assert_eq!(predictions.len(), targets.len(), "rmse: as many predictions as targets");
    let count = predictions.len() as f64;
    let errors: Vec<f64> = predictions.iter().zip(targets).map(|(y, y_target)| y - y_target).collect();
    let squares: f64 = errors.iter().map(|error| error.powi(2)).sum();
    // Where the squares overflow or underflow, the error need not.
    if squares.is_normal() { (squares / count).sqrt() } else { norm(&errors) / count.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of a known process, with noise from a small linear congruential generator scaled to `noise`.
    fn process(intercept: f64, coefficients: &[f64], start: &[f64], len: usize, noise: f64) -> Vec<f64> {
        let known = Autoregression { intercept, coefficients: coefficients.to_vec() };
        let mut state = 1_u64;
        let mut values = start.to_vec();
        while values.len() < len {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let uniform = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            values.push(known.predict_next(&values) + noise * uniform);
        }
        values
    }

    #[test]
    fn errors_and_fits_of_any_size_are_numbers() {
        let values = process(7.0, &[1.2, -0.5, 0.1], &[3.0, -4.0, 11.0], 60, 0.0);
        for scale in [2.0_f64.powi(1010), 2.0_f64.powi(-1000)] {
            let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
            let predicted = Autoregression::fit(&scaled[..30], 3).unwrap().predict(&scaled, 30);
            assert!(rmse(&predicted, &scaled[30..]) < 1e-8 * scale);
            assert_eq!(rmse(&[3.0 * scale, 4.0 * scale], &[4.0 * scale, 3.0 * scale]), scale);
        }
        assert!(rmse(&[], &[]).is_nan());
    }

    #[test]
    fn a_process_without_noise_is_found_exactly() {
        let coefficients = [1.2, -0.5, 0.1];
        let values = process(7.0, &coefficients, &[3.0, -4.0, 11.0], 60, 0.0);
        let fitted = Autoregression::fit(&values[..30], 3).unwrap();
        assert!((fitted.intercept - 7.0).abs() < 1e-8, "{fitted:?}");
        for (a, known) in fitted.coefficients.iter().zip(coefficients) {
            assert!((a - known).abs() < 1e-9, "{fitted:?}");
        }
        assert!(rmse(&fitted.predict(&values, 30), &values[30..]) < 1e-8);
    }

    #[test]
    fn a_noisy_process_is_found_up_to_its_noise() {
        let values = process(2.0, &[1.4, -0.7], &[0.0, 1.0], 20_000, 1.0);
        let fitted = Autoregression::fit(&values, 2).unwrap();
        assert!((fitted.coefficients[0] - 1.4).abs() < 0.03, "{fitted:?}");
        assert!((fitted.coefficients[1] + 0.7).abs() < 0.03, "{fitted:?}");
        // Uniform noise on an interval of length 1 has standard deviation 1/sqrt(12); no one-step prediction beats it.
        let error = rmse(&fitted.predict(&values, 2), &values[2..]);
        assert!((error - 12.0_f64.sqrt().recip()).abs() < 0.01, "{error}");
    }

    #[test]
    fn the_residuals_are_orthogonal_to_every_lag() {
        // The normal equations, which the fit does not use.
        let values = crate::data::Series::sunspots().values;
        let fitted = Autoregression::fit(&values, SUNSPOT_ORDER).unwrap();
        let predictions = fitted.predict(&values, SUNSPOT_ORDER);
        let residuals: Vec<f64> =
            predictions.iter().zip(&values[SUNSPOT_ORDER..]).map(|(y, t)| t - y).collect();
        assert!(residuals.iter().sum::<f64>().abs() < 1e-7);
        for k in 1..=SUNSPOT_ORDER {
            let lag = &values[SUNSPOT_ORDER - k..values.len() - k];
            let dot: f64 = residuals.iter().zip(lag).map(|(r, v)| r * v).sum();
            assert!(dot.abs() < 1e-5, "lag {k}: {dot}");
        }
    }

    #[test]
    fn on_the_sunspots_it_beats_persistence() {
        let values = crate::data::Series::sunspots().values;
        let from = values.len() - 60;
        let linear = Autoregression::fit(&values[..from], SUNSPOT_ORDER).unwrap().predict(&values, from);
        assert_eq!(linear.len(), 60);
        assert!(rmse(&linear, &values[from..]) < rmse(&persistence(&values, from), &values[from..]));
    }

    #[test]
    fn predictions_do_not_look_ahead() {
        let mut values = process(1.0, &[0.5, 0.2], &[1.0, 2.0], 40, 1.0);
        let fitted = Autoregression::fit(&values[..30], 2).unwrap();
        let before = (fitted.predict(&values, 30), persistence(&values, 30));
        values[39] = 1e9;
        assert_eq!((fitted.predict(&values, 30), persistence(&values, 30)), before);
    }

    #[test]
    fn persistence_is_the_value_before() {
        assert_eq!(persistence(&[1.0, 2.0, 3.0, 4.0], 2), [2.0, 3.0]);
        assert_eq!(persistence(&[1.0], 1), [0.0; 0]);
    }

    #[test]
    #[should_panic(expected = "from = 0")]
    fn persistence_has_nothing_to_say_of_the_first_value() {
        let _ = persistence(&[1.0, 2.0], 0);
    }

    #[test]
    fn what_cannot_be_fitted_is_an_error_and_what_is_undetermined_is_not() {
        let error = Autoregression::fit(&[1.0; 6], 3).unwrap_err();
        assert_eq!(error.to_string(), "an autoregression of order 3 needs at least 7 values, found 6");
        assert!(Autoregression::fit(&[], usize::MAX).is_err());
        assert_eq!(Autoregression::fit(&[1.0, f64::NAN, 1.0], 1), Err(BaselineError::NotFinite { index: 1 }));
        // Every lag of a constant series is the same column.
        let constant = Autoregression::fit(&[5.0; 20], 3).unwrap();
        assert!((constant.predict_next(&[5.0; 3]) - 5.0).abs() < 1e-12);
        let mean = Autoregression::fit(&[1.0, 2.0, 6.0], 0).unwrap();
        assert!((mean.predict_next(&[]) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn rmse_is_the_root_of_the_mean_square() {
        assert_eq!(rmse(&[1.0, 2.0], &[4.0, 6.0]), 12.5_f64.sqrt());
        assert!(rmse(&[], &[]).is_nan());
    }
}
