//! Adjoints of arrays: many seeds at once, weights that wait for more, and arrays that are watched.

use super::*;

proptest! {
    #![proptest_config(ad_tests::cases(256))]

    #[test]
    fn many_seeds_at_once_are_single_sweeps(
        program in programs::any_program(16), x in points::points_of(1..=4, points::ordinary()),
        seeds in 0..6_usize, w in points::points(18, points::ordinary()),
    ) {
        let (y, mut pullback) = vjp(|x: &[Var<f64>]| VectorFunction::call(&program, x), x.as_slice());
        let w = &w[..seeds * y.len()];
        let rows = pullback.rows(seeds, w);
        prop_assert_eq!(rows.len(), seeds * x.len());
        for (row, w) in rows.chunks(x.len()).zip(w.chunks(y.len())) {
            same("row", row, &pullback.call(w))?;
        }
        same("again", &pullback.rows(seeds, w), &rows)?;
    }
}

/// What many rows mean for the adjoint of weights is added at once, what few mean waits for more; both have to
/// arrive, for every seed.
#[test]
fn weights_that_meet_many_rows_and_few_get_the_sum_of_all() {
    let inputs = |rows: usize| Dense::new([rows, 3], (0..3 * rows).map(|i| ((rows * 31 + i) as f64).sin()));
    let batches: Vec<Matrix<f64>> = [20, 1, 64, 3, 1, 63, 40, 200, 2, 70].map(inputs).into();
    let w = Dense::new([2, 3], (0..6).map(|i| 0.3 - 0.1 * f64::from(i)));
    let products = |w: &VarArray<f64, 2>| {
        let none = Array::constant(&Vector::from([0.0, 0.0]));
        let losses = batches.iter().map(|x| {
            let y = Array::affine(&[(w, &VarArray::constant(x))], &none);
            y.dot(&y)
        });
        let losses: Vec<Var<f64>> = losses.collect();
        let weighted = losses.iter().zip(1..).map(|(&loss, k)| loss * f64::from(k));
        vec![losses.iter().copied().sum(), weighted.sum()]
    };
    let (_, mut pullback) = vjp(products, &w);
    let rows = pullback.rows(2, &[1.0, 0.0, 0.0, 1.0]);
    let alone = pullback.call(&vec![1.0, 0.0]);
    for (entry, &once) in alone.as_slice().iter().enumerate() {
        let (output, input) = (entry / 3, entry % 3);
        let of = |x: &Matrix<f64>| -> f64 {
            let each =
                x.iter_rows().map(|x| 2.0 * x[input] * (0..3).map(|k| w[[output, k]] * x[k]).sum::<f64>());
            each.sum()
        };
        let expected = [
            batches.iter().map(of).sum::<f64>(),
            batches.iter().zip(1..).map(|(x, k)| f64::from(k) * of(x)).sum(),
        ];
        for (found, expected) in
            [once, rows[entry], rows[6 + entry]].into_iter().zip([expected[0], expected[0], expected[1]])
        {
            assert!(
                (found - expected).abs() <= 1e-12 * (1.0 + expected.abs()),
                "{entry}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn an_array_watched_twice_has_its_adjoint_twice() {
    let x = Vector::from([0.5, -0.3]);
    let (_, values, mut pullback) = ad_reverse::vjp_watching(
        |x| {
            let h = x.map(rules::Tanh);
            (h.dot(&h), vec![h.clone(), h])
        },
        &x,
    );
    let (_, adjoints) = pullback.call_watching(&1.0);
    let expected: Vec<f64> = values[0].as_slice().iter().map(|h| 2.0 * h).collect();
    assert_eq!(adjoints, [expected.clone(), expected]);
}
