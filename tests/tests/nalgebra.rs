//! nalgebra's decompositions, which know of no derivatives, differentiate in both modes; each is held against
//! the closed form of its derivative, for matrices `A` and directions `dA` drawn at random.
//!
//! Sources of the forms: M. Giles, *Collected matrix derivative results for forward and reverse mode* (2008), for
//! LU, Cholesky, the eigenvalues and the singular values; the factors by differentiating `A = QR` and so on and
//! splitting into what is triangular, skew or diagonal; the exponential by C. Van Loan (1978).

use ad_core::{Matrix, Scalar, Vector, VectorFunction, function};
use ad_forward::{Dual, derivative, implicit_root, jvp};
use ad_reverse::{Var, grad, hessian, jacobian};
use nalgebra::{
    DMatrix, DVector, Isometry3, Matrix4, Quaternion, RealField, Rotation2, Rotation3, UnitQuaternion,
    Vector3,
};
use proptest::prelude::*;

const N: usize = 3;

type Real = DMatrix<f64>;

fn matrix<S: RealField + Copy>(a: &[S]) -> DMatrix<S> {
    DMatrix::from_row_slice(N, N, a)
}

fn numbers<S: RealField + Copy>(parts: &[&DMatrix<S>]) -> Vec<S> {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}

/// `$f`, generic in a `RealField`, at `a` along `da`: the values in both modes have the bits of the plain run, and
/// the derivatives are the expected ones.
macro_rules! assert_derivative {
    ($f:ident, $a:expr, $da:expr, $expected:expr) => {{
        let (a, da) = (numbers(&[&$a.transpose()]), numbers(&[&$da.transpose()]));
        let value = $f::<f64>(&a);
        let (by_forward, forward) = jvp(|a: &[Dual<f64, 1>]| $f(a), &a[..], &da[..]);
        let (by_reverse, mut pullback) = ad_reverse::vjp(|a: &[Var<f64>]| $f(a), &a[..]);
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&by_forward), bits(&value), "{}: the value in forward mode", stringify!($f));
        prop_assert_eq!(bits(&by_reverse), bits(&value), "{}: the value in reverse mode", stringify!($f));
        let expected: Vec<f64> = $expected;
        let scale = expected.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
        for (i, expected) in expected.iter().enumerate() {
            let mut w = vec![0.0; value.len()];
            w[i] = 1.0;
            let row: f64 = pullback.call(&w).iter().zip(&da).map(|(g, d)| g * d).sum();
            for (mode, found) in [("forward", forward[i]), ("reverse", row)] {
                prop_assert!(
                    (found - expected).abs() <= TOLERANCE * scale,
                    "{} in {mode} mode, component {i}: {found}, not {expected}",
                    stringify!($f)
                );
            }
        }
    }};
}

/// The matrices have condition numbers and inverse gaps up to some hundreds.
const TOLERANCE: f64 = 1e-9;

fn any_matrix() -> impl Strategy<Value = Real> {
    prop::collection::vec(-1.0..1.0_f64, N * N).prop_map(|a| matrix(&a))
}

/// With no two columns nearly dependent.
fn regular() -> impl Strategy<Value = Real> {
    any_matrix().prop_map(|a| a + Real::identity(N, N) * 2.5)
}

/// Symmetric, with eigenvalues at least 1/4 apart.
fn separated() -> impl Strategy<Value = Real> {
    any_matrix().prop_map(|a| &a + a.transpose()).prop_filter("eigenvalues apart", |a| {
        let mut values: Vec<f64> = a.clone().symmetric_eigenvalues().iter().copied().collect();
        values.sort_by(f64::total_cmp);
        values.windows(2).all(|pair| pair[1] - pair[0] > 0.25)
    })
}

/// What lies below the diagonal.
fn strictly_lower(a: &Real) -> Real {
    a.lower_triangle() - Real::from_diagonal(&a.diagonal())
}

/// `f(i, j)` where `i != j`, 0 on the diagonal.
fn off_diagonal(f: impl Fn(usize, usize) -> f64) -> Real {
    Real::from_fn(N, N, |i, j| if i == j { 0.0 } else { f(i, j) })
}

fn inverse<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    numbers(&[&matrix(a).try_inverse().unwrap()])
}

fn solution<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    let b = DVector::from_fn(N, |i, _| nalgebra::convert(i as f64 + 1.0));
    matrix(a).lu().solve(&b).unwrap().iter().copied().collect()
}

fn determinant<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    vec![matrix(a).determinant()]
}

fn lu<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    let lu = matrix(a).lu();
    numbers(&[&lu.l(), &lu.u()])
}

fn qr<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    let qr = matrix(a).qr();
    numbers(&[&qr.q(), &qr.r()])
}

fn cholesky<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    let a = matrix(a);
    numbers(&[&(&a * a.transpose()).cholesky().unwrap().l()])
}

fn singular_values<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    matrix(a).svd(true, true).singular_values.iter().copied().collect()
}

/// The orthogonal factor `U V^T` of the polar decomposition: singular vectors without their signs.
fn orthogonal_factor<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    let svd = matrix(a).svd(true, true);
    numbers(&[&(svd.u.unwrap() * svd.v_t.unwrap())])
}

fn eigen<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    let eigen = matrix(a).symmetric_eigen();
    eigen.eigenvalues.iter().chain(eigen.eigenvectors.iter()).copied().collect()
}

fn exponential<S: RealField + Copy>(a: &[S]) -> Vec<S> {
    numbers(&[&matrix(a).exp()])
}

proptest! {
    /// `dA^-1 = -A^-1 dA A^-1`, `dx = -A^-1 dA x`, `d det A = det A tr(A^-1 dA)`.
    #[test]
    fn solving_with_lu((a, da) in (regular(), any_matrix())) {
        let inv = a.clone().try_inverse().unwrap();
        assert_derivative!(inverse, a, da, numbers(&[&-(&inv * &da * &inv)]));
        let b = DVector::from_fn(N, |i, _| i as f64 + 1.0);
        assert_derivative!(solution, a, da, (-(&inv * &da * &inv * b)).iter().copied().collect());
        assert_derivative!(determinant, a, da, vec![a.determinant() * (&inv * &da).trace()]);
    }

    /// `dL = L low(M)`, `dU = up(M) U` for `M = L^-1 P dA U^-1`.
    #[test]
    fn factors_of_lu((a, da) in (regular(), any_matrix())) {
        let lu_of_a = a.clone().lu();
        let (l, u) = (lu_of_a.l(), lu_of_a.u());
        let mut permuted = da.clone();
        lu_of_a.p().permute_rows(&mut permuted);
        let m = l.clone().try_inverse().unwrap() * permuted * u.clone().try_inverse().unwrap();
        let expected = numbers(&[&(&l * strictly_lower(&m)), &(m.upper_triangle() * &u)]);
        assert_derivative!(lu, a, da, expected);
    }

    /// `dQ = Q W`, `dR = (M - W) R` for `M = Q^T dA R^-1` and the skew `W = low(M) - low(M)^T`.
    #[test]
    fn factors_of_qr((a, da) in (regular(), any_matrix())) {
        let qr_of_a = a.clone().qr();
        let (q, r) = (qr_of_a.q(), qr_of_a.r());
        let m = q.transpose() * &da * r.clone().try_inverse().unwrap();
        let low = strictly_lower(&m);
        let skew = &low - low.transpose();
        assert_derivative!(qr, a, da, numbers(&[&(&q * &skew), &((m - skew) * &r)]));
    }

    /// `dL = L half(L^-1 dS L^-T)` for `S = A A^T`; `half` is the lower triangle with half of the diagonal.
    #[test]
    fn factor_of_cholesky((a, da) in (regular(), any_matrix())) {
        let ds = &da * a.transpose() + &a * da.transpose();
        let l = (&a * a.transpose()).cholesky().unwrap().l();
        let inv = l.clone().try_inverse().unwrap();
        let m = &inv * ds * inv.transpose();
        let half = strictly_lower(&m) + Real::from_diagonal(&(m.diagonal() * 0.5));
        assert_derivative!(cholesky, a, da, numbers(&[&(&l * half)]));
    }

    /// `d lambda_i = v_i^T dA v_i`, `dV = V W` with `W_ij = v_i^T dA v_j / (lambda_j - lambda_i)`.
    #[test]
    fn symmetric_eigenvalues_and_vectors((a, da) in (separated(), any_matrix())) {
        let da = &da + da.transpose();
        let eigen_of_a = a.clone().symmetric_eigen();
        let (values, v) = (eigen_of_a.eigenvalues, eigen_of_a.eigenvectors);
        let m = v.transpose() * &da * &v;
        let w = off_diagonal(|i, j| m[(i, j)] / (values[j] - values[i]));
        let expected = m.diagonal().iter().copied().chain((&v * w).iter().copied()).collect();
        assert_derivative!(eigen, a, da, expected);
    }

    /// `d sigma_i = u_i^T dA v_i`; `d(U V^T) = U X V^T` with
    /// `X_ij = (m_ij - m_ji) / (sigma_i + sigma_j)` for `m = U^T dA V`.
    #[test]
    fn singular_values_and_vectors((a, da) in (regular(), any_matrix())) {
        let svd = a.clone().svd(true, true);
        let (u, sigma, v_t) = (svd.u.unwrap(), svd.singular_values, svd.v_t.unwrap());
        prop_assume!((0..N - 1).all(|i| sigma[i] - sigma[i + 1] > 0.1));
        let m = u.transpose() * &da * v_t.transpose();
        assert_derivative!(singular_values, a, da, m.diagonal().iter().copied().collect());
        let x = off_diagonal(|i, j| (m[(i, j)] - m[(j, i)]) / (sigma[i] + sigma[j]));
        assert_derivative!(orthogonal_factor, a, da, numbers(&[&(&u * x * &v_t)]));
    }

    /// The derivative of `exp` at `A` along `dA` is the upper right block of `exp([A dA; 0 A])`.
    #[test]
    fn matrix_exponential((a, da) in (any_matrix(), any_matrix())) {
        let mut block = Real::zeros(2 * N, 2 * N);
        block.view_mut((0, 0), (N, N)).copy_from(&a);
        block.view_mut((0, N), (N, N)).copy_from(&da);
        block.view_mut((N, N), (N, N)).copy_from(&a);
        let expected = block.exp().view((0, N), (N, N)).clone_owned();
        assert_derivative!(exponential, a, da, numbers(&[&expected]));
    }

    /// `d^2 ln det A = -tr(A^-1 dA A^-1 dA)`, by every nesting of two modes.
    #[test]
    fn second_derivatives((a, da) in (regular(), any_matrix())) {
        fn log_det<S: RealField + Copy + Scalar>(a: &Real, da: &Real, t: S) -> S {
            let a = a.zip_map(da, |a, da| S::lit(a) + S::lit(da) * t);
            Scalar::ln(a.determinant())
        }
        let m = a.clone().try_inverse().unwrap() * &da;
        let expected = -(&m * &m).trace();
        let found = [
            derivative(|t| derivative(|t| log_det(&a, &da, t), t), 0.0),
            derivative(|t| grad(|t| log_det(&a, &da, *t), &t), 0.0),
            grad(|t: &Var<f64>| derivative(|t| log_det(&a, &da, t), *t), &0.0),
            grad(|t: &Var<f64>| grad(|t| log_det(&a, &da, *t), t), &0.0),
        ];
        for found in found {
            prop_assert!((found - expected).abs() <= TOLERANCE * expected.abs().max(1.0), "{found}, not {expected}");
        }
    }

    /// Rotations: `d/dt R(t w) x = w x R(t w) x`, by the geometry types.
    #[test]
    fn rotations(w in prop::array::uniform3(0.1..1.0_f64), x in prop::array::uniform3(-1.0..1.0_f64), t in 0.1..2.0) {
        fn rotated<S: RealField + Copy + Scalar>(w: [f64; 3], x: [f64; 3], t: S) -> Vec<S> {
            let w = Vector3::from(w.map(|w| S::lit(w) * t));
            (Rotation3::new(w) * Vector3::from(x.map(S::lit))).iter().copied().collect()
        }
        let expected = Vector3::from(w).cross(&Vector3::from_vec(rotated(w, x, t)));
        let (_, forward) = jvp(|t: &Dual<f64, 1>| rotated(w, x, *t), &t, &1.0);
        let reverse = jacobian(|t| rotated(w, x, t[0]), &[t]);
        for (i, expected) in expected.iter().enumerate() {
            prop_assert!((forward[i] - expected).abs() < 1e-12 && (reverse.as_slice()[i] - expected).abs() < 1e-12);
        }
    }
}

#[test]
fn arrays_come_and_go() {
    let a = Matrix::from_rows(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let theirs = DMatrix::from(a.clone());
    assert_eq!((theirs.nrows(), theirs[(1, 0)]), (2, 4.0));
    assert_eq!(Matrix::from(theirs), a);
    let x = Vector::from([1.0, 2.0]);
    assert_eq!(Vector::from(DVector::from(x.clone())), x);
}

#[test]
fn plain_numbers_are_the_constants() {
    let x: Dual<f32, 1> = nalgebra::convert(0.1);
    assert_eq!((x.primal, x.tangent()), (0.1, [0.0]));
    assert_eq!(nalgebra::try_convert::<Dual<f64, 1>, f64>(Dual::variable(2.0, 0)), Some(2.0));
    assert_eq!(nalgebra::try_convert::<Var<f64>, f32>(nalgebra::convert(2.0)), Some(2.0));
}

#[test]
fn matrices_are_arguments() {
    let x = Vector3::new(2.0, 3.0, 6.0);
    assert_eq!(grad(|x: &Vector3<Var<f64>>| x.norm_squared(), &x), Vector3::new(4.0, 6.0, 12.0));
    let a = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    let g = grad(|a: &DMatrix<Var<f64>>| a.determinant(), &a);
    assert_eq!(g, DMatrix::from_row_slice(2, 2, &[4.0, -3.0, -2.0, 1.0]));
}

/// A limit, stated in docs/LIMITATIONS.md: nalgebra does not rotate by an off-diagonal entry that is exactly 0.
#[test]
fn eigenvectors_of_a_diagonal_matrix_hide_the_derivative_of_an_entry_that_is_zero() {
    let moved = |t: &Dual<f64, 1>| {
        let (one, two) = (Dual::from(1.0), Dual::from(2.0));
        let eigen = DMatrix::from_row_slice(2, 2, &[one, *t, *t, two]).symmetric_eigen();
        eigen.eigenvalues.iter().chain(eigen.eigenvectors.iter()).copied().collect::<Vec<_>>()
    };
    let (_, at_zero) = jvp(moved, &0.0, &1.0);
    assert_eq!(at_zero, [0.0; 6], "the eigenvalues do not move, but the vectors should");
    let (_, near_zero) = jvp(moved, &1e-6, &1.0);
    let speed = near_zero[2..].iter().fold(0.0_f64, |most, d| most.max(d.abs()));
    assert!((speed - 1.0).abs() < 1e-6, "the vectors turn by t / (2 - 1): {near_zero:?}");
}

/// Limits, stated in docs/LIMITATIONS.md: most rotations in three dimensions take a short way at the identity.
#[test]
fn rotations_at_the_identity_hide_their_derivatives() {
    /// A function, its name and its derivative.
    type Case<'a> = (&'a str, f64, &'a dyn Fn(Dual<f64, 1>) -> Dual<f64, 1>);
    fn about_z<S: RealField + Copy>(angle: S) -> UnitQuaternion<S> {
        UnitQuaternion::from_axis_angle(&Vector3::z_axis(), angle)
    }
    fn matrix_about_z<S: RealField + Copy>(angle: S) -> Rotation3<S> {
        about_z(angle).to_rotation_matrix()
    }
    let (zero, one) = (|| Dual::from(0.0), || Dual::from(1.0));
    let (x, half) = (Vector3::x, Dual::from(0.5));
    // Each has this derivative near 0, in the limit.
    let hidden: [Case<'_>; 16] = [
        ("UnitQuaternion::new", 0.5, &|t| UnitQuaternion::new(Vector3::new(zero(), zero(), t)).k),
        ("Rotation2::from_matrix", 1.0, &|t| Rotation2::from_matrix(Rotation2::new(t).matrix())[(1, 0)]),
        ("Rotation3::new", 1.0, &|t| Rotation3::new(Vector3::new(zero(), zero(), t))[(1, 0)]),
        ("Rotation3::from_axis_angle", 1.0, &|t| Rotation3::from_axis_angle(&Vector3::z_axis(), t)[(1, 0)]),
        ("Rotation3::from_matrix", 1.0, &|t| Rotation3::from_matrix(matrix_about_z(t).matrix())[(1, 0)]),
        ("Rotation3::scaled_axis", 1.0, &|t| matrix_about_z(t).scaled_axis().z),
        ("Rotation3::powf", 0.5, &|t| matrix_about_z(t).powf(half)[(1, 0)]),
        ("Rotation3::rotation_between", -1.0, &|t| {
            Rotation3::rotation_between(&Vector3::new(one(), t, zero()), &x()).expect("there is one")[(1, 0)]
        }),
        ("UnitQuaternion::from_scaled_axis", 0.5, &|t| {
            UnitQuaternion::from_scaled_axis(Vector3::new(zero(), zero(), t)).k
        }),
        ("UnitQuaternion::scaled_axis", 1.0, &|t| about_z(t).scaled_axis().z),
        ("UnitQuaternion::powf", 0.25, &|t| about_z(t).powf(half).k),
        ("UnitQuaternion::rotation_between", -0.5, &|t| {
            UnitQuaternion::rotation_between(&Vector3::new(one(), t, zero()), &x()).expect("there is one").k
        }),
        ("Quaternion::exp", 1.0, &|t| Quaternion::new(zero(), zero(), zero(), t).exp().k),
        ("Quaternion::ln", 1.0, &|t| Quaternion::new(one(), zero(), zero(), t).ln().k),
        ("Isometry3::new", 1.0, &|t| {
            (Isometry3::new(Vector3::zeros(), Vector3::new(zero(), zero(), t)) * Vector3::x()).y
        }),
        ("Matrix4::new_rotation", 1.0, &|t| Matrix4::new_rotation(Vector3::new(zero(), zero(), t))[(1, 0)]),
    ];
    for (name, limit, f) in hidden {
        assert_eq!(derivative(f, 0.0), 0.0, "{name} at 0");
        let near = derivative(f, 1e-3);
        assert!((near - limit).abs() < 1e-3, "{name} near 0: {near}, not {limit}");
    }
    let right: [Case<'_>; 4] = [
        ("UnitQuaternion::from_axis_angle", 1.0, &|t| (about_z(t) * Vector3::x()).y),
        ("UnitQuaternion::from_euler_angles", 1.0, &|t| {
            (UnitQuaternion::from_euler_angles(zero(), zero(), t) * Vector3::x()).y
        }),
        ("Rotation2::new", 1.0, &|t| Rotation2::new(t)[(1, 0)]),
        ("normalize", 1.0, &|t| Vector3::new(one(), t, zero()).normalize().y),
    ];
    for (name, exact, f) in right {
        assert_eq!(derivative(f, 0.0), exact, "{name}");
    }
}

/// What to do instead: `A v = lambda v` and `v . v = 1`, at the pair that the decomposition found.
#[test]
fn an_eigenpair_by_its_equations() {
    let equations = function!(|z: &[S]| -> Vec<S> {
        let (v, lambda, a) = ([z[0], z[1]], z[2], &z[3..]);
        let residual = |i: usize| S::dot_product(&a[2 * i..][..2], &v) - lambda * v[i];
        vec![residual(0), residual(1), S::dot_product(&v, &v) - S::one()]
    });
    // [[3, t], [t, 2]] at t = 0: lambda = 3, v = (1, 0).
    fn pair<S: Scalar<Real = f64>>(equations: &impl VectorFunction, t: S) -> Vec<S> {
        implicit_root(equations, &[1.0, 0.0, 3.0], &[S::lit(3.0), t, t, S::lit(2.0)])
    }
    let (_, moved) = jvp(|t: &Dual<f64, 1>| pair(&equations, *t), &0.0, &1.0);
    assert_eq!(moved, [0.0, 1.0, 0.0], "the vector turns by t / (3 - 2)");
    assert_eq!(
        hessian(|t| pair(&equations, t[0])[2], &[0.0]).as_slice(),
        [2.0],
        "lambda = 3 + t^2 / (3 - 2)"
    );
}
