//! Where functions are looked at, and the largest errors found there.

use crate::precise::{Big, big, near};

/// Numbers that are the same in every run.
struct Digits(u64);

impl Digits {
    /// In `[1, 2)`.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1.0 + (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The points of one variable.
pub(crate) fn points() -> Vec<f64> {
    let mut digits = Digits(1);
    let mut points = Vec::new();
    for e in -40..10 {
        for sign in [1.0, -1.0] {
            points.extend((0..4).map(|_| sign * digits.next() * 2.0_f64.powi(e)));
            if e < 0 {
                points.extend([1.0, -1.0].map(|one| one + sign * digits.next() * 2.0_f64.powi(e)));
            }
        }
    }
    points
}

/// The largest errors of value, first and second derivative, and at how many points.
#[derive(Default)]
pub(crate) struct Worst {
    ulps: [f64; 3],
    pub(crate) points: usize,
}

impl Worst {
    pub(crate) fn see(&mut self, order: usize, exact: &Big, found: f64) {
        let size = near(exact).abs();
        if (4.0 * f64::MIN_POSITIVE..f64::MAX / 4.0).contains(&size) && found.is_finite() {
            let ulp = size.next_up() - size;
            let error = near(&((big(found) - exact) / big(ulp))).abs();
            self.ulps[order] = self.ulps[order].max(error);
        } else if size > 1e-300 && size < f64::MAX / 4.0 {
            self.ulps[order] = f64::INFINITY; // an exact result that is a number, and was not found
        }
    }

    pub(crate) fn print(&self, name: &str) {
        let show = |ulps: f64| if ulps < 100.0 { format!("{ulps:.2}") } else { format!("{ulps:.2e}") };
        let [value, first, second] = self.ulps.map(show);
        println!("| `{name}` | {value} | {first} | {second} | {} |", self.points);
    }
}
