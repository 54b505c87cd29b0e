//! A panic about an argument names the line that passed it, and not one of this library.

use ad_core::tree::{unflatten, zip_map};
use ad_core::{Array, Matrix, Scalar, Vector, function, rules};
use ad_forward::trace::{Trace, Traced, trace};
use ad_forward::{
    Dual, DualArray, Jacobian, Lu, Taylor, derivative, implicit_fixed_point, implicit_root,
    implicit_root_with, jet, jvp, jvp_with_aux, seeded, third_directional_derivative, value_and_derivative,
};
use ad_reverse::sparse::{SparseHessian, SparseJacobian, Sparsity};
use ad_reverse::{
    Gradient, Hessian, Hvp, Var, VarArray, checkpoint, checkpoint_online, grad, grad_and_hvp, hvp, linearize,
    vjp,
};
use num_traits::{Float, Inv, MulAdd, Pow, Signed};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Where this thread has panicked, while it is asked for.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Lets panics that are asked for be written down, and all others be printed as ever.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            let asked = PLACE.with_borrow_mut(|place| {
                place
                    .as_mut()
                    .map(|place| *place = panic.location().expect("always there").to_string())
                    .is_some()
            });
            if !asked {
                print(panic);
            }
        }));
    });
}

/// A name, and something that panics.
type Misuse<'a> = (&'a str, &'a dyn Fn());

/// Asserts of each that it panics, and at a line of this file; returns their names and messages.
fn each_panics_here(misuses: &[Misuse<'_>]) -> Vec<String> {
    listen();
    let (mut elsewhere, mut messages) = (Vec::new(), Vec::new());
    for (name, misuse) in misuses {
        PLACE.set(Some(String::new()));
        let panic = catch_unwind(AssertUnwindSafe(misuse)).err();
        let place = PLACE.take().expect("set above");
        if !place.starts_with(file!()) {
            elsewhere.push(format!("{name}: {place}"));
        }
        let message = panic.and_then(|panic| match panic.downcast_ref::<&str>() {
            Some(&message) => Some(message.to_owned()),
            None => panic.downcast_ref::<String>().cloned(),
        });
        messages.push(format!("{name}: {}", message.unwrap_or_default()));
    }
    assert!(elsewhere.is_empty(), "not at a line of this file: {elsewhere:#?}");
    messages
}

#[test]
fn making_arrays() {
    each_panics_here(&[
        ("new", &|| drop(Matrix::new([2, 2], [1.0; 3]))),
        ("new, too large", &|| drop(Matrix::new([usize::MAX, 2], [1.0; 3]))),
        ("filled", &|| drop(Matrix::filled([usize::MAX, 2], 1.0))),
        ("build", &|| drop(Matrix::build([usize::MAX, 2], 1.0, |_| ()))),
        ("from_rows", &|| drop(Matrix::from_rows(&[vec![1.0], vec![1.0, 2.0]]))),
        ("reshape", &|| drop(Vector::from([1.0]).reshape([2, 2]))),
        ("row", &|| drop(Matrix::from_rows(&[[1.0]]).row(1).to_vec())),
        ("index", &|| _ = Matrix::from_rows(&[[1.0]])[[0, 1]]),
        ("unflatten", &|| _ = unflatten(&[0.0; 2], vec![1.0])),
        ("zip_map", &|| _ = zip_map(&[0.0; 2], &[0.0; 3], |x, y| x + y)),
        ("seeded", &|| drop(DualArray::<f64, 1, 1>::seeded(&Vector::from([1.0, 2.0]), 0, 1))),
        ("with_tangent", &|| {
            drop(DualArray::<f64, 1, 1>::with_tangent(
                &Vector::from([1.0]),
                Matrix::from_rows(&[[1.0], [2.0]]),
            ));
        }),
        ("tangent", &|| drop(DualArray::<f64, 1, 1>::seeded(&Vector::from([1.0]), 0, 1).tangent(2))),
        ("contract", &|| drop(DualArray::<f64, 1, 1>::seeded(&Vector::from([1.0]), 0, 1).contract(&[], 1))),
    ]);
}

/// Every operation on arrays that looks at shapes, on those of the scalar `S`, and the messages.
fn operations<S: Scalar<Real = f64>>(x: &S::Vector, w: &S::Matrix) -> Vec<String> {
    let long = S::Vector::constant(&Vector::from([1.0; 7]));
    let wide = S::Matrix::constant(&Matrix::filled([2, 7], 1.0));
    each_panics_here(&[
        ("from_scalars", &|| drop(S::Vector::from_scalars([7], &x.to_scalars()))),
        ("from_scalars, a matrix", &|| drop(S::Matrix::from_scalars([7, 7], &x.to_scalars()))),
        ("get", &|| _ = x.get(7)),
        ("axpby", &|| drop(x.axpby(1.0, &long, 1.0))),
        ("plus", &|| drop(x.plus(&long))),
        ("minus", &|| drop(long.minus(x))),
        ("axpby_map", &|| drop(x.axpby_map(1.0, &long, rules::Tanh, 1.0))),
        ("hadamard", &|| drop(x.hadamard(&long))),
        ("dot", &|| _ = x.dot(&long)),
        ("dot_product", &|| _ = S::dot_product(&x.to_scalars(), &[S::zero(); 7])),
        ("squared_distance", &|| _ = x.squared_distance(&long)),
        ("affine", &|| drop(S::Vector::affine(&[(w, x), (&wide, x)], x))),
        ("affine, the bias", &|| drop(S::Vector::affine(&[(w, x)], &long))),
        ("affine, a batch", &|| drop(S::Matrix::affine(&[(w, &wide)], x))),
        ("affine, rows", &|| drop(S::Matrix::affine(&[(w, w), (w, &w.slice(0..1))], x))),
        ("affine of nothing", &|| drop(S::Vector::affine(&[], x))),
        ("sub_rows", &|| drop(w.sub_rows(&long))),
        ("sub_rows, a vector", &|| drop(x.sub_rows(x))),
        ("sub_rows, too few", &|| drop(w.sub_rows(&x.slice(0..1)))),
        ("scale_rows", &|| drop(w.scale_rows(&long))),
        ("scale_rows, a vector", &|| drop(x.scale_rows(x))),
        ("matmul", &|| drop(x.matmul(&wide.transpose()))),
        ("matmul, a batch", &|| drop(w.matmul(&wide.transpose()))),
        ("map2", &|| drop(x.map2(&long, rules::Hypot))),
        ("quotient", &|| drop(x.quotient(&long))),
        ("concat", &|| drop(S::Matrix::concat(&[w, &wide]))),
        ("concat of nothing", &|| drop(S::Vector::concat(&[]))),
        ("reshape", &|| drop(Array::<S, 2>::reshape(w, [3]))),
        ("slice", &|| drop(x.slice(1..7))),
        ("slice, a matrix", &|| drop(w.slice(1..7))),
    ])
}

/// And with the words of the plain run, in every mode.
#[test]
fn operations_on_arrays() {
    let (x, w) = (Vector::from([1.0, 2.0]), Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]));
    let plain = operations::<f64>(&x, &w);
    let constants = (Array::<Var<f64>, 1>::constant(&x), Array::<Var<f64>, 2>::constant(&w));
    assert_eq!(operations::<Var<f64>>(&constants.0, &constants.1), plain);
    let _ = vjp(
        |(x, w)| {
            assert_eq!(operations::<Var<f64>>(x, w), plain);
            x.sum()
        },
        &(x.clone(), w.clone()),
    );
    let along = (x.clone(), w.clone());
    let _ = jvp(
        |(x, w)| {
            assert_eq!(operations::<Dual<f64, 1>>(x, w), plain);
            x.sum()
        },
        &along,
        &along,
    );
    let _ = hvp(
        |(x, w)| {
            assert_eq!(operations::<Var<Dual<f64, 1>>>(x, w), plain);
            x.sum()
        },
        &along,
        &along,
    );
}

/// A function with one result more in each run.
fn uneven() -> impl FnMut(&[Dual<f64, 8>]) -> Vec<Dual<f64, 8>> {
    let mut n = 0;
    move |x| {
        n += 1;
        vec![x[0]; n]
    }
}

#[test]
fn forward_mode() {
    let one = &[1.0][..];
    let two = &[1.0, 2.0][..];
    let none = function!(|_x: &[S]| -> Vec<S> { vec![] });
    let free = function!(|z: &[S]| -> Vec<S> { vec![z[1]] });
    let identity = function!(|z: &[S]| -> Vec<S> { vec![z[0] + z[1]] });
    let theta = [Dual::<f64, 1>::variable(1.0, 0)];
    let foreign = Dual::<f64, 1>::variable(1.0, 0);
    let lu = Lu::new(&Matrix::from_rows(&[[1.0]])).unwrap();
    let traced = trace(|x: &[Traced]| x[0] * x[1], two);
    each_panics_here(&[
        ("jvp", &|| _ = jvp(|x: &[_]| x[0], one, two)),
        ("jvp_with_aux", &|| _ = jvp_with_aux(|x: &[_]| (x[0], ()), one, two)),
        ("third_directional_derivative", &|| {
            _ = third_directional_derivative(|x: &[_]| x[0], one, [one, one, two]);
        }),
        ("jet", &|| _ = jet(|x: &[_]| x[0], [one, two])),
        ("Jacobian", &|| Jacobian::new(|x, y| y[0] = x[0]).call(&[1.0], &mut [0.0], &mut [0.0; 2])),
        ("jacobian", &|| _ = ad_forward::jacobian(uneven(), &[1.0; 9])),
        ("value_and_jacobian", &|| _ = ad_forward::value_and_jacobian(uneven(), &[1.0; 9])),
        ("jacobian_by_chunks", &|| {
            _ = ad_forward::jacobian_by_chunks::<f64, 0>(|x| x.to_vec(), &[1.0]);
        }),
        ("Lu::new", &|| drop(Lu::new(&Matrix::from_rows(&[[1.0, 2.0]])))),
        ("implicit_root, singular", &|| drop(implicit_root(&free, &[1.0], &theta))),
        ("implicit_root", &|| drop(implicit_root(&none, &[1.0], &theta))),
        ("implicit_root_with", &|| drop(implicit_root_with(&none, &lu, &[1.0], &theta))),
        ("implicit_fixed_point", &|| drop(implicit_fixed_point(&identity, &[1.0], &theta))),
        ("variable", &|| _ = Dual::<f64, 1>::variable(1.0, 1)),
        ("seeded", &|| _ = seeded::<f64, _, 2>(two, 1, 2)),
        ("seeded, of another width", &|| _ = seeded::<f64, _, 2>(two, 0, 3)),
        ("Taylor::derivative", &|| _ = Taylor::<f64, 3>::variable(1.0).derivative(3)),
        ("clamp", &|| _ = foreign.clamp(theta[0] + 1.0, theta[0])),
        ("Trace::new", &|| drop(Trace::new(vec![], vec![0], vec![]))),
        ("Trace::tangents", &|| drop(traced.tangents(one))),
        ("Trace::adjoints", &|| drop(traced.adjoints(two))),
        ("Figure::with_tangents", &|| drop(traced.figure().with_tangents(one))),
        ("Figure::with_adjoints", &|| drop(traced.figure().with_adjoints(two))),
        ("derivative", &|| _ = derivative(|x| x * foreign, 1.0)),
        ("value_and_derivative", &|| _ = value_and_derivative(|x| x * foreign, 1.0)),
    ]);
}

#[test]
fn reverse_mode() {
    let one = &[1.0][..];
    let two = &[1.0, 2.0][..];
    let product = |x: &[Var<f64>]| vec![x[0] * x[1]];
    let step = |_: usize, p: &Var<f64>, h: &Var<f64>| (*p * *h, *h);
    each_panics_here(&[
        ("Pullback::call", &|| _ = vjp(product, two).1.call(two)),
        ("Pullback::call_watching", &|| _ = vjp(product, two).1.call_watching(two)),
        ("Pullback::call_into, cotangents", &|| vjp(product, two).1.call_into(two, &mut [0.0; 2])),
        ("Pullback::call_into, result", &|| vjp(product, two).1.call_into(one, &mut [0.0; 3])),
        ("Pullback::rows", &|| _ = vjp(product, two).1.rows(2, two.split_at(1).0)),
        ("Pullback::blocks", &|| _ = vjp(product, two).1.blocks(2, one)),
        ("Linearized::jvp", &|| _ = linearize(product, two).1.jvp(one)),
        ("Linearized::vjp", &|| _ = linearize(product, two).1.vjp(two)),
        ("Linearized::jvp_into", &|| linearize(product, two).1.jvp_into(one, &mut [0.0])),
        ("Linearized::jvp_into, result", &|| linearize(product, two).1.jvp_into(two, &mut [0.0; 2])),
        ("Linearized::vjp_into", &|| linearize(product, two).1.vjp_into(two, &mut [0.0; 2])),
        ("hvp", &|| _ = hvp(|x: &[_]| x[0] * x[0], one, two)),
        ("grad_and_hvp", &|| _ = grad_and_hvp(|x: &[_]| x[0] * x[0], one, two)),
        ("Gradient", &|| _ = Gradient::new(|x| x[0]).call(one, &mut [0.0; 2])),
        ("Hessian, gradient", &|| _ = Hessian::new(|x| x[0]).call(one, &mut [0.0; 2], &mut [0.0])),
        ("Hessian", &|| _ = Hessian::new(|x| x[0]).call(one, &mut [0.0], &mut [0.0; 2])),
        ("Hvp, tangents", &|| _ = Hvp::new(|x| x[0]).call(one, two, &mut [0.0], &mut [0.0])),
        ("Hvp, gradient", &|| _ = Hvp::new(|x| x[0]).call(one, one, &mut [0.0; 2], &mut [0.0])),
        ("Hvp, product", &|| _ = Hvp::new(|x| x[0]).call(one, one, &mut [0.0], &mut [0.0; 2])),
        ("checkpoint", &|| _ = checkpoint(step, &1.0, &1.0, 3, 0)),
        ("checkpoint_online", &|| _ = checkpoint_online(step, |t, _| t < 3, &1.0, &1.0, 0)),
        ("Sparsity", &|| drop(Sparsity::from_rows(1, [[1]]))),
        ("Sparsity::row", &|| _ = Sparsity::from_rows(1, [[0]]).row(1)),
        ("SparseHessian::new", &|| drop(SparseHessian::<f64>::new(&Sparsity::from_rows(2, [[1]])))),
        ("SparseHessian::call", &|| {
            let f = function!(|x: &[S]| -> S { x[0] * x[0] });
            _ = SparseHessian::new(&Sparsity::from_rows(1, [[0]])).call(&f, two);
        }),
        ("SparseJacobian::call", &|| {
            let f = function!(|x: &[S]| -> Vec<S> { vec![x[0] * x[0]] });
            _ = SparseJacobian::new(Sparsity::from_rows(1, [[0]])).call(&f, two);
        }),
        ("SparseJacobian::call, results", &|| {
            let f = function!(|x: &[S]| -> Vec<S> { vec![x[0] * x[0]; 2] });
            _ = SparseJacobian::new(Sparsity::from_rows(1, [[0]])).call(&f, one);
        }),
    ]);
}

/// A variable, and an array with it, that outlived their recording.
fn kept() -> (Var<f64>, VarArray<f64, 1>) {
    let kept = RefCell::new(None);
    let _ = grad(
        |(x, v): &(Var<f64>, VarArray<f64, 1>)| {
            *kept.borrow_mut() = Some((*x, v.clone()));
            *x
        },
        &(0.5, Vector::from([0.5, 0.25])),
    );
    kept.into_inner().expect("the function has run")
}

/// What is done with a number, and only there is it seen that it is another recording's.
#[test]
#[allow(clippy::op_ref, reason = "the operators on references are what is tested")]
fn operations_on_a_variable_of_another_recording() {
    let (x, _) = kept();
    let _ = grad(
        |y: &Var<f64>| {
            let y = *y;
            let refused = each_panics_here(&[
                ("x + y", &|| _ = x + y),
                ("y + x", &|| _ = y + x),
                ("&x + y", &|| _ = &x + y),
                ("x + &y", &|| _ = x + &y),
                ("&x + &y", &|| _ = &x + &y),
                ("x - y", &|| _ = x - y),
                ("1 - x", &|| _ = 1.0 - x),
                ("x y", &|| _ = x * y),
                ("x x", &|| _ = x * x),
                ("2 x", &|| _ = 2.0 * x),
                ("x 2", &|| _ = x * 2.0),
                ("&x 2", &|| _ = &x * 2.0),
                ("x / y", &|| _ = x / y),
                ("x % y", &|| _ = x % y),
                ("-x", &|| _ = -x),
                ("-&x", &|| _ = -&x),
                ("y += x", &|| {
                    let mut y = y;
                    y += x;
                }),
                ("y *= &x", &|| {
                    let mut y = y;
                    y *= &x;
                }),
                ("x /= 2", &|| {
                    let mut x = x;
                    x /= 2.0;
                }),
                ("sin", &|| _ = x.sin()),
                ("sin of Scalar", &|| _ = Scalar::sin(x)),
                ("sin of Float", &|| _ = Float::sin(x)),
                ("apply", &|| _ = x.apply(rules::Tanh)),
                ("apply2", &|| _ = y.apply2(x, rules::Atan2)),
                ("powi", &|| _ = x.powi(3)),
                ("powi of Float", &|| _ = Float::powi(x, 3)),
                ("powf", &|| _ = y.powf(x)),
                ("atan2 of Scalar", &|| _ = Scalar::atan2(x, y)),
                ("hypot of Float", &|| _ = Float::hypot(x, y)),
                ("pow", &|| _ = Pow::pow(x, 2)),
                ("pow of a real", &|| _ = Pow::pow(x, 0.5)),
                ("inv", &|| _ = x.inv()),
                ("abs of Signed", &|| _ = Signed::abs(&x)),
                ("sin_cos", &|| _ = x.sin_cos()),
                ("mul_add", &|| _ = y.mul_add(y, x)),
                ("MulAdd", &|| _ = MulAdd::mul_add(y, x, y)),
                ("polygamma", &|| _ = x.polygamma(2)),
                ("norm", &|| _ = Var::norm(&[y, x])),
                ("prod", &|| _ = Var::prod(&[y, x])),
                ("log_sum_exp", &|| _ = <Var<f64> as Scalar>::log_sum_exp(&[y, x])),
                ("preaccumulate", &|| {
                    let f = function!(|x: &[S]| -> S { x[0] * x[1] });
                    _ = Var::preaccumulate(&f, [y, x]);
                }),
            ]);
            assert!(refused.iter().all(|message| message.contains("outside the recording")), "{refused:#?}");
            y
        },
        &0.5,
    );
}

#[test]
fn operations_on_an_array_of_another_recording() {
    let (x, v) = kept();
    let constant = VarArray::<f64, 2>::from_values(Matrix::filled([2, 2], 1.0));
    let _ = grad(
        |y: &VarArray<f64, 1>| {
            let refused = each_panics_here(&[
                ("from_scalars", &|| drop(VarArray::<f64, 1>::from_scalars([1], &[x]))),
                ("from_dense", &|| drop(VarArray::<f64, 1>::from_dense(&Vector::from([x])))),
                ("get", &|| _ = v.get(0)),
                ("to_scalars", &|| drop(v.to_scalars())),
                ("to_dense", &|| drop(v.to_dense())),
                ("map", &|| drop(v.map(rules::Tanh))),
                ("axpby", &|| drop(y.axpby(1.0, &v, 2.0))),
                ("axpby_map", &|| drop(y.axpby_map(1.0, &v, rules::Tanh, 2.0))),
                ("axpby_map, the first", &|| drop(v.axpby_map(1.0, y, rules::Tanh, 2.0))),
                ("plus", &|| drop(v.plus(y))),
                ("minus", &|| drop(y.minus(&v))),
                ("squared_distance", &|| _ = y.squared_distance(&v)),
                ("affine", &|| drop(VarArray::affine(&[(&constant, &v)], y))),
                ("affine, the bias", &|| drop(VarArray::affine(&[(&constant, y)], &v))),
                ("hadamard", &|| drop(y.hadamard(&v))),
                ("scale", &|| drop(y.scale(x))),
                ("scale, the array", &|| drop(v.scale(y.get(0)))),
                ("dot", &|| _ = y.dot(&v)),
                ("sum", &|| _ = v.sum()),
                ("log_sum_exp", &|| drop(v.log_sum_exp())),
                ("reduce_rows", &|| drop(v.reduce_rows(rules::Norm))),
                ("sub_rows", &|| drop(y.sub_rows(&v.slice(0..1)))),
                ("scale_rows", &|| drop(y.scale_rows(&v.slice(0..1)))),
                ("scale_rows, the array", &|| drop(v.scale_rows(&y.slice(0..1)))),
                ("softmax", &|| drop(v.softmax())),
                ("map2", &|| drop(y.map2(&v, rules::Hypot))),
                ("map2, the first", &|| drop(v.map2(y, rules::Hypot))),
                ("quotient", &|| drop(v.quotient(y))),
                ("concat", &|| drop(VarArray::concat(&[y, &v]))),
                ("reshape", &|| drop(v.reshape([1, 2]))),
                ("slice", &|| drop(v.slice(0..1))),
                ("transpose", &|| drop(v.transpose())),
                ("matmul", &|| drop(v.matmul(&constant))),
            ]);
            assert!(refused.iter().all(|message| message.contains("outside the recording")), "{refused:#?}");
            y.sum()
        },
        &Vector::from([0.5, 0.25]),
    );
}
