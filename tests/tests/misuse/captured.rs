//! Operators whose function has captured a variable that does not belong there.

use super::*;

/// A run of an operator whose function has captured a variable.
type Run = Box<dyn Fn()>;

/// The operators of `Var<f64>` that take a function, each with a variable that does not belong there, used and returned.
fn operators(x: Var<f64>) -> Vec<(&'static str, Run)> {
    fn run<R>(f: impl Fn() -> R + 'static) -> Run {
        Box::new(move || drop(f()))
    }
    type Pair<'a> = (&'a Var<f64>, &'a Var<f64>);
    fn loops(
        name: [&'static str; 2],
        step: impl Fn(Pair<'_>) -> (Var<f64>, Var<f64>) + Copy + 'static,
    ) -> [(&'static str, Run); 2] {
        let step = move |_: usize, p: &Var<f64>, h: &Var<f64>| step((p, h));
        [
            (name[0], run(move || checkpoint(step, &0.5, &1.0, 3, 2))),
            (name[1], run(move || checkpoint_online(step, |t, _: &Var<f64>| t < 3, &0.5, &1.0, 2))),
        ]
    }
    let mut runs = vec![
        ("grad", run(move || grad(|y: &Var<f64>| *y * x, &1.0))),
        ("grad, returned", run(move || grad(|_: &Var<f64>| x, &1.0))),
        ("vjp", run(move || vjp(|y: &Var<f64>| vec![*y, *y * x], &1.0).0)),
        ("vjp, returned", run(move || vjp(|y: &Var<f64>| vec![*y, x], &1.0).0)),
        ("linearize", run(move || linearize(|y: &Var<f64>| *y * x, &1.0).0)),
        ("linearize, returned", run(move || linearize(|y: &Var<f64>| vec![*y, x], &1.0).0)),
        ("Gradient", run(move || Gradient::new(|y: &[Var<f64>]| y[0] * x).call(&[1.0], &mut [0.0]))),
        ("Gradient, returned", run(move || Gradient::new(|_: &[Var<f64>]| x).call(&[1.0], &mut [0.0]))),
        ("jacobian", run(move || ad_reverse::jacobian(|y| vec![y[0] * x], &[1.0]))),
        ("jacobian, returned", run(move || ad_reverse::jacobian(|y| vec![y[0], x], &[1.0]))),
    ];
    runs.extend(loops(["checkpoint", "checkpoint_online"], move |(p, h)| (*h * x, *p * *h)));
    runs.extend(loops(["checkpoint, in the loss", "checkpoint_online, in the loss"], move |(p, h)| {
        (*h * *p, *h * x)
    }));
    runs.extend(loops(["checkpoint, as the state", "checkpoint_online, as the state"], move |(p, h)| {
        (x, *p * *h)
    }));
    runs.extend(loops(["checkpoint, as the loss", "checkpoint_online, as the loss"], move |(p, h)| {
        (*p * *h, x)
    }));
    runs
}

#[test]
fn operators_refuse_a_captured_variable() {
    for (name, run) in operators(leaked()) {
        println!("{name}, of an earlier recording");
        refused(FOREIGN, run);
    }
    let names: Vec<_> = operators(leaked()).into_iter().map(|(name, _)| name).collect();
    for (i, name) in names.iter().enumerate() {
        let outer = |x: &Var<f64>| {
            println!("{name}, of an outer recording");
            let y = *x * *x;
            refused(FOREIGN, operators(*x).swap_remove(i).1);
            y
        };
        assert_eq!(grad(outer, &3.0), 6.0, "after {name} in an inner recording");
    }
    let _ = grad(
        |x: &Var<f64>| {
            let x = *x;
            let other = std::thread::spawn(move || {
                for (name, run) in operators(x) {
                    println!("{name}, of another thread");
                    refused(FOREIGN, run);
                }
            });
            other.join().unwrap();
            x
        },
        &3.0,
    );
}

/// [`Hessian`] and `hvp` run on variables over dual numbers; so what does not belong there is one of these.
#[test]
fn second_derivatives_refuse_a_captured_variable() {
    fn runs(x: HessianVar<f64>) -> [(&'static str, Run); 4] {
        let call = |f: &dyn Fn(&[HessianVar<f64>]) -> HessianVar<f64>| {
            Hessian::new(f).call(&[1.0], &mut [0.0], &mut [0.0]);
        };
        [
            ("Hessian", Box::new(move || call(&|y| y[0] * x))),
            ("Hessian, returned", Box::new(move || call(&|_| x))),
            ("hessian", Box::new(move || drop(ad_reverse::hessian(|y| y[0] * x, &[1.0])))),
            ("hessian, returned", Box::new(move || drop(ad_reverse::hessian(|_| x, &[1.0])))),
        ]
    }
    let one = || Dual::from_primal(1.0);
    let stale = Cell::new(None);
    let _ = grad(
        |x: &HessianVar<f64>| {
            let x = *x;
            stale.set(Some(x));
            for (name, run) in runs(x) {
                println!("{name}, of an outer recording");
                refused(FOREIGN, run);
            }
            let other = std::thread::spawn(move || {
                for (name, run) in runs(x) {
                    println!("{name}, of another thread");
                    refused(FOREIGN, run);
                }
            });
            other.join().unwrap();
            x
        },
        &one(),
    );
    for (name, run) in runs(stale.get().unwrap()) {
        println!("{name}, of an earlier recording");
        refused(FOREIGN, run);
    }
}
