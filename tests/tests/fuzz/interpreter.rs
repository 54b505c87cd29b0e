//! A second interpreter of random programs, at high precision, which shares no code with arrays or modes.
//!
//! Each operation is written out in sums, products and functions of single numbers.

use crate::exact::Undecided;
use crate::jet::Jet;
use crate::precise::near;
use ad_tests::programs::{Instruction, Operation, Program};

/// A list of numbers: a vector, or a batch row by row.
type Array = Vec<Jet>;

/// Columns of every batch, which has two rows.
const WIDTH: usize = 3;

/// The results of a program at a point, as [`VectorFunction::call`](ad_core::VectorFunction::call) has them, with
/// columns of their Hessians.
pub(crate) fn run(program: &Program, x: &[f64], column: usize) -> Result<Vec<Jet>, Undecided> {
    let variables = Jet::variables(x, column);
    let mut state = State { vectors: vec![variables.clone()], scalars: variables, batches: Vec::new() };
    state.batches.push(state.gathered(0, 2, 2 * WIDTH));
    for &instruction in &program.instructions {
        state.run(instruction)?;
    }
    let arrays = state.vectors.iter().rev().take(2).chain(state.batches.iter().rev().take(2));
    let arrays = Jet::sum(arrays.flatten());
    let mut results: Array = state.scalars.iter().rev().cycle().take(program.outputs()).cloned().collect();
    results[0] = Jet::sum([&results[0], &arrays]);
    if results.iter().all(Jet::is_finite) { Ok(results) } else { Err(Undecided) }
}

struct State {
    scalars: Array,
    vectors: Vec<Array>,
    batches: Vec<Array>,
}

impl State {
    fn scalar(&self, operand: usize) -> &Jet {
        &self.scalars[operand % self.scalars.len()]
    }

    fn vector(&self, operand: usize) -> &Array {
        &self.vectors[operand % self.vectors.len()]
    }

    fn batch(&self, operand: usize) -> &Array {
        &self.batches[operand % self.batches.len()]
    }

    /// A vector that is as long as `other`.
    fn fitting(&self, operand: usize, other: &Array) -> &Array {
        let fits: Vec<_> = self.vectors.iter().filter(|v| v.len() == other.len()).collect();
        fits[operand % fits.len()]
    }

    fn gathered(&self, start: usize, step: usize, len: usize) -> Array {
        (0..len).map(|i| self.scalar(start + i * step).clone()).collect()
    }

    fn constant(&self, x: f64) -> Jet {
        Jet::constant(x, self.scalars[0].gradient.len())
    }

    fn run(&mut self, instruction: Instruction) -> Result<(), Undecided> {
        if let Some(scalar) = self.scalar_of(instruction)? {
            self.scalars.push(scalar);
        } else if let Some(vector) = self.vector_of(instruction)? {
            self.vectors.push(vector);
        } else {
            self.batches.push(self.batch_of(instruction)?);
        }
        Ok(())
    }

    fn scalar_of(&self, instruction: Instruction) -> Result<Option<Jet>, Undecided> {
        let Instruction { operation, operands: [a, b, c], numbers: [p, _] } = instruction;
        let [x, y, z] = [a, b, c].map(|operand| self.scalar(operand));
        let (v, old) = (self.vector(a), self.batch(a));
        let square = |x: &Jet| Jet::sum([&x.times(x), &self.constant(1.0)]);
        Ok(Some(match operation {
            Operation::Add => Jet::sum([x, y]),
            Operation::Sub => Jet::sum([x, &y.negated()]),
            Operation::Mul => x.map("tanh")?.times(y),
            Operation::Div => x.times(&square(y).map("recip")?),
            Operation::Neg => x.negated(),
            Operation::Constant => self.constant(p),
            Operation::Sin => x.map("sin")?,
            Operation::Cos => x.map("cos")?,
            Operation::Exp => x.map("tanh")?.map("exp")?,
            Operation::Ln => square(x).map("ln")?,
            Operation::Sqrt => square(x).map("sqrt")?,
            Operation::Powi => {
                let x = x.map("tanh")?;
                x.times(&x).times(&x)
            }
            Operation::Powf => square(x).map("ln")?.times(&y.map("tanh")?).map("exp")?,
            Operation::Sigmoid => x.map("sigmoid")?,
            Operation::Softplus => x.map("softplus")?,
            Operation::LogSumExp => log_sum_exp(&[x.clone(), y.clone(), z.clone()])?,
            Operation::Dot => dot(v, self.fitting(b, v)),
            Operation::Distance => distance(&map(v, "tanh")?, self.fitting(b, v)),
            Operation::Sum => Jet::sum(v),
            Operation::Pick => v[b % v.len()].clone(),
            Operation::BatchDot => dot(old, self.batch(b)),
            Operation::BatchDistance => distance(old, &map(self.batch(b), "tanh")?),
            Operation::BatchSum => Jet::sum(old),
            Operation::BatchSlice => Jet::sum(&old[b % 2 * WIDTH..][..WIDTH]),
            _ => return Ok(None),
        }))
    }

    fn vector_of(&self, instruction: Instruction) -> Result<Option<Array>, Undecided> {
        let Instruction { operation, operands: [a, b, c], numbers } = instruction;
        let [p, q] = numbers.map(|x| self.constant(x));
        let v = self.vector(a);
        Ok(Some(match operation {
            Operation::Gather => self.gathered(a, b, 3),
            Operation::ConstantVector => vec![p.clone(), q, p],
            Operation::MapTanh => map(v, "tanh")?,
            Operation::MapExp => map(&map(v, "tanh")?, "exp")?,
            Operation::MapSigmoid => map(v, "sigmoid")?,
            Operation::Axpby => axpby([&p, &q], v, self.fitting(b, v)),
            Operation::AxpbyMap => axpby([&p, &q], v, &map(self.fitting(b, v), "tanh")?),
            Operation::Hadamard => products(&map(v, "tanh")?, self.fitting(b, v)),
            Operation::Quotient => quotients(v, self.fitting(b, v))?,
            // The second argument is positive.
            Operation::Map2Atan2 => map(&quotients(v, self.fitting(b, v))?, "atan")?,
            Operation::Scale => scaled(v, &self.scalar(b).map("tanh")?),
            Operation::Slice => {
                let start = b % v.len();
                v[start..=start + c % (v.len() - start)].to_vec()
            }
            Operation::Concat => v.iter().take(3).chain(self.vector(b).iter().take(3)).cloned().collect(),
            Operation::BatchRow => self.batch(a)[b % 2 * WIDTH..][..WIDTH].to_vec(),
            Operation::Softmax => softmax(v)?,
            Operation::VectorLogSumExp => vec![log_sum_exp(v)?],
            Operation::SubRows => minus(v, &v[b % v.len()]),
            Operation::Affine => {
                let weights = map(&self.gathered(c, 1, 2 * v.len()), "tanh")?;
                affine(&weights, v, [&p, &q], self.vector(b), &[self.scalar(c).clone(), q.clone()])
            }
            Operation::Recurrence => {
                let weights = map(&self.gathered(c, 1, v.len() * v.len()), "tanh")?;
                let bias = self.gathered(b, 1, v.len());
                let step = |x: Array| {
                    let rows = weights.chunks(x.len()).zip(&bias);
                    rows.map(|(w, b)| Jet::sum([&dot(w, &x), b]).map("tanh")).collect::<Result<_, _>>()
                };
                step(step(step(v.clone())?)?)?
            }
            Operation::BatchLogSumExp => {
                self.batch(a).chunks(WIDTH).map(log_sum_exp).collect::<Result<_, _>>()?
            }
            _ => return Ok(None),
        }))
    }

    fn batch_of(&self, instruction: Instruction) -> Result<Array, Undecided> {
        let Instruction { operation, operands: [a, b, c], numbers } = instruction;
        let [p, q] = numbers.map(|x| self.constant(x));
        let (x, y) = (self.batch(a), self.batch(b));
        Ok(match operation {
            Operation::GatherBatch => self.gathered(a, b + 1, 2 * WIDTH),
            Operation::BatchAffine => {
                let weights = map(&self.gathered(b, 1, WIDTH * WIDTH), "tanh")?;
                let bias = self.gathered(c, 1, WIDTH);
                let rows = x.chunks(WIDTH).zip(y.chunks(WIDTH));
                rows.flat_map(|(x, y)| affine(&weights, x, [&p, &q], y, &bias)).collect()
            }
            Operation::BatchMap => map(x, "tanh")?,
            Operation::BatchAxpby => axpby([&p, &q], x, y),
            Operation::BatchAxpbyMap => axpby([&p, &q], x, &map(y, "sigmoid")?),
            Operation::BatchHadamard => products(&map(x, "tanh")?, y),
            Operation::BatchQuotient => quotients(x, y)?,
            Operation::BatchConcat => [&x[WIDTH..], &y[..WIDTH]].concat(),
            // In three rows of two, of which the columns are the rows.
            Operation::BatchReshape => [0, 2, 4, 1, 3, 5].map(|entry: usize| x[entry].clone()).to_vec(),
            Operation::BatchScale => scaled(x, &self.scalar(b).map("tanh")?),
            Operation::BatchSoftmax => {
                let rows: Result<Vec<_>, _> = x.chunks(WIDTH).map(softmax).collect();
                rows?.concat()
            }
            Operation::BatchMatmul => {
                let (x, y) = (map(x, "tanh")?, map(y, "tanh")?);
                let inner =
                    |k: usize, j: usize| Jet::sum([&y[k].times(&x[j]), &y[WIDTH + k].times(&x[WIDTH + j])]);
                let entry = |row: &[Jet], j| dot(row, &(0..WIDTH).map(|k| inner(k, j)).collect::<Array>());
                let row = |row| (0..WIDTH).map(|j| entry(row, j)).collect::<Array>();
                x.chunks(WIDTH).flat_map(row).collect()
            }
            other => unreachable!("{other:?} is not smooth"),
        })
    }
}

fn map(x: &[Jet], name: &str) -> Result<Array, Undecided> {
    x.iter().map(|x| x.map(name)).collect()
}

fn scaled(x: &[Jet], factor: &Jet) -> Array {
    x.iter().map(|x| x.times(factor)).collect()
}

fn products(x: &[Jet], y: &[Jet]) -> Array {
    x.iter().zip(y).map(|(x, y)| x.times(y)).collect()
}

/// `x / (2 + tanh(y))`, entry by entry.
fn quotients(x: &[Jet], y: &[Jet]) -> Result<Array, Undecided> {
    let quotient = |(x, y): (&Jet, &Jet)| {
        let two = Jet::constant(2.0, x.gradient.len());
        Ok(x.times(&Jet::sum([&two, &y.map("tanh")?]).map("recip")?))
    };
    x.iter().zip(y).map(quotient).collect()
}

fn dot(x: &[Jet], y: &[Jet]) -> Jet {
    Jet::sum(&products(x, y))
}

/// `sum (x - y)^2`
fn distance(x: &[Jet], y: &[Jet]) -> Jet {
    let difference: Array = x.iter().zip(y).map(|(x, y)| Jet::sum([x, &y.negated()])).collect();
    dot(&difference, &difference)
}

/// `p x + q y`
fn axpby([p, q]: [&Jet; 2], x: &[Jet], y: &[Jet]) -> Array {
    x.iter().zip(y).map(|(x, y)| Jet::sum([&p.times(x), &q.times(y)])).collect()
}

/// `W x + V y + b`, where `W` is given row by row, and the entries of `V` are `p` and `q` in turn.
fn affine(w: &[Jet], x: &[Jet], [p, q]: [&Jet; 2], y: &[Jet], bias: &[Jet]) -> Array {
    let v: Array = [p, q].into_iter().cycle().take(bias.len() * y.len()).cloned().collect();
    let rows = w.chunks(x.len()).zip(v.chunks(y.len())).zip(bias);
    rows.map(|((w, v), b)| Jet::sum([&dot(w, x), &dot(v, y), b])).collect()
}

/// `x - r`, entry by entry.
fn minus(x: &[Jet], r: &Jet) -> Array {
    x.iter().map(|x| Jet::sum([x, &r.negated()])).collect()
}

/// `ln sum exp x`. What is taken out is a plain number, near the largest, so that `ln` is applied from 1 on.
fn log_sum_exp(x: &[Jet]) -> Result<Jet, Undecided> {
    let largest = x.iter().map(|x| near(&x.value.exact)).fold(f64::NEG_INFINITY, f64::max);
    let largest = Jet::constant(largest, x[0].gradient.len());
    let sum = Jet::sum(&map(&minus(x, &largest), "exp")?);
    Ok(Jet::sum([&sum.map("ln")?, &largest]))
}

fn softmax(x: &[Jet]) -> Result<Array, Undecided> {
    map(&minus(x, &log_sum_exp(x)?), "exp")
}
