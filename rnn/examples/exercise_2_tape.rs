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

/// The gradient of `x y + sin x`.
fn gradient(x: f64, y: f64) -> [f64; 2] {
    let mut tape = Tape::default();
    let (x, y) = (tape.input(x), tape.input(y));
    let (product, sine) = (tape.mul(x, y), tape.sin(x));
    let f = tape.add(product, sine);
    let adjoints = tape.adjoints(f);
    [adjoints[x.place], adjoints[y.place]]
}

fn main() {
    let found = gradient(2.0, 3.0);
    assert!((found[0] - (3.0 + 2.0_f64.cos())).abs() < 1e-14 && found[1] == 2.0, "not {found:?}");
    println!("Right: the gradient at (2, 3) is {found:?}");
}
