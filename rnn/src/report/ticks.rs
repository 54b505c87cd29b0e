//! Where an axis has its ticks, and what they say.

/// How values lie along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    /// By their decimal logarithm.
    Log,
}

impl Scale {
    /// Where a value lies, if it lies anywhere: what is not finite does not, nor does zero on a logarithmic axis.
    pub(super) fn place(self, value: f64) -> Option<f64> {
        let place = match self {
            Self::Linear => value,
            Self::Log if value > 0.0 => value.log10(),
            Self::Log => f64::NAN,
        };
        place.is_finite().then_some(place)
    }

    /// The ticks in a range of places, at most about `most` of them: where each lies, and its label.
    pub(super) fn ticks(self, (low, high): (f64, f64), most: usize) -> Vec<(f64, String)> {
        match self {
            Self::Log if high - low >= 1.0 => decades(low, high, most),
            // Less than a decade is read best by its values.
            Self::Log => linear(10_f64.powf(low), 10_f64.powf(high), most)
                .into_iter()
                .filter(|(value, _)| *value > 0.0)
                .map(|(value, label)| (value.log10(), label))
                .collect(),
            Self::Linear => linear(low, high, most),
        }
    }
}

/// The smallest range that holds all places, widened a little where it has no width; `None` for no places.
pub(super) fn range(places: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = places
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| (low.min(place), high.max(place)));
    if low > high {
        return None;
    }
    let least = 1e-9 * low.abs().max(high.abs()).max(1e-300);
    Some(if high - low > least {
        (low, high)
    } else {
        (low - 0.5 * low.abs().max(1.0), high + 0.5 * high.abs().max(1.0))
    })
}

/// The range with a margin of `part` of its width at each end.
pub(super) fn padded((low, high): (f64, f64), part: f64) -> (f64, f64) {
    let margin = (high - low) * part;
    (low - margin, high + margin)
}

fn linear(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let least_step = (high - low) / most.max(1) as f64;
    // Also false for a NaN.
    if !(least_step > 0.0 && least_step.is_finite()) {
        return Vec::new();
    }
    let power = 10_f64.powf(least_step.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| *step >= least_step * 0.999_999);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    let count = last - first + 1.0;
    if !(0.0..1000.0).contains(&count) {
        return Vec::new();
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 300.0) as usize;
    let plain = decimals <= 6 && (1e-3..1e5).contains(&low.abs().max(high.abs()));
    (0..count as u32)
        .map(|index| {
            // Adding 0 turns a -0 into a 0.
            let value = (first + f64::from(index)) * step + 0.0;
            (value, if plain { format!("{value:.decimals$}") } else { format!("{value:.1e}") })
        })
        .collect()
}

fn decades(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.ceil() as i32, high.floor() as i32);
    let stride = last.abs_diff(first).div_ceil(most.max(1) as u32).max(1) as i32;
    // One or two decades are too few to read a curve by: their twos and fives help.
    let digits: &[f64] = if last.abs_diff(first) < 2 && most >= 4 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let ticks = (first - 1..=last).filter(|decade| decade % stride == 0).flat_map(|decade| {
        digits.iter().map(move |&digit| {
            let label = match decade {
                -3..=4 if digit > 1.0 => {
                    format!("{:.*}", (-decade).max(0) as usize, digit * 10_f64.powi(decade))
                }
                _ if digit > 1.0 => format!("{digit}·{}", power_of_ten_raised(decade)),
                _ => power_of_ten(decade),
            };
            (f64::from(decade) + digit.log10(), label)
        })
    });
    ticks.filter(|(place, _)| (low..=high).contains(place)).collect()
}

/// A power of ten as people write it on an axis: the usual ones as numbers.
fn power_of_ten(exponent: i32) -> String {
    match exponent {
        -2 => "0.01".to_owned(),
        -1 => "0.1".to_owned(),
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        2 => "100".to_owned(),
        _ => power_of_ten_raised(exponent),
    }
}

/// A power of ten with its exponent raised.
pub(super) fn power_of_ten_raised(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent.to_string();
    let raised = raised.chars().map(|c| c.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize]));
    "10".chars().chain(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: Vec<(f64, String)>) -> Vec<String> {
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_lie_in_the_range() {
        assert_eq!(labels(Scale::Linear.ticks((0.0, 190.0), 5)), ["0", "50", "100", "150"]);
        assert_eq!(labels(Scale::Linear.ticks((-0.25, 0.21), 6)), ["-0.2", "-0.1", "0.0", "0.1", "0.2"]);
        assert_eq!(
            labels(Scale::Linear.ticks((1948.0, 2010.0), 7)),
            ["1950", "1960", "1970", "1980", "1990", "2000", "2010"]
        );
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        assert_eq!(labels(Scale::Log.ticks((-4.2, 0.3), 6)), ["10⁻⁴", "10⁻³", "0.01", "0.1", "1"]);
        assert_eq!(Scale::Log.ticks((-300.0, 300.0), 6).len(), 7);
        assert_eq!(labels(Scale::Log.ticks((1.0, 1.5), 3)), ["10", "20", "30"]);
        assert_eq!(labels(Scale::Log.ticks((-1.8, 0.1), 5)), ["0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
    }

    #[test]
    fn labels_fit_beside_an_axis() {
        // What is left of a sign, a point and raised digits is as wide as so many digits.
        let width = |label: &str| label.chars().filter(|c| c.is_ascii_digit() || *c == 'e').count();
        for decade in -9..9 {
            let low = 10_f64.powi(decade);
            for (from, to) in [(1.0, 60.0), (3.0, 8.0), (0.0, 5.0), (-4.0, 9.0)] {
                let (from, to) = (from * low, to * low);
                let mut all = labels(Scale::Linear.ticks((from, to), 5));
                if from > 0.0 {
                    all.extend(labels(Scale::Log.ticks((from.log10(), to.log10()), 5)));
                }
                for label in all {
                    assert!(width(&label) <= 5, "{label} between {from} and {to}");
                }
            }
        }
    }

    #[test]
    fn nothing_odd_makes_ticks_without_end() {
        for range in
            [(0.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1.0, 0.0), (1e300, 1e300), (-1e308, 1e308)]
        {
            assert!(Scale::Linear.ticks(range, 6).len() < 100, "{range:?}");
        }
        assert_eq!(range(std::iter::empty()), None);
        let (low, high) = range([3.0, 3.0].into_iter()).unwrap();
        assert!(low < 3.0 && high > 3.0);
        assert_eq!(Scale::Log.place(0.0), None);
        assert_eq!(Scale::Linear.place(f64::NAN), None);
    }
}
