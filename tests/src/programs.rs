//! Random programs of scalar and array operations, to be run on any scalar.
//!
//! A [`Program`] is a list of instructions over growing lists of scalars, vectors and batches. Operands
//! are named by numbers that are taken modulo what there is, so every list of instructions is a program,
//! and a failing one shrinks by dropping instructions. Singular functions are guarded
//! (`ln(1 + x^2)`, not `ln x`), so that a smooth program is smooth everywhere and can be compared with
//! differences.
//!
//! ```
//! use ad_tests::{laws, points, programs};
//! use proptest::prelude::*;
//!
//! proptest!(|(program in programs::smooth(8), x in points::points(3, points::ordinary()))| {
//!     laws::assert_duality(&program, &x, &[1.0, -2.0, 0.5], &vec![0.7; program.outputs()]);
//! });
//! ```

use ad_core::{Array, Dense, Function, Real, Scalar, VectorFunction, rules};
use proptest::collection::vec;
use proptest::prelude::*;

/// How many results a program has: its last scalars.
const OUTPUTS: usize = 3;

/// A program: a [`VectorFunction`] of any number of inputs to [`outputs`](Self::outputs), and a [`Function`]
/// (their sum).
#[derive(Clone, Debug)]
pub struct Program {
    /// What is done, in order.
    pub instructions: Vec<Instruction>,
}

/// One step: an operation, the numbers of its operands, and two plain numbers it may use.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    /// What is done.
    pub operation: Operation,
    /// Which operands, modulo what there is.
    pub operands: [usize; 3],
    /// Plain numbers: the factors of `axpby`, the constants.
    pub numbers: [f64; 2],
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What an instruction does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation {
            $($(#[$doc])* $name,)*
        }
        /// Every operation.
        pub const OPERATIONS: &[Operation] = &[$(Operation::$name),*];
    };
}
operations! {
    /// `x + y`
    Add,
    /// `x - y`
    Sub,
    /// `tanh(x) y`
    Mul,
    /// `x / (1 + y^2)`
    Div,
    /// `-x`
    Neg,
    /// A constant.
    Constant,
    /// `x.stop_gradient() + y`: not the derivative of a difference
    Stop,
    /// `sin x`
    Sin,
    /// `cos x`
    Cos,
    /// `exp(tanh x)`
    Exp,
    /// `ln(1 + x^2)`
    Ln,
    /// `sqrt(1 + x^2)`
    Sqrt,
    /// `tanh(x)^3`
    Powi,
    /// `(1 + x^2)^tanh(y)`
    Powf,
    /// `sigmoid x`
    Sigmoid,
    /// `softplus x`
    Softplus,
    /// `ln(exp x + exp y + exp z)`
    LogSumExp,
    /// `|x|`: not smooth
    Abs,
    /// `max(x, 0)`: not smooth
    Relu,
    /// `max(x, y)`: not smooth
    Max,
    /// `min(x, y)`: not smooth
    Min,
    /// A vector of three scalars.
    Gather,
    /// A vector of numbers.
    ConstantVector,
    /// A vector, elementwise `tanh`.
    MapTanh,
    /// A vector, elementwise `exp(tanh x)`.
    MapExp,
    /// A vector, elementwise `sigmoid`.
    MapSigmoid,
    /// A vector, elementwise `relu`: not smooth
    MapRelu,
    /// `a x + b y` of vectors.
    Axpby,
    /// `a x + b tanh(y)` of vectors.
    AxpbyMap,
    /// `x y` of vectors, elementwise.
    Hadamard,
    /// `x / (2 + tanh(y))` of vectors, elementwise.
    Quotient,
    /// `atan2(x, 2 + tanh(y))` of vectors, elementwise.
    Map2Atan2,
    /// `max(x, y)` of vectors, elementwise: not smooth
    Map2Max,
    /// `s x` of a scalar and a vector.
    Scale,
    /// `x . y` of vectors: a scalar.
    Dot,
    /// `sum (x - y)^2` of vectors, `x` an elementwise `tanh`: a scalar.
    Distance,
    /// The sum of a vector: a scalar.
    Sum,
    /// An entry of a vector: a scalar.
    Pick,
    /// A part of a vector.
    Slice,
    /// Up to three entries of a vector, and up to three of another.
    Concat,
    /// The softmax of a vector.
    Softmax,
    /// The logarithm of the sum of exponentials of a vector: a vector of one entry.
    VectorLogSumExp,
    /// A vector minus one of its own entries.
    SubRows,
    /// `W x + V y + b` of vectors, `W` of scalars of the program, `V` constant.
    Affine,
    /// `x <- tanh(W x + b)`, three times with the same weights, of scalars of the program.
    Recurrence,
    /// A batch of two rows, of scalars of the program.
    GatherBatch,
    /// `X W^T + b` of a batch.
    BatchAffine,
    /// A batch, elementwise `tanh`.
    BatchMap,
    /// `a x + b y` of batches.
    BatchAxpby,
    /// `a x + b sigmoid(y)` of batches.
    BatchAxpbyMap,
    /// `x y` of batches, elementwise.
    BatchHadamard,
    /// `s x` of a scalar and a batch.
    BatchScale,
    /// The softmax of each row of a batch.
    BatchSoftmax,
    /// `X Y^T X` of batches, both an elementwise `tanh`.
    BatchMatmul,
    /// A row of a batch, as a batch, summed: a scalar.
    BatchSlice,
    /// A row of a batch: a vector.
    BatchRow,
    /// The last row of a batch, and the first of another.
    BatchConcat,
    /// A batch with its entries in the order of the columns of an array of another shape.
    BatchReshape,
    /// `x / (2 + tanh(y))` of batches, elementwise.
    BatchQuotient,
    /// `x . y` of batches: a scalar.
    BatchDot,
    /// `sum (x - y)^2` of batches, `y` an elementwise `tanh`: a scalar.
    BatchDistance,
    /// The sum of a batch: a scalar.
    BatchSum,
    /// `ln sum exp` of each row: a vector of two.
    BatchLogSumExp,
}

impl Operation {
    /// Whether its derivatives exist everywhere, and are those of a difference.
    pub fn is_smooth(self) -> bool {
        !matches!(
            self,
            Self::Stop | Self::Abs | Self::Relu | Self::Max | Self::Min | Self::MapRelu | Self::Map2Max
        )
    }
}

impl Program {
    /// How many results [`VectorFunction::call`] gives.
    pub fn outputs(&self) -> usize {
        OUTPUTS
    }
}

impl VectorFunction for Program {
    fn call<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let mut state = State {
            scalars: if x.is_empty() { vec![S::one()] } else { x.to_vec() },
            vectors: vec![S::Vector::from_scalars([x.len()], x)],
            batches: Vec::new(),
        };
        if x.is_empty() {
            state.vectors = vec![S::Vector::from_scalars([1], &state.scalars)];
        }
        state.batches.push(state.batch([0, 1, 2]));
        for &instruction in &self.instructions {
            state.run(instruction);
        }
        // Everything that the last instructions made takes part, also where it ended in an array.
        let vectors = state.vectors.iter().rev().take(2).map(|v| v.sum());
        let batches = state.batches.iter().rev().take(2).map(|b| b.sum());
        let arrays: S = vectors.chain(batches).sum();
        let scalars = state.scalars.iter().rev().cycle();
        (0..OUTPUTS).zip(scalars).map(|(i, &x)| if i == 0 { x + arrays } else { x }).collect()
    }
}

impl Function for Program {
    fn call<S: Scalar>(&self, x: &[S]) -> S {
        VectorFunction::call(self, x).into_iter().sum()
    }
}

struct State<S: Scalar> {
    scalars: Vec<S>,
    vectors: Vec<S::Vector>,
    batches: Vec<S::Matrix>,
}

/// Columns of every batch.
const WIDTH: usize = 3;

impl<S: Scalar> State<S> {
    fn scalar(&self, operand: usize) -> S {
        self.scalars[operand % self.scalars.len()]
    }

    fn vector(&self, operand: usize) -> &S::Vector {
        &self.vectors[operand % self.vectors.len()]
    }

    /// A vector of the length of `other`, which is one if there is no second.
    fn fitting(&self, operand: usize, other: &S::Vector) -> &S::Vector {
        let fits: Vec<_> = self.vectors.iter().filter(|v| v.len() == other.len()).collect();
        fits[operand % fits.len()]
    }

    fn gathered(&self, start: usize, step: usize, len: usize) -> Vec<S> {
        (0..len).map(|i| self.scalar(start + i * step)).collect()
    }

    fn batch(&self, [a, b, _]: [usize; 3]) -> S::Matrix {
        S::Matrix::from_scalars([2, WIDTH], &self.gathered(a, b + 1, 2 * WIDTH))
    }

    fn old_batch(&self, operand: usize) -> &S::Matrix {
        &self.batches[operand % self.batches.len()]
    }

    fn run(&mut self, Instruction { operation, operands, numbers }: Instruction) {
        let [a, b, c] = operands;
        let (x, y, z) = (self.scalar(a), self.scalar(b), self.scalar(c));
        let [p, q] = numbers.map(S::Real::from_literal);
        let square = x * x + S::one();
        let v = self.vector(a).clone();
        let old = self.old_batch(a).clone();
        let scalar = match operation {
            Operation::Add => x + y,
            Operation::Sub => x - y,
            Operation::Mul => x.tanh() * y,
            Operation::Div => x / (y * y + S::one()),
            Operation::Neg => -x,
            Operation::Constant => S::constant(p),
            Operation::Stop => x.stop_gradient() + y,
            Operation::Sin => x.sin(),
            Operation::Cos => x.cos(),
            Operation::Exp => x.tanh().exp(),
            Operation::Ln => square.ln(),
            Operation::Sqrt => square.sqrt(),
            Operation::Powi => x.tanh().powi(3),
            Operation::Powf => square.powf(y.tanh()),
            Operation::Sigmoid => x.sigmoid(),
            Operation::Softplus => x.softplus(),
            Operation::LogSumExp => S::log_sum_exp(&[x, y, z]),
            Operation::Abs => x.abs(),
            Operation::Relu => x.relu(),
            Operation::Max => x.max(y),
            Operation::Min => x.min(y),
            Operation::Dot => v.dot(self.fitting(b, &v)),
            Operation::Distance => v.map(rules::Tanh).squared_distance(self.fitting(b, &v)),
            Operation::Sum => v.sum(),
            Operation::Pick => v.get(b % v.len()),
            Operation::BatchDot => old.dot(self.old_batch(b)),
            Operation::BatchDistance => old.squared_distance(&self.old_batch(b).map(rules::Tanh)),
            Operation::BatchSum => old.sum(),
            Operation::BatchSlice => old.slice(b % 2..b % 2 + 1).sum(),
            _ => {
                self.run_array(operation, operands, [p, q], v, old);
                return;
            }
        };
        self.scalars.push(scalar);
    }

    fn run_array(
        &mut self,
        operation: Operation,
        [a, b, c]: [usize; 3],
        [p, q]: [S::Real; 2],
        v: S::Vector,
        old: S::Matrix,
    ) {
        let numbers = |shape: [usize; 2]| {
            Dense::new(shape, (0..shape[0] * shape[1]).map(|i| if i % 2 == 0 { p } else { q }))
        };
        let factor = self.scalar(b).tanh();
        let vector = match operation {
            Operation::Gather => S::Vector::from_scalars([3], &self.gathered(a, b, 3)),
            Operation::ConstantVector => S::Vector::constant(&Dense::from([p, q, p])),
            Operation::MapTanh => v.map(rules::Tanh),
            Operation::MapExp => v.map(rules::Tanh).map(rules::Exp),
            Operation::MapSigmoid => v.map(rules::Sigmoid),
            Operation::MapRelu => v.map(rules::Relu),
            Operation::Axpby => v.axpby(p, self.fitting(b, &v), q),
            Operation::AxpbyMap => v.axpby_map(p, self.fitting(b, &v), rules::Tanh, q),
            Operation::Hadamard => v.map(rules::Tanh).hadamard(self.fitting(b, &v)),
            Operation::Quotient => v.quotient(&above_one(self.fitting(b, &v))),
            Operation::Map2Atan2 => v.map2(&above_one(self.fitting(b, &v)), rules::Atan2),
            Operation::Map2Max => v.map2(self.fitting(b, &v), rules::Max),
            Operation::Scale => v.scale(factor),
            Operation::Slice => {
                let start = b % v.len();
                let end = start + 1 + c % (v.len() - start);
                v.slice(start..end)
            }
            Operation::Concat => {
                let first_three = |v: &S::Vector| v.slice(0..v.len().min(3));
                S::Vector::concat(&[&first_three(&v), &first_three(self.vector(b))])
            }
            Operation::BatchRow => old.slice(b % 2..b % 2 + 1).reshape([WIDTH]),
            Operation::Softmax => v.softmax(),
            Operation::VectorLogSumExp => v.log_sum_exp(),
            Operation::SubRows => v.sub_rows(&v.slice(b % v.len()..b % v.len() + 1)),
            Operation::Affine => {
                let second = self.vector(b);
                let weights: Vec<S> = self.gathered(c, 1, 2 * v.len()).iter().map(|x| x.tanh()).collect();
                let weights = S::Matrix::from_scalars([2, v.len()], &weights);
                let plain = S::Matrix::constant(&numbers([2, second.len()]));
                let bias = S::Vector::from_scalars([2], &[self.scalar(c), S::constant(q)]);
                S::Vector::affine(&[(&weights, &v), (&plain, second)], &bias)
            }
            Operation::Recurrence => {
                let n = v.len();
                let weights: Vec<S> = self.gathered(c, 1, n * n).iter().map(|x| x.tanh()).collect();
                let weights = S::Matrix::from_scalars([n, n], &weights);
                let bias = S::Vector::from_scalars([n], &self.gathered(b, 1, n));
                (0..3).fold(v, |x, _| S::Vector::affine(&[(&weights, &x)], &bias).map(rules::Tanh))
            }
            Operation::BatchLogSumExp => old.log_sum_exp(),
            _ => {
                let batch = match operation {
                    Operation::GatherBatch => self.batch([a, b, c]),
                    Operation::BatchAffine => {
                        let weights: Vec<S> =
                            self.gathered(b, 1, WIDTH * WIDTH).iter().map(|x| x.tanh()).collect();
                        let weights = S::Matrix::from_scalars([WIDTH, WIDTH], &weights);
                        let bias = S::Vector::from_scalars([WIDTH], &self.gathered(c, 1, WIDTH));
                        let plain = S::Matrix::constant(&numbers([WIDTH, WIDTH]));
                        S::Matrix::affine(&[(&weights, &old), (&plain, self.old_batch(b))], &bias)
                    }
                    Operation::BatchMap => old.map(rules::Tanh),
                    Operation::BatchAxpby => old.axpby(p, self.old_batch(b), q),
                    Operation::BatchAxpbyMap => old.axpby_map(p, self.old_batch(b), rules::Sigmoid, q),
                    Operation::BatchHadamard => old.map(rules::Tanh).hadamard(self.old_batch(b)),
                    Operation::BatchQuotient => old.quotient(&above_one(self.old_batch(b))),
                    Operation::BatchConcat => {
                        S::Matrix::concat(&[&old.slice(1..2), &self.old_batch(b).slice(0..1)])
                    }
                    Operation::BatchReshape => old.reshape([WIDTH, 2]).transpose(),
                    Operation::BatchScale => old.scale(factor),
                    Operation::BatchSoftmax => old.softmax(),
                    Operation::BatchMatmul => {
                        let (x, y) = (old.map(rules::Tanh), self.old_batch(b).map(rules::Tanh));
                        x.matmul(&y.transpose().matmul(&x))
                    }
                    other => unreachable!("{other:?} is not an operation on arrays"),
                };
                self.batches.push(batch);
                return;
            }
        };
        self.vectors.push(vector);
    }
}

/// `2 + tanh(x)`
fn above_one<S: Scalar, A: Array<S, RANK>, const RANK: usize>(x: &A) -> A {
    let two = A::constant(&Dense::filled(x.shape(), S::Real::from_literal(2.0)));
    two.plus(&x.map(rules::Tanh))
}

/// Programs of up to so many instructions, of any kind.
pub fn any_program(instructions: usize) -> impl Strategy<Value = Program> {
    programs(instructions, OPERATIONS.to_vec())
}

/// Programs that are smooth everywhere, of up to so many instructions.
pub fn smooth(instructions: usize) -> impl Strategy<Value = Program> {
    let operations = OPERATIONS.iter().copied().filter(|o| o.is_smooth()).collect();
    programs(instructions, operations)
}

fn programs(instructions: usize, operations: Vec<Operation>) -> impl Strategy<Value = Program> {
    let operation = proptest::sample::select(operations);
    let operand = 0..64_usize;
    let number = -1.0..1.0_f64;
    let instruction = (operation, [operand.clone(), operand.clone(), operand], [number.clone(), number])
        .prop_map(|(operation, operands, numbers)| Instruction { operation, operands, numbers });
    vec(instruction, 1..=instructions).prop_map(|instructions| Program { instructions })
}
