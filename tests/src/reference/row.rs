//! A row of a table, and how far from it a result may lie.

use std::fmt;
use std::path::Path;

/// A point, and the exact value and derivatives there.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row's identifier in its table.
    pub id: String,
    /// The inputs.
    pub x: Vec<f64>,
    /// The derivatives: gradient, upper triangle of the Hessian, third derivative if `n` is 1.
    pub exact: Vec<(Quantity, Exact)>,
}

/// Which derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// `df/dx_i`.
    G(usize),
    /// `d2f/dx_i dx_j`.
    H(usize, usize),
    /// `f'''` of a function of one variable.
    T,
}

/// An exact number, rounded once, and how far from it a result may lie.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    /// The exact number, rounded to nearest.
    pub value: f64,
    /// The bound on the error.
    pub bound: Bound,
}

/// How far from the exact number a result may lie.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// So many units in the last place of the exact number; a zero is exact.
    Ulp(f64),
    /// This absolute error.
    Absolute(f64),
    /// The exact number is beyond the largest one: infinite, or nearly.
    Overflow,
    /// The exact number is not zero, but rounds to it: at most the smallest number.
    Underflow,
    /// The derivative does not exist: NaN.
    Undefined,
}

impl Exact {
    /// Whether `got` is close enough.
    pub fn admits(&self, got: f64) -> bool {
        let exact = self.value;
        match self.bound {
            Bound::Ulp(ulps) => got == exact || (got - exact).abs() <= ulps * ulp(exact),
            Bound::Absolute(error) => (got - exact).abs() <= error,
            Bound::Overflow => got.signum() == exact.signum() && got.abs() >= 0.999 * f64::MAX,
            Bound::Underflow => got.abs() <= f64::from_bits(1),
            Bound::Undefined => got.is_nan(),
        }
    }
}

/// The distance from `|x|` to the next number; 0 at 0, so that an exact zero admits zeros alone.
pub(super) fn ulp(x: f64) -> f64 {
    let x = x.abs();
    if x == 0.0 || !x.is_finite() { 0.0 } else { f64::from_bits(x.to_bits() + 1) - x }
}

/// A result that is not close enough.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The row's identifier.
    pub id: String,
    /// The inputs.
    pub x: Vec<f64>,
    /// The derivative; the value if there is none.
    pub quantity: Option<Quantity>,
    /// What came out.
    pub got: f64,
    /// What should have.
    pub exact: Exact,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = match self.quantity {
            None => "the value, which must be that of the f64 run bit for bit".to_owned(),
            Some(Quantity::G(i)) => format!("df/dx{i}"),
            Some(Quantity::H(i, j)) => format!("d2f/dx{i}dx{j}"),
            Some(Quantity::T) => "f'''".to_owned(),
        };
        let (Exact { value, bound }, got) = (self.exact, self.got);
        let ulps = (got - value).abs() / ulp(value);
        let (id, x) = (&self.id, &self.x);
        write!(
            f,
            "row {id} at {x:?}, {quantity}: got {got:e}, expected {value:e} ({ulps:.1} ulp off; {bound:?})"
        )
    }
}

impl Row {
    /// Everything in which a mode's result (value, gradient, rows of the Hessian, third derivative;
    /// what it does not give is empty) is wrong. `plain` is the value of the `f64` run.
    pub fn failures(&self, plain: f64, got: &super::modes::Derivatives) -> Vec<Failure> {
        let fail =
            |quantity, got, exact| Failure { id: self.id.clone(), x: self.x.clone(), quantity, got, exact };
        let mut failures = Vec::new();
        if got.value.to_bits() != plain.to_bits() {
            failures.push(fail(None, got.value, Exact { value: plain, bound: Bound::Ulp(0.0) }));
        }
        for &(quantity, exact) in &self.exact {
            let numbers = match quantity {
                Quantity::G(i) => [got.gradient.get(i).copied(), None],
                // Both halves of the matrix: they are computed separately.
                Quantity::H(i, j) => [(i, j), (j, i)].map(|(i, j)| Some(*got.hessian.get(i)?.get(j)?)),
                Quantity::T => [got.third, None],
            };
            // What a mode gives it gives whole: a number that is missing counts as a NaN.
            let given = match quantity {
                Quantity::G(_) => true,
                Quantity::H(..) => !got.hessian.is_empty(),
                Quantity::T => got.third.is_some(),
            };
            let numbers = match quantity {
                Quantity::H(..) => &numbers[..],
                _ => &numbers[..1],
            };
            let wrong = numbers.iter().map(|got| got.unwrap_or(f64::NAN)).find(|&got| !exact.admits(got));
            failures.extend(wrong.filter(|_| given).map(|got| fail(Some(quantity), got, exact)));
        }
        failures
    }

    /// Reads the columns that the tables share.
    pub(super) fn parse<'a>(
        field: &impl Fn(&str) -> Result<&'a str, String>,
        bound: impl Fn(Quantity) -> Bound,
    ) -> Result<Self, String> {
        let x = numbers(field("x_hex")?)?;
        let n = x.len();
        let flags = field("flags").unwrap_or("");
        let mut exact = Vec::new();
        let mut take = |column: &str, quantities: &[Quantity]| {
            let values = numbers(field(column)?)?;
            if values.len() != quantities.len() {
                return Err(format!("{column} has {} numbers, not {}", values.len(), quantities.len()));
            }
            for (&quantity, value) in quantities.iter().zip(values) {
                let bound = flagged(flags, quantity, n, bound(quantity));
                exact.push((quantity, Exact { value, bound }));
            }
            Ok(())
        };
        take("g_hex", &(0..n).map(Quantity::G).collect::<Vec<_>>())?;
        let triangle = (0..n).flat_map(|i| (i..n).map(move |j| Quantity::H(i, j)));
        take("h_hex", &triangle.collect::<Vec<_>>())?;
        if n == 1 && field("t_hex").is_ok() {
            take("t_hex", &[Quantity::T])?;
        }
        Ok(Self { id: field("id")?.to_owned(), x, exact })
    }
}

/// The bound that a flag like `sub:h01` puts in place of the usual one.
fn flagged(flags: &str, quantity: Quantity, n: usize, usual: Bound) -> Bound {
    let name = match quantity {
        Quantity::G(_) if n == 1 => "d1".to_owned(),
        Quantity::H(..) if n == 1 => "d2".to_owned(),
        Quantity::G(i) => format!("g{i}"),
        Quantity::H(i, j) => format!("h{i}{j}"),
        Quantity::T => "d3".to_owned(),
    };
    let kind = flags.split(';').filter_map(|flag| flag.split_once(':')).find(|(_, q)| *q == name);
    match (kind.map(|(kind, _)| kind), usual) {
        (Some("ovf"), _) => Bound::Overflow,
        (Some("unf"), _) => Bound::Underflow,
        (Some("nan"), _) => Bound::Undefined,
        (Some("sub"), Bound::Ulp(ulps)) => Bound::Absolute(ulps * f64::from_bits(1)),
        _ => usual,
    }
}

/// Reads a table: `parse` gets each row as a function from the name of a column to its field.
pub(super) fn read<T>(
    path: &Path,
    parse: impl for<'a> Fn(&dyn Fn(&str) -> Result<&'a str, String>) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut lines = text.lines();
    let header = fields(lines.next().unwrap_or(""));
    let mut rows = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let row = fields(line);
        let field = |name: &str| {
            let column = header.iter().position(|column| *column == name);
            column.and_then(|i| row.get(i).copied()).ok_or_else(|| format!("there is no column {name}"))
        };
        rows.push(parse(&field).map_err(|e| format!("{}, line {number}: {e}", path.display()))?);
    }
    Ok(rows)
}

/// The fields of a line. A field in quotes can hold commas (none here holds a quote).
fn fields(line: &str) -> Vec<&str> {
    let mut inside = false;
    let parts = line.split(|c| {
        inside ^= c == '"';
        c == ',' && !inside
    });
    parts.map(|field| field.trim_matches('"')).collect()
}

/// Numbers as 16 hexadecimal digits each.
fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let number = |hex| u64::from_str_radix(hex, 16).map(f64::from_bits).map_err(|e| format!("{hex}: {e}"));
    text.split_whitespace().map(number).collect()
}
