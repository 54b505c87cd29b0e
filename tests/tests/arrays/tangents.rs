//! Tangents that are kept as linear forms are those of the scalars, column by column.

use super::*;

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    /// A form that is evaluated at once and one that is kept give the same; so does a scalar `Dual`.
    #[test]
    fn lazy_tangents_are_scalar_tangents_column_by_column(
        d in 1..4_usize, n in 1..4_usize, steps in 1..4_usize, look in any::<[bool; 8]>(),
        numbers in points::points(80, points::ordinary()),
    ) {
        let p = d * d + d * n + d;
        let mut numbers = numbers.into_iter();
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<_>>();
        let (w, u, b) = (Matrix::new([d, d], take(d * d)), Matrix::new([d, n], take(d * n)), Vector::from(take(d)));
        let (x, h) = (Vector::from(take(n)), Vector::from(take(d)));
        let start_tangent = Matrix::new([d, p], (0..d * p).map(|i| (i as f64).sin()));

        // Seeded weights, a state with dense tangents, looked at now and then on the way.
        let run = |look: &[bool]| {
            let theta: (DualArray<f64, 1, 2>, DualArray<f64, 1, 2>, DualArray<f64, 1, 1>) =
                seeded(&(w.clone(), u.clone(), b.clone()), 0, p);
            let x: DualArray<f64, 1, 1> = constant(&x);
            let mut h = DualArray::with_tangent(&h, start_tangent.clone());
            for t in 0..steps {
                let seen = |a: &DualArray<f64, 1, 1>, k: usize| if look[(2 * t + k) % 8] { let _ = a.tangent(p); };
                let u = DualArray::affine(&[(&theta.0, &h), (&theta.1, &x)], &theta.2);
                seen(&u, 0);
                let f = u.map(rules::Tanh);
                seen(&f, 1);
                h = h.axpby(0.3, &f, 0.7).plus(&h.hadamard(&f)).plus(&u.slice(0..d));
                seen(&h, 0);
            }
            h
        };
        let (eager, lazy, mixed) = (run(&[true; 8]), run(&[false; 8]), run(&look));
        let expected = |column: usize| {
            // One scalar Dual per parameter: the loop over scalars, in one direction.
            let mut direction = 0;
            let mut seed = |x: &f64| {
                direction += 1;
                Dual::<f64, 1>::new(*x, [if direction == column + 1 { 1.0 } else { 0.0 }])
            };
            let w: Vec<_> = w.as_slice().iter().map(&mut seed).collect();
            let u: Vec<_> = u.as_slice().iter().map(&mut seed).collect();
            let b: Vec<_> = b.as_slice().iter().map(&mut seed).collect();
            let mut h: Vec<_> =
                h.as_slice().iter().enumerate().map(|(i, &h)| Dual::new(h, [start_tangent.row(i)[column]])).collect();
            for _ in 0..steps {
                let potential = |i: usize| {
                    let recurrent: Dual<f64, 1> = (0..d).map(|j| w[i * d + j] * h[j]).sum();
                    let input: Dual<f64, 1> = (0..n).map(|j| u[i * n + j] * x.as_slice()[j]).sum();
                    recurrent + input + b[i]
                };
                let next = |i: usize| {
                    let (u, f) = (potential(i), potential(i).tanh());
                    h[i] * 0.3 + f * 0.7 + h[i] * f + u
                };
                h = (0..d).map(next).collect();
            }
            h.iter().map(|h| h.tangent()[0]).collect::<Vec<_>>()
        };
        let columns: Vec<_> = (0..p).map(expected).collect();
        let by_scalars: Vec<f64> = (0..d).flat_map(|i| columns.iter().map(move |c| c[i])).collect();
        for (name, form) in [("eager", &eager), ("lazy", &lazy), ("mixed", &mixed)] {
            let weights: Vec<f64> = (0..d).map(|i| 1.0 - 0.4 * i as f64).collect();
            let contracted = form.contract(&weights, p); // before it is materialised
            same(name, form.tangent(p).as_slice(), &by_scalars)?;
            prop_assert_eq!(form.tangent(p), form.tangent(p), "materialised twice");
            let sums: Vec<f64> = (0..p).map(|c| (0..d).map(|i| weights[i] * columns[c][i]).sum()).collect();
            same(&format!("{name}, contracted"), &contracted, &sums)?;
            same(&format!("{name}, contracted again"), &form.contract(&weights, p), &sums)?;
        }
    }

    #[test]
    fn seeded_and_dense_tangents_mix_in_batches(
        d in 1..4_usize, rows in 1..4_usize, numbers in points::points(48, points::ordinary()),
    ) {
        let mut numbers = numbers.into_iter();
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<_>>();
        let (w, v, x, y) = (take(d * d), take(d * d), take(rows * d), take(rows * d));
        let p = w.len() + x.len();
        let matrix = |shape, x: &[f64]| Matrix::new(shape, x.iter().copied());
        let weights = DualArray::<f64, 1, 2>::seeded(&matrix([d, d], &w), 0, p);
        let plain: DualArray<f64, 1, 2> = constant(&matrix([d, d], &v));
        let batch = DualArray::seeded(&matrix([rows, d], &x), w.len(), p);
        let other: DualArray<f64, 1, 2> = constant(&matrix([rows, d], &y));
        let bias = batch.slice(0..1).log_sum_exp();
        let bias = DualArray::<f64, 1, 1>::with_tangent(
            &Vector::from(vec![bias.values().as_slice()[0]; d]),
            Matrix::new([d, p], (0..d).flat_map(|_| bias.tangent(p).as_slice().to_vec())),
        );
        let result = DualArray::affine(&[(&weights, &batch), (&plain, &other), (&plain, &batch)], &bias)
            .softmax()
            .hadamard(&batch);
        let by_loop = |s: &[Dual<f64, 8>]| {
            let (w, x) = s.split_at(d * d);
            let bias = Dual::log_sum_exp(&x[..d]);
            (0..rows)
                .flat_map(|i| {
                    let u: Vec<Dual<f64, 8>> = (0..d)
                        .map(|o| {
                            let each = |j: usize| {
                                let (x, y) = (x[i * d + j], y[i * d + j]);
                                w[o * d + j] * x + v[o * d + j] * y + x * v[o * d + j]
                            };
                            (0..d).map(each).sum::<Dual<f64, 8>>() + bias
                        })
                        .collect();
                    let norm = Dual::log_sum_exp(&u);
                    (0..d).map(|o| (u[o] - norm).exp() * x[i * d + o]).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        };
        let expected = ad_forward::jacobian(by_loop, &[w.clone(), x.clone()].concat());
        same("batch", result.tangent(p).as_slice(), expected.as_slice())?;
    }
}

/// A part that begins where the whole does moves in the same directions, and in fewer of them.
#[test]
fn a_seeded_array_meets_its_own_first_entries() {
    let x = DualArray::<f64, 3, 1>::seeded(&Vector::from([1.0, 2.0, 3.0]), 0, 3);
    let w = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let v = Matrix::from_rows(&[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 0.0, 1.0]]);
    let (w, v): (DualArray<f64, 3, 2>, DualArray<f64, 3, 2>) = constant(&(w, v));
    let zero: DualArray<f64, 3, 1> = constant(&Vector::from([0.0; 3]));
    let of_part = DualArray::affine(&[(&w, &x.slice(0..2))], &zero);

    let with_whole = [2.0, 2.0, 0.0, 3.0, 5.0, 0.0, 5.0, 6.0, 1.0];
    assert_eq!(of_part.plus(&x).tangent(3).as_slice(), with_whole);
    assert_eq!(x.plus(&of_part).tangent(3).as_slice(), with_whole);
    assert_eq!(of_part.plus(&x).contract(&[0.0, 0.0, 1.0], 3), [5.0, 6.0, 1.0]);
    let both = DualArray::affine(&[(&w, &x.slice(0..2)), (&v, &x)], &zero);
    assert_eq!(both.tangent(3).as_slice(), [2.0, 2.0, 2.0, 3.0, 5.0, 0.0, 8.0, 6.0, 1.0]);
}
