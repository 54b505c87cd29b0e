//! Random expressions.

use super::row::{self, Bound, Quantity, Row, ulp};
use super::{Program, binary, unary};
use ad_core::Scalar;
use std::path::Path;

/// An expression in the variables `x0`, `x1`, ..
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A variable.
    Variable(usize),
    /// A number.
    Constant(f64),
    /// An integer power.
    Powi(Box<Expr>, i32),
    /// An operator or function, by its name.
    Call(String, Vec<Expr>),
}

impl Expr {
    /// Parses a prefix expression, e.g. `(mul x0 (sin 2.5))`.
    ///
    /// # Errors
    ///
    /// A message that says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut tokens = spaced.split_whitespace().peekable();
        let expr = Self::parse_one(&mut tokens)?;
        tokens.next().map_or(Ok(expr), |rest| Err(format!("{rest} after the end of the expression")))
    }

    fn parse_one<'a>(
        tokens: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    ) -> Result<Self, String> {
        let token = tokens.next().ok_or("the expression ends too early")?;
        if token != "(" {
            let variable = token.strip_prefix('x').and_then(|index| index.parse().ok());
            return variable
                .map(Self::Variable)
                .map_or_else(|| token.parse().map(Self::Constant).map_err(|e| format!("{token}: {e}")), Ok);
        }
        let name = tokens.next().ok_or("an operator is missing")?;
        let mut args = Vec::new();
        while tokens.peek().is_some_and(|&token| token != ")") {
            args.push(Self::parse_one(tokens)?);
        }
        tokens.next().ok_or("a parenthesis is not closed")?;
        match (name, args.as_slice()) {
            ("powi", [base, Self::Constant(n)]) => Ok(Self::Powi(Box::new(base.clone()), *n as i32)),
            _ => Ok(Self::Call(name.to_owned(), args)),
        }
    }
}

impl Program for Expr {
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
        match self {
            Self::Variable(i) => x[*i],
            Self::Constant(c) => S::lit(*c),
            Self::Powi(base, n) => base.eval(x).powi(*n),
            Self::Call(name, args) => {
                let args: Vec<S> = args.iter().map(|arg| arg.eval(x)).collect();
                match (name.as_str(), args.as_slice()) {
                    ("add", &[a, b]) => a + b,
                    ("sub", &[a, b]) => a - b,
                    ("mul", &[a, b]) => a * b,
                    ("div", &[a, b]) => a / b,
                    ("mul_add", &[a, b, c]) => a.mul_add(b, c),
                    ("neg", &[a]) => -a,
                    ("square", &[a]) => a * a,
                    (name, &[a]) => unary(name, a).unwrap_or_else(|| panic!("unknown function {name}")),
                    (name, &[a, b]) => binary(name, a, b)
                        .unwrap_or_else(|| panic!("unknown function {name} of two arguments")),
                    _ => panic!("unknown function {name} of {} arguments", args.len()),
                }
            }
        }
    }
}

/// One row of `trees.csv`.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The expression.
    pub expr: Expr,
    /// The point and the derivatives.
    pub row: Row,
}

impl Tree {
    /// Reads all rows of `trees.csv`.
    ///
    /// A result may lie as far from the exact one as 16 times what rounding alone moves it, plus 4 ulp.
    ///
    /// # Errors
    ///
    /// A message that names the file and the line, if it cannot be read.
    pub fn read(directory: &Path) -> Result<Vec<Self>, String> {
        row::read(&directory.join("trees.csv"), |field| {
            let noise = |column| -> Result<Vec<f64>, String> {
                field(column)?
                    .split_whitespace()
                    .map(|noise| noise.parse().map_err(|e| format!("{noise}: {e}")))
                    .collect()
            };
            let (noise_g, noise_h) = (noise("noise_g")?, noise("noise_h")?);
            let mut row = Row::parse(&field, |_| Bound::Undefined)?;
            let mut noise_h = noise_h.into_iter();
            for (quantity, exact) in &mut row.exact {
                let noise = match *quantity {
                    Quantity::G(i) => noise_g.get(i).copied(),
                    _ => noise_h.next(),
                };
                let noise = noise.ok_or("there are fewer noises than derivatives")?;
                exact.bound = Bound::Absolute(16.0 * noise + 4.0 * ulp(exact.value));
            }
            Ok(Self { expr: Expr::parse(field("expr")?)?, row })
        })
    }
}

impl Program for Tree {
    fn eval<S: Scalar<Real = f64>>(&self, x: &[S]) -> S {
        self.expr.eval(x)
    }
}
