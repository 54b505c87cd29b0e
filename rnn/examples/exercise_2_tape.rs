//! Exercise 2: a tape from nothing. Record the partials, then read the tape backwards; `main` tells whether it is right.
#![allow(unused_variables, dead_code, reason = "you will use them")]
#![allow(unreachable_code, reason = "reached when you are done")]

/// What an operation leaves behind: its operands, by their places, each with the partial by it.
type Record = Vec<(usize, f64)>;

#[derive(Debug, Default)]
struct Tape {
    records: Vec<Record>,
}

/// A number, and the place of the operation that made it.
#[derive(Clone, Copy, Debug)]
struct Var {
    value: f64,
    place: usize,
}

impl Tape {
    fn record(&mut self, value: f64, record: Record) -> Var {
        self.records.push(record);
        Var { value, place: self.records.len() - 1 }
    }

    fn input(&mut self, value: f64) -> Var {
        self.record(value, Vec::new())
    }

    fn add(&mut self, x: Var, y: Var) -> Var {
        self.record(x.value + y.value, todo!("both operands, with the partials by them"))
    }

    fn mul(&mut self, x: Var, y: Var) -> Var {
        self.record(x.value * y.value, todo!("the same for a product"))
    }

    fn sin(&mut self, x: Var) -> Var {
        self.record(x.value.sin(), todo!("one operand"))
    }

    /// The derivative of `result` by every number on the tape, read backwards.
    fn adjoints(&self, result: Var) -> Vec<f64> {
        let mut adjoints = vec![0.0; self.records.len()];
        adjoints[result.place] = 1.0;
        todo!("from the last record to the first: hand each adjoint on to the operands");
        adjoints
    }
}

/// `x sin(x y) + x`.
fn wave(tape: &mut Tape, x: Var, y: Var) -> Var {
    let product = tape.mul(x, y);
    let sine = tape.sin(product);
    let term = tape.mul(x, sine);
    tape.add(term, x)
}

/// The gradient of `f(x, y)`.
fn gradient(f: fn(&mut Tape, Var, Var) -> Var, x: f64, y: f64) -> [f64; 2] {
    let mut tape = Tape::default();
    let (x, y) = (tape.input(x), tape.input(y));
    let result = f(&mut tape, x, y);
    let adjoints = tape.adjoints(result);
    [adjoints[x.place], adjoints[y.place]]
}

fn main() {
    fn check(name: &str, f: fn(&mut Tape, Var, Var) -> Var, expected: [f64; 2]) {
        let found = gradient(f, 2.0, 0.3);
        let right = found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-14);
        assert!(right, "the gradient of {name} at (2, 0.3) is {expected:?}, not {found:?}");
        println!("Right: the gradient of {name} at (2, 0.3) is {found:?}");
    }

    // `adjoints` and one operation after the other; then a number that is used twice, and all of them together.
    check("x + y", Tape::add, [1.0, 1.0]);
    check("x y", Tape::mul, [0.3, 2.0]);
    check("sin(x)", |tape, x, _| tape.sin(x), [2.0_f64.cos(), 0.0]);
    check("x x", |tape, x, _| tape.mul(x, x), [4.0, 0.0]);
    let (sin, cos) = 0.6_f64.sin_cos();
    check("x sin(x y) + x", wave, [sin + 0.6 * cos + 1.0, 4.0 * cos]);
}
