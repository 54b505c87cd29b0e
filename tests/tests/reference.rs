//! Every mode and nesting against exact derivatives: `cargo test -p ad-tests reference`.
//!
//! The environment variable `AD_REFERENCE_DIR` names another directory with tables of the same format.

use ad_tests::reference::modes::{self, Named};
use ad_tests::reference::{Bound, Elementary, Expr, Program, Row, Tree, directory, own_directory};
use std::path::Path;
use std::process::Command;

/// A row of a table: a program at a point, with its exact derivatives.
trait Case: Program {
    fn name(&self) -> String;
    fn row(&self) -> &Row;
}

impl Case for Elementary {
    fn name(&self) -> String {
        match self.func.as_str() {
            "powi" | "softmax" => format!("{}({})", self.func, self.param),
            name => name.to_owned(),
        }
    }
    fn row(&self) -> &Row {
        &self.row
    }
}

impl Case for Tree {
    fn name(&self) -> String {
        format!("{:?}", self.expr)
    }
    fn row(&self) -> &Row {
        &self.row
    }
}

/// Holds every case against one mode; the message lists what is wrong.
fn check<C: Case>(cases: &[C], (mode, differentiate): Named<C>) {
    let (mut passed, mut wrong) = (0, Vec::new());
    let order = if mode == "Taylor series" { 3 } else { 1 + mode.matches("over").count() };
    for case in cases {
        let x = &case.row().x;
        let got = differentiate(case, x);
        assert_eq!(got.hessian.len(), if order > 1 { x.len() } else { 0 }, "{mode}: rows of the Hessian");
        assert_eq!(got.third.is_some(), order == 3, "{mode}: a third derivative");
        let failures = case.row().failures(case.eval(x), &got);
        passed += usize::from(failures.is_empty());
        wrong.extend(failures.iter().map(|failure| format!("{}, {failure}", case.name())));
    }
    println!("{mode}: {passed} of {} rows pass", cases.len());
    // A table from elsewhere may be about one kind of function alone.
    assert!(!cases.is_empty() || directory() != own_directory(), "the table is empty");
    assert!(
        wrong.is_empty(),
        "{mode}: {} of {} rows fail; the first are\n{}",
        cases.len() - passed,
        cases.len(),
        wrong.iter().take(show()).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// How many failures a message lists.
fn show() -> usize {
    std::env::var("AD_REFERENCE_SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

fn elementary() -> Vec<Elementary> {
    elementary_of(&directory())
}

fn elementary_of(directory: &Path) -> Vec<Elementary> {
    Elementary::read(directory).unwrap_or_else(|e| panic!("{e}"))
}

fn of_one_variable() -> Vec<Elementary> {
    elementary().into_iter().filter(|case| case.row.x.len() == 1).collect()
}

fn trees() -> Vec<Tree> {
    Tree::read(&directory()).unwrap_or_else(|e| panic!("{e}"))
}

macro_rules! tests {
    ($($test:ident: $cases:ident by $modes:ident [$mode:expr];)*) => {
        $(#[test]
        fn $test() {
            check(&$cases(), modes::$modes()[$mode]);
        })*
    };
}
tests! {
    reference_elementary_forward: elementary by all[0];
    reference_elementary_forward_lanes: elementary by all[1];
    reference_elementary_reverse: elementary by all[2];
    reference_elementary_forward_over_forward: elementary by nested[0];
    reference_elementary_forward_over_forward_lanes: elementary by nested[1];
    reference_elementary_forward_over_reverse: elementary by nested[2];
    reference_elementary_reverse_over_forward: elementary by nested[3];
    reference_elementary_reverse_over_reverse: elementary by nested[4];
    reference_third_fff: of_one_variable by nested_twice[0];
    reference_third_ffr: of_one_variable by nested_twice[1];
    reference_third_frf: of_one_variable by nested_twice[2];
    reference_third_frr: of_one_variable by nested_twice[3];
    reference_third_rff: of_one_variable by nested_twice[4];
    reference_third_rfr: of_one_variable by nested_twice[5];
    reference_third_rrf: of_one_variable by nested_twice[6];
    reference_third_rrr: of_one_variable by nested_twice[7];
    reference_third_series: of_one_variable by series[0];
    reference_trees_forward: trees by all[0];
    reference_trees_forward_lanes: trees by all[1];
    reference_trees_reverse: trees by all[2];
    reference_trees_forward_over_forward: trees by nested[0];
    reference_trees_forward_over_forward_lanes: trees by nested[1];
    reference_trees_forward_over_reverse: trees by nested[2];
    reference_trees_reverse_over_forward: trees by nested[3];
    reference_trees_reverse_over_reverse: trees by nested[4];
}

/// The test of the tests: a result that is a little too far off must be caught, in every quantity.
#[test]
fn a_perturbed_reference_is_noticed() {
    let differentiate = modes::nested_twice()[0].1;
    let (mut looked_at, mut caught) = (0, 0);
    for case in elementary_of(&own_directory()).into_iter().filter(|case| case.row.x.len() == 1) {
        let x = &case.row.x;
        let right = differentiate(&case, x);
        for (place, &(_, exact)) in case.row.exact.iter().enumerate() {
            let Bound::Ulp(ulps) = exact.bound else { continue };
            let mut row = case.row.clone();
            let moved = row.exact[place].1.value * (1.0 + (3.0 * ulps + 2.0) * f64::EPSILON);
            row.exact[place].1.value = if moved == 0.0 { 1e-300 } else { moved };
            looked_at += 1;
            caught += usize::from(!row.failures(case.eval(x), &right).is_empty());
        }
        let mut off = right.clone();
        off.value = if right.value == 0.0 { 5e-324 } else { f64::from_bits(right.value.to_bits() ^ 1) };
        assert!(!case.row.failures(case.eval(x), &off).is_empty(), "{}: a changed value passes", case.name());
    }
    assert!(looked_at > 1000, "{looked_at}");
    assert_eq!(caught, looked_at, "perturbed derivatives that pass");
}

/// The tests above on another table; what they say, and whether they pass.
fn run(table: &Path) -> (bool, String) {
    let tests = Command::new(std::env::current_exe().unwrap())
        .arg("reference_")
        .env("AD_REFERENCE_DIR", table)
        .output();
    let tests = tests.unwrap();
    (tests.status.success(), String::from_utf8(tests.stdout).unwrap())
}

#[test]
fn another_table_is_run_in_place_of_this_one() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("another_table");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |file: &str, rows: fn(&str) -> Option<String>| {
        let text = std::fs::read_to_string(own_directory().join(file)).unwrap();
        let head = text.lines().take(1).map(str::to_owned);
        let rows = text.lines().skip(1).filter_map(rows);
        std::fs::write(folder.join(file), head.chain(rows).map(|row| row + "\n").collect::<String>())
            .unwrap();
    };
    // Functions of two variables alone: there is no third derivative to look at.
    write("elementary.csv", |row| row.contains(",hypot,").then(|| row.to_owned()));
    write("trees.csv", |row| row.starts_with("o001,").then(|| row.to_owned()));
    let (passed, said) = run(&folder);
    assert!(passed, "{said}");
    // A derivative that is 32 units in the last place off.
    write("elementary.csv", |row| {
        row.contains(",tanh,").then(|| row.replace("3fe277deace48b16", "3fe277deace48b36"))
    });
    let (passed, said) = run(&folder);
    assert!(!passed && said.contains("rows fail") && said.contains("tanh, row 1301"), "{said}");
    // As seen from the project's root, where the command is given; tests run in the folder of their package.
    let (passed, said) = run(Path::new("tests/data/reference"));
    assert!(passed, "{said}");
    let (passed, said) = run(Path::new("no/such/folder"));
    assert!(!passed && said.contains("no/such/folder"), "{said}");
}

#[test]
fn expressions_of_the_reference_parse() {
    let expr = Expr::parse("(mul_add x0 (powi x1 -3) (sin 2.5))").unwrap();
    assert_eq!(expr.eval(&[2.0, 2.0]), 2.0_f64.mul_add(0.125, 2.5_f64.sin()));
    for wrong in ["", "(", "(add x0", "(add x0 1.0) 2", "y"] {
        assert!(Expr::parse(wrong).is_err(), "{wrong:?} parses");
    }
}
