//! Exercise 2, solved: a tape from nothing.

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
        self.record(x.value + y.value, vec![(x.place, 1.0), (y.place, 1.0)])
    }

    fn mul(&mut self, x: Var, y: Var) -> Var {
        self.record(x.value * y.value, vec![(x.place, y.value), (y.place, x.value)])
    }

    fn sin(&mut self, x: Var) -> Var {
        self.record(x.value.sin(), vec![(x.place, x.value.cos())])
    }

    /// The derivative of `result` by every number on the tape, read backwards.
    fn adjoints(&self, result: Var) -> Vec<f64> {
        let mut adjoints = vec![0.0; self.records.len()];
        adjoints[result.place] = 1.0;
        for (place, record) in self.records.iter().enumerate().rev() {
            for &(operand, partial) in record {
                adjoints[operand] += partial * adjoints[place];
            }
        }
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

#[test]
fn it_agrees_with_the_library() {
    for x in [[2.0, 3.0], [-1.0, 0.5]] {
        let expected = ad_reverse::grad(|x| x[0] * x[1] + x[0].sin(), &x);
        let found = gradient(x[0], x[1]);
        assert!((found[0] - expected[0]).abs() < 1e-14 && found[1] == expected[1], "{found:?}");
    }
}

#[test]
fn a_number_used_twice_collects_both_adjoints() {
    let mut tape = Tape::default();
    let x = tape.input(3.0);
    let square = tape.mul(x, x);
    assert_eq!(tape.adjoints(square)[x.place], 6.0);
}
