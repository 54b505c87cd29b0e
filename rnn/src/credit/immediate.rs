//! What acts within one step: the immediate credit vector and the state Jacobian.

use crate::model::{Readout, Recurrent, Rnn};
use ad_core::{Array, Dense, Matrix, Scalar, Unary, Vector, impl_tree};
use ad_forward::{CHUNK, Dual, DualArray};
use ad_reverse::Var;

/// What `L_t` depends on within step `t`: the readout and the state. Also their gradients.
#[derive(Clone, Debug)]
pub struct Immediate<S: Scalar> {
    /// `W_out`, `b_out`; as a gradient `dL_t/dW_out`, `dL_t/db_out`.
    pub readout: Readout<S>,
    /// `h_t`; as a gradient the immediate credit vector `delta~_t = dL_t/dh_t` (Eq. 1.12).
    pub h: S::Vector,
}

impl_tree!(Immediate { readout: tree, h: vector });

/// `L_t`, with `delta~_t` and the gradient by the readout, by reverse mode.
pub fn value_and_grad<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    readout: &Readout<T>,
    h: &T::Vector,
    y_target: &Vector<T::Real>,
) -> (T, Immediate<T>) {
    let ((loss, _), grad) = with_potential(rnn, readout, h, y_target);
    (loss, grad)
}

/// [`value_and_grad`] with `v_t` beside `L_t`.
pub(crate) fn with_potential<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    readout: &Readout<T>,
    h: &T::Vector,
    y_target: &Vector<T::Real>,
) -> ((T, Vector<T>), Immediate<T>) {
    let at = Immediate { readout: readout.clone(), h: h.clone() };
    let run = |p: &Immediate<Var<T>>| {
        let v = rnn.output_potential(&p.readout, &p.h);
        (rnn.loss_at(&v, &Array::constant(y_target)), v.values().clone())
    };
    ad_reverse::value_and_grad_with_aux(run, &at)
}

/// `delta~_t = dL_t/dh_t` (Eq. 1.12) by forward mode: `h_t` moves in `d` directions, some of them at once.
pub fn credit_by_tangents<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    readout: &Readout<T>,
    h: &Vector<T>,
    y_target: &Vector<T::Real>,
) -> Vector<T> {
    let readout = ad_forward::constant(readout);
    let loss = |h: &[Dual<T, CHUNK>]| {
        let h = DualArray::from_scalars([h.len()], h);
        vec![rnn.loss_at(&rnn.output_potential(&readout, &h), &Array::constant(y_target))]
    };
    ad_forward::jacobian(loss, h.as_slice()).to_vector()
}

/// `J_t = dh_t/dh_{t-1}` (d x d) by reverse mode: `d` cotangents of `h_t` swept back at once.
pub fn jacobian_by_adjoints<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    theta: &Recurrent<T>,
    h_prev: &T::Vector,
    x: &Vector<T::Real>,
) -> Matrix<T> {
    let theta = ad_reverse::constant(theta);
    let at = State(h_prev.clone());
    let (_, mut pullback) =
        ad_reverse::vjp(|h: &State<Var<T>>| State(rnn.step(&theta, &h.0, &Array::constant(x))), &at);
    let d = pullback.outputs();
    Matrix::new([d, d], pullback.rows(d, identity(d).as_slice()))
}

/// `J_t = dh_t/dh_{t-1}` (d x d) by forward mode: the tangent of `h_t` when `h_{t-1}` is seeded.
pub fn jacobian_by_tangents<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    theta: &Recurrent<T>,
    h_prev: &T::Vector,
    x: &Vector<T::Real>,
) -> Matrix<T> {
    let theta: Recurrent<Dual<T, 1>> = ad_forward::constant(theta);
    let d = h_prev.len();
    let h = DualArray::seeded(&h_prev.to_dense(), 0, d);
    rnn.step(&theta, &h, &Array::constant(x)).tangent(d)
}

/// `P~_t = dh_t/dtheta_t` (d x |theta|, Eq. 1.17) by forward mode: only the parameters of step `t` are
/// seeded.
pub fn sensitivity<T: Scalar, F: Unary>(
    rnn: &Rnn<F>,
    theta: &Recurrent<T>,
    h_prev: &T::Vector,
    x: &Vector<T::Real>,
) -> Matrix<T> {
    let p = theta.count();
    let theta: Recurrent<Dual<T, 1>> = ad_forward::seeded(theta, 0, p);
    let h = DualArray::from_primal(h_prev.to_dense());
    rnn.step(&theta, &h, &Array::constant(x)).tangent(p)
}

/// A state alone, as an argument.
#[derive(Clone, Debug)]
pub(crate) struct State<S: Scalar>(pub(crate) S::Vector);

impl_tree!(State { 0: vector });

pub(crate) fn identity<T: Scalar>(d: usize) -> Matrix<T> {
    Dense::new([d, d], (0..d * d).map(|i| if i % (d + 1) == 0 { T::one() } else { T::zero() }))
}
