//! The programs of the other crates on the migration page: each line there stands here, compiled, with its values.

/// The page's blocks of other crates' programs, without its labels and comments.
fn programs(page: &str) -> Vec<String> {
    let blocks = page.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let code = blocks.flat_map(str::lines).filter_map(|line| {
        let line = line.split("//").next().unwrap_or_default().trim();
        let labels = ["num-dual", "echidna", "xad-rs"];
        let line = labels.iter().find_map(|label| line.strip_prefix(label)).unwrap_or(line);
        line.contains(['(', '=']).then(|| line.to_owned())
    });
    // A line may hold several statements, which rustfmt puts on lines of their own.
    code.flat_map(|line| line.split_inclusive("; ").map(squeeze).collect::<Vec<_>>()).collect()
}

/// Without white space, which rustfmt decides, and the commas that it adds.
fn squeeze(code: &str) -> String {
    code.split_whitespace().collect::<String>().replace(",)", ")").replace(",]", "]")
}

#[test]
fn every_line_of_the_page_is_compiled_here() {
    let (page, source) = (include_str!("../../docs/MIGRATION.md"), squeeze(include_str!("migration.rs")));
    let programs = programs(page);
    assert!(programs.len() > 15, "{} statements were found on the page", programs.len());
    for line in programs {
        assert!(source.contains(&line), "not in this file: {line}");
    }
}

const SINE: f64 = 0.841_470_984_807_896_5;
const SLOPE: f64 = 1.381_773_290_676_036_2;

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() <= 1e-12 * y.abs().max(1.0), "{found:?} is not {expected:?}");
    }
}

/// Entries row by row.
fn polar_jacobian() -> [f64; 4] {
    let (sin, cos) = 0.5_f64.sin_cos();
    [cos, -2.0 * sin, sin, 2.0 * cos]
}

mod num_dual {
    use super::{SINE, SLOPE, close, polar_jacobian};
    use nalgebra::{SVector, vector};
    use num_dual::{Dual, DualNum, first_derivative, gradient, hessian, jacobian};

    fn wave<D: DualNum<Primitive = f64> + Copy>(x: D) -> D {
        x * x.sin()
    }
    fn valley<D: DualNum<Primitive = f64> + Copy>(x: &[D]) -> D {
        let (a, b) = (D::one() - x[0], x[1] - x[0] * x[0]);
        a * a + b * b * 100.0
    }
    fn polar<D: DualNum<Primitive = f64> + Copy>(x: &[D]) -> [D; 2] {
        [x[0] * x[1].cos(), x[0] * x[1].sin()]
    }

    #[test]
    fn all_five() {
        let (y, dy) = first_derivative(wave, 1.0);
        close(&[y, dy], &[SINE, SLOPE]);
        let (y, g) = gradient(|x| valley(x.as_slice()), &vector![1.5, 2.0]);
        close(&[y, g[0], g[1]], &[6.5, 151.0, -50.0]);
        let (y, j) = jacobian(|x| SVector::from(polar(x.as_slice())), &vector![2.0, 0.5]);
        close(&[y[0], y[1]], &[2.0 * 0.5_f64.cos(), 2.0 * 0.5_f64.sin()]);
        close(&[j[(0, 0)], j[(0, 1)], j[(1, 0)], j[(1, 1)]], &polar_jacobian());
        let (y, g, h) = hessian(|x| valley(x.as_slice()), &vector![1.5, 2.0]);
        close(&[y, g[0], h[(0, 0)], h[(0, 1)], h[(1, 1)]], &[6.5, 151.0, 1902.0, -600.0, 200.0]);
        let x = [Dual::new(1.5, 1.0), Dual::new(2.0, 0.0)];
        let (y, g) = gradient(|x| valley(x.as_slice()), &SVector::from(x));
        let hv = g.map(|g| g.eps);
        close(&[y.re, g[0].re, hv[0], hv[1]], &[6.5, 151.0, 1902.0, -600.0]);
    }
}

mod echidna {
    use super::{SINE, SLOPE, close, polar_jacobian};
    use echidna::{Dual, Scalar};

    fn wave<T: Scalar<Float = f64>>(x: T) -> T {
        x * x.sin()
    }
    fn valley<T: Scalar<Float = f64>>(x: &[T]) -> T {
        let (a, b) = (T::from_f(1.0) - x[0], x[1] - x[0] * x[0]);
        a * a + b * b * T::from_f(100.0)
    }
    fn polar<T: Scalar<Float = f64>>(x: &[T]) -> Vec<T> {
        vec![x[0] * x[1].cos(), x[0] * x[1].sin()]
    }

    #[test]
    fn all_five() {
        let y = wave(Dual::new(1.0, 1.0));
        let (y, dy) = (y.re, y.eps);
        close(&[y, dy], &[SINE, SLOPE]);
        let g = echidna::grad(valley, &[1.5, 2.0]);
        close(&g, &[151.0, -50.0]);
        let (y, j) = echidna::jacobian(polar, &[2.0, 0.5]);
        close(&y, &[2.0 * 0.5_f64.cos(), 2.0 * 0.5_f64.sin()]);
        close(&j.concat(), &polar_jacobian());
        let (tape, _) = echidna::record(valley, &[1.5, 2.0]);
        let (y, g, h) = tape.hessian(&[1.5, 2.0]);
        close(&[y, g[0], g[1]], &[6.5, 151.0, -50.0]);
        close(&h.concat(), &[1902.0, -600.0, -600.0, 200.0]);
        let (g, hv) = tape.hvp(&[1.5, 2.0], &[1.0, 0.0]);
        close(&[g, hv].concat(), &[151.0, -50.0, 1902.0, -600.0]);
    }
}

mod xad_rs {
    use super::{SINE, SLOPE, close, polar_jacobian};
    use xad_rs::{AReal, CopyableReal, Jet1, JetK, ops::*};

    fn wave<R: CopyableReal>(x: R) -> R {
        x * x.sin()
    }
    fn valley<R: CopyableReal>(x: &[R]) -> R {
        let (a, b) = (R::one() - x[0], x[1] - x[0] * x[0]);
        a * a + b * b * R::from(100.0)
    }
    fn polar<R: CopyableReal>(x: &[R]) -> Vec<R> {
        vec![x[0] * x[1].cos(), x[0] * x[1].sin()]
    }
    /// Numbers with tangents on a tape are no `Real`: for them the function is written once more.
    fn valley_on_tape<T: xad_rs::TapeStorage>(x: &[AReal<T>], one: T, hundred: T) -> AReal<T> {
        let (a, b) = (x[0] - one, x[1] - x[0] * x[0]);
        a * a + b * b * hundred
    }

    #[test]
    fn all_five() {
        let (y, dy) = compute_derivative_fwd(1.0, |x| wave(*x));
        close(&[y, dy], &[SINE, SLOPE]);
        let (y, g) = compute_gradient_rev(&[1.5, 2.0], valley);
        close(&[y, g[0], g[1]], &[6.5, 151.0, -50.0]);
        let j = compute_jacobian_rev(&[2.0, 0.5], |x: &[AReal<f64>]| polar(x));
        close(&j.iter().copied().collect::<Vec<_>>(), &polar_jacobian());
        let number = JetK::<f64, 2>::constant;
        let h = compute_hessian_k(&[1.5, 2.0], |x| valley_on_tape(x, number(1.0), number(100.0)));
        close(&h.iter().copied().collect::<Vec<_>>(), &[1902.0, -600.0, -600.0, 200.0]);
        let x = [Jet1::new(1.5, 1.0), Jet1::new(2.0, 0.0)];
        let (y, g) = compute_gradient_rev(&x, |x| valley_on_tape(x, 1.0.into(), 100.0.into()));
        let hv: Vec<_> = g.iter().map(|g| g.derivative()).collect();
        close(&[y.value(), g[0].value(), hv[0], hv[1]], &[6.5, 151.0, 1902.0, -600.0]);
    }
}
