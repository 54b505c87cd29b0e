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

#[test]
fn it_agrees_with_the_library() {
    for x in [[2.0, 3.0], [-1.0, 0.5]] {
        let expected = ad_reverse::grad(|x| x[0] * (x[0] * x[1]).sin() + x[0], &x);
        let found = gradient(wave, x[0], x[1]);
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?}");
    }
}

#[test]
fn a_number_used_twice_collects_both_adjoints() {
    let mut tape = Tape::default();
    let x = tape.input(3.0);
    let square = tape.mul(x, x);
    assert_eq!(tape.adjoints(square)[x.place], 6.0);
}
