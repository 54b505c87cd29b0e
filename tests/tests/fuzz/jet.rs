//! What random programs compute with at high precision: numbers with first and second derivatives.

use crate::exact::{EPS, Number, Undecided};
use crate::precise::{derivatives_at_scale, near, unary};

/// A number with its gradient, and with the derivative of both along one variable: a column of the Hessian.
///
/// The bounds are those of forward mode, over itself for the column. They cover whatever multiplies and adds the
/// same partials in another order, such as reverse mode: there, too, a rounding reaches `dy/dx` as a multiple of
/// products of partials along paths from `x` to `y`, and the bound has each path's product, by absolute value,
/// `EPS` times and more for each of its steps. Second derivatives are such sums, too, with a partial's slope in the
/// place of one of the partials.
#[derive(Clone)]
pub(crate) struct Jet {
    pub(crate) value: Number,
    pub(crate) gradient: Vec<Number>,
    /// The derivative of the value along the variable.
    along: Number,
    /// That of the gradient.
    pub(crate) column: Vec<Number>,
}

/// How far a number may be off that a function is applied to.
const FIRST_ORDER: f64 = 1e-7;

impl Jet {
    /// The variables of a function at a point; columns are by the one with that index.
    pub(crate) fn variables(x: &[f64], column: usize) -> Vec<Self> {
        let unit = |i, j| f64::from(u8::from(i == j)).into();
        let variable = |(i, &value): (usize, &f64)| Self {
            gradient: (0..x.len()).map(|j| unit(i, j)).collect(),
            along: unit(i, column),
            ..Self::constant(value, x.len())
        };
        x.iter().enumerate().map(variable).collect()
    }

    /// A constant, of a function of `n` variables.
    pub(crate) fn constant(value: f64, n: usize) -> Self {
        let zeros = vec![0.0.into(); n];
        Self { value: value.into(), gradient: zeros.clone(), along: 0.0.into(), column: zeros }
    }

    pub(crate) fn is_finite(&self) -> bool {
        [&self.value, &self.along]
            .into_iter()
            .chain(&self.gradient)
            .chain(&self.column)
            .all(Number::is_finite)
    }

    pub(crate) fn sum<'a>(terms: impl IntoIterator<Item = &'a Self>) -> Self {
        let terms: Vec<_> = terms.into_iter().collect();
        let each = |part: fn(&Self) -> &[Number]| {
            let entry = |i: usize| terms.iter().map(|x| part(x)[i].clone()).sum();
            (0..terms[0].gradient.len()).map(entry).collect()
        };
        Self {
            value: terms.iter().map(|x| x.value.clone()).sum(),
            gradient: each(|x| &x.gradient),
            along: terms.iter().map(|x| x.along.clone()).sum(),
            column: each(|x| &x.column),
        }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let (x, y) = (self, other);
        let entry = |i: usize| {
            let [dx, dy] = [&x.gradient[i], &y.gradient[i]];
            [&x.value * &y.column[i], &x.along * dy, dx * &y.along, &x.column[i] * &y.value].into_iter().sum()
        };
        let partials = x.gradient.iter().zip(&y.gradient);
        Self {
            value: &x.value * &y.value,
            gradient: partials.map(|(dx, dy)| [&x.value * dy, &y.value * dx].into_iter().sum()).collect(),
            along: [&x.value * &y.along, &y.value * &x.along].into_iter().sum(),
            column: (0..x.column.len()).map(entry).collect(),
        }
    }

    pub(crate) fn negated(&self) -> Self {
        self.times(&Self::constant(-1.0, self.gradient.len()))
    }

    /// A function by its name in the table of rules, whose second and third derivative are no larger around here
    /// than 6, or 6 times the function if that is more: as those of `tanh`, and of `ln` and `recip` from 1 on.
    ///
    /// ```text
    /// |f(x + e) - f(x)|     <= |f'| e + 3 max(|f|, 1) e^2
    /// |f'(x + e) - f'(x)|   <= |f''| e + 3 max(|f|, 1) e^2
    /// |f''(x + e) - f''(x)| <= 6 max(|f|, 1) e
    /// ```
    ///
    /// A second derivative may be a difference of terms as large as the first, as that of `tanh` is near 0.
    pub(crate) fn map(&self, name: &str) -> Result<Self, Undecided> {
        let (x, e) = (&self.value.exact, self.value.error);
        let [value, slope, bend] = derivatives_at_scale(0, |x| unary(name, x), x).ok_or(Undecided)?;
        if e.is_nan() || e > FIRST_ORDER {
            return Err(Undecided);
        }
        let [size, first, second] = [&value, &slope, &bend].map(|x| near(x).abs());
        let beyond = 3.0 * size.max(1.0) * e * e;
        let bend = Number { exact: bend, error: 6.0 * size.max(1.0) * e + EPS * (first + second) };
        let slope = Number { exact: slope, error: second * e + beyond + EPS * first };
        let bent = &bend * &self.along;
        let entries = self.gradient.iter().zip(&self.column);
        Ok(Self {
            value: Number { exact: value, error: first * e + beyond + EPS * size },
            gradient: self.gradient.iter().map(|dx| &slope * dx).collect(),
            along: &slope * &self.along,
            column: entries.map(|(dx, column)| [&bent * dx, &slope * column].into_iter().sum()).collect(),
        })
    }
}
