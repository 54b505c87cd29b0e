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

/// The gradient of `x sin(x y) + x`.
fn gradient(x: f64, y: f64) -> [f64; 2] {
    let mut tape = Tape::default();
    let (x, y) = (tape.input(x), tape.input(y));
    let product = tape.mul(x, y);
    let sine = tape.sin(product);
    let term = tape.mul(x, sine);
    let f = tape.add(term, x);
    let adjoints = tape.adjoints(f);
    [adjoints[x.place], adjoints[y.place]]
}

fn main() {
    let (found, (sin, cos)) = (gradient(2.0, 0.3), 0.6_f64.sin_cos());
    let expected = [sin + 0.6 * cos + 1.0, 4.0 * cos];
    let right = found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-14);
    assert!(right, "the gradient at (2, 0.3) is {expected:?}, not {found:?}");
    println!("Right: the gradient at (2, 0.3) is {found:?}");
}
