//! Products, sums and what is done elementwise.

use super::{Random, Tested, bits, for_both};
use crate::kernels::vector::loops;
use num_traits::Float;
use std::ops::Range;

for_both! {
    products_are_those_of_plain_loops;
    a_row_does_not_depend_on_the_others;
    the_transposed_product_is_one_axpy_for_each_row;
    a_sum_of_outer_products_is_one_axpy_for_each_row_of_each;
    #[should_panic(expected = "outer_products: a pair of lengths (2, 3), and one of (2, 2)")]
    pairs_of_unequal_lengths_are_refused;
    elementwise_kernels_are_the_scalar_expressions;
    a_dot_product_has_the_tangents_of_its_terms;
    a_tangent_that_is_not_finite_is_refused;
    a_number_that_is_not_finite_is_found_at_any_place;
    empty_matrices_leave_the_output_alone;
    #[should_panic(expected = "a 2 x 3 matrix, but the matrix has 5 elements")]
    shapes_are_checked;
}

/// Whether a sum of `n` products is as near to the exact one as any order of summation is.
#[track_caller]
fn assert_sum<T: Tested>(got: T, products: impl Iterator<Item = (T, T)> + Clone, start: T) {
    let product = |(a, b): (T, T)| a.as_f64() * b.as_f64();
    let (got, start) = (got.as_f64(), start.as_f64());
    let exact = products.clone().map(product).sum::<f64>() + start;
    let size = products.clone().map(product).map(f64::abs).sum::<f64>() + start.abs();
    let bound = (products.count() + 2) as f64 * T::epsilon().as_f64() * size;
    assert!((got - exact).abs() <= bound, "{got} for {exact}");
}

#[track_caller]
fn assert_untouched<T: Tested>(y: &[T], before: &[T], range: Range<usize>) {
    assert_eq!(y[..range.start], before[..range.start]);
    assert_eq!(y[range.end..], before[range.end..]);
}

fn products_are_those_of_plain_loops<T: Tested>() {
    let mut source = Random(11);
    for round in 0..400 {
        let (rows, cols) = (source.below(70) + 1, source.below(70) + 1);
        let (a, a_range) = source.unaligned::<T>(rows * cols);
        let (x, x_range) = source.unaligned(cols);
        let (mut y, y_range) = source.unaligned(rows);
        let (a, x, before) = (&a[a_range], &x[x_range], y.clone());
        let dispatched = round % 4 != 0;

        if dispatched {
            T::gemv(a, x, &mut y[y_range.clone()]);
        } else {
            loops::gemv(a, x, &mut y[y_range.clone()]);
        }
        for (row, i) in a.chunks(cols).zip(y_range.clone()) {
            assert_sum(y[i], row.iter().copied().zip(x.iter().copied()), before[i]);
        }
        assert_untouched(&y, &before, y_range);

        let (x, x_range) = source.unaligned(rows);
        let (mut y, y_range) = source.unaligned(cols);
        let (x, before) = (&x[x_range], y.clone());
        if dispatched {
            T::gemv_t(a, x, &mut y[y_range.clone()]);
        } else {
            loops::gemv_t(a, x, &mut y[y_range.clone()]);
        }
        for (j, i) in y_range.clone().enumerate() {
            let column = a.iter().copied().skip(j).step_by(cols);
            assert_sum(y[i], column.zip(x.iter().copied()), before[i]);
        }
        assert_untouched(&y, &before, y_range);
    }
}

fn a_row_does_not_depend_on_the_others<T: Tested>() {
    let mut source = Random(13);
    for rows in 1..30 {
        let cols = source.below(40) + 1;
        let (a, x) = (source.numbers::<T>(rows * cols), source.numbers(cols));
        let mut y = vec![T::zero(); rows];
        T::gemv(&a, &x, &mut y);
        for (row, y) in a.chunks(cols).zip(&y) {
            let mut alone = [T::zero()];
            T::gemv(row, &x, &mut alone);
            assert_eq!(y.bits(), alone[0].bits());
        }
    }
}

fn the_transposed_product_is_one_axpy_for_each_row<T: Tested>() {
    let mut source = Random(17);
    for rows in 1..30 {
        let cols = source.below(40) + 1;
        let (a, x) = (source.numbers::<T>(rows * cols), source.numbers(rows));
        let mut y = source.numbers(cols);
        let mut expected = y.clone();
        T::gemv_t(&a, &x, &mut y);
        for (row, &x) in a.chunks(cols).zip(&x) {
            T::axpy(x, row, &mut expected);
        }
        assert_eq!(bits(&y), bits(&expected));
    }
}

fn a_sum_of_outer_products_is_one_axpy_for_each_row_of_each<T: Tested>() {
    let mut source = Random(23);
    for round in 0..300 {
        let (rows, cols) = (source.below(100) + 1, source.below(150) + 1);
        // Of many the columns are taken in several blocks, in both precisions.
        let count = if round % 10 == 0 { source.below(600) } else { source.below(9) };
        let mut vectors = |len| -> Vec<_> { (0..count).map(|_| source.unaligned::<T>(len)).collect() };
        let (us, xs) = (vectors(rows), vectors(cols));
        let pairs = us.iter().zip(&xs).map(|((u, at), (x, at_x))| (&u[at.clone()], &x[at_x.clone()]));
        let pairs: Vec<(&[T], &[T])> = pairs.collect();
        let (mut c, range) = source.unaligned(rows * cols);
        let before = c.clone();
        let mut expected = c[range.clone()].to_vec();
        let accumulate = round % 3 != 0;

        T::outer_products(&pairs, &mut c[range.clone()], accumulate);
        if !accumulate {
            expected.fill(T::zero());
        }
        for (u, x) in pairs {
            for (&u, row) in u.iter().zip(expected.chunks_mut(cols)) {
                T::axpy(u, x, row);
            }
        }
        assert_eq!(bits(&c[range.clone()]), bits(&expected));
        assert_untouched(&c, &before, range);
    }
}

fn pairs_of_unequal_lengths_are_refused<T: Tested>() {
    let numbers = &[T::one(); 3];
    T::outer_products(&[(&numbers[..2], numbers), (&numbers[..2], &numbers[..2])], &mut [T::zero(); 6], true);
}

fn elementwise_kernels_are_the_scalar_expressions<T: Tested>() {
    let mut source = Random(19);
    for len in 0..150 {
        let (x, x_range) = source.unaligned::<T>(len);
        let (y, y_range) = source.unaligned(len);
        let (x, y) = (&x[x_range], &y[y_range]);
        let (a, b): (T, T) = (source.number(), source.number());
        let by_element =
            |f: fn(T, T, T, T) -> T| -> Vec<T> { x.iter().zip(y).map(|(&x, &y)| f(a, x, b, y)).collect() };
        let mut out = vec![T::zero(); len];

        T::axpby(a, x, b, y, &mut out);
        assert_eq!(bits(&out), bits(&by_element(|a, x, b, y| a * x + b * y)));
        T::hadamard(x, y, &mut out);
        assert_eq!(bits(&out), bits(&by_element(|_, x, _, y| x * y)));

        let mut sum = y.to_vec();
        T::axpy(a, x, &mut sum);
        for ((&sum, &x), &y) in sum.iter().zip(x).zip(y) {
            assert_sum(sum, [(a, x)].into_iter(), y);
        }
        let products = x.iter().copied().zip(y.iter().copied());
        assert_sum(T::dot(x, y), products.clone(), T::zero());
        assert_sum(loops::dot(x, y), products, T::zero());
        let apart = |x: &[T]| x.iter().map(|&x| (1.5, x, 2_u8)).collect::<Vec<_>>();
        assert_eq!(T::dot_of(&apart(x), &apart(y), |x| x.1).bits(), T::dot(x, y).bits());
        // Products that underflow to -0, of which nothing else is added.
        let (x, y) = (vec![-T::min_positive_value(); len], vec![T::min_positive_value(); len]);
        assert_eq!(T::dot_of(&apart(&x), &apart(&y), |x| x.1).bits(), T::dot(&x, &y).bits());
    }
}

/// A number with its tangents; those of one that does not move are 0.
#[derive(Clone, Copy)]
struct Moving<T, const N: usize> {
    tangent: [T; N],
    number: T,
    moves: bool,
}

impl<T: Tested, const N: usize> Moving<T, N> {
    fn random(source: &mut Random, moves: bool) -> Self {
        let tangent = [(); N].map(|()| if moves { source.number() } else { T::zero() });
        Self { tangent, number: source.number(), moves }
    }

    /// Both forms: for this processor, and the portable one.
    fn dots(x: &[Self], y: &[Self]) -> [(Option<T>, [T; N]); 2] {
        let moves = |x: &[Self]| x.iter().any(|x| x.moves);
        let mut along = [[T::nan(); N]; 2];
        let dots = [
            T::dot_along(x, y, |x| x.number, |x| &x.tangent, moves, &mut along[0]),
            loops::dot_along(x, y, |x| x.number, |x| &x.tangent, moves, &mut along[1]),
        ];
        [0, 1].map(|form| (dots[form], along[form]))
    }
}

fn a_dot_product_has_the_tangents_of_its_terms<T: Tested>() {
    fn holds<T: Tested, const N: usize>(source: &mut Random, len: usize) {
        // None moves, all do, or some: in runs, so that also blocks of either kind are there.
        let kinds = [source.below(3), source.below(3)];
        let mut numbers = |kind| -> Vec<Moving<T, N>> {
            (0..len).map(|i| Moving::random(source, kind == 1 || kind == 2 && i / 5 % 2 == 0)).collect()
        };
        let (x, y) = (numbers(kinds[0]), numbers(kinds[1]));
        let of = |x: &[Moving<T, N>]| x.iter().map(|x| x.number).collect::<Vec<_>>();
        let primals = [T::dot(&of(&x), &of(&y)), loops::dot(&of(&x), &of(&y))];
        for ((dot, along), primal) in Moving::dots(&x, &y).into_iter().zip(primals) {
            assert_eq!(dot.unwrap().bits(), primal.bits());
            for (k, &sum) in along.iter().enumerate() {
                let terms =
                    x.iter().zip(&y).flat_map(|(x, y)| [(y.number, x.tangent[k]), (x.number, y.tangent[k])]);
                assert_sum(sum, terms, T::zero());
            }
        }
    }
    let mut source = Random(31);
    for len in (0..70).chain(0..70) {
        holds::<T, 0>(&mut source, len);
        holds::<T, 1>(&mut source, len);
        holds::<T, 3>(&mut source, len);
        holds::<T, 4>(&mut source, len);
        holds::<T, 8>(&mut source, len);
        holds::<T, 13>(&mut source, len);
        holds::<T, 16>(&mut source, len);
    }
}

fn a_tangent_that_is_not_finite_is_refused<T: Tested>() {
    let mut source = Random(37);
    let numbers: Vec<Moving<T, 9>> = (0..11).map(|_| Moving::random(&mut source, true)).collect();
    for place in 0..numbers.len() {
        for k in 0..9 {
            for bad in [T::nan(), T::infinity()] {
                let mut bent = numbers.clone();
                bent[place].tangent[k] = bad;
                for (dot, _) in Moving::dots(&numbers, &bent).into_iter().chain(Moving::dots(&bent, &numbers))
                {
                    assert!(dot.is_none(), "direction {k} of element {place}");
                }
            }
        }
    }
}

fn a_number_that_is_not_finite_is_found_at_any_place<T: Tested>() {
    let mut source = Random(29);
    for len in (0..70).chain([100, 1000]) {
        let (mut x, range) = source.unaligned::<T>(len);
        let x = &mut x[range];
        let holds = |x: &[T], finite| {
            assert_eq!(T::all_finite(x), finite, "{x:?}");
            assert_eq!(loops::all_finite(x), finite, "{x:?}");
        };
        x.iter_mut().step_by(3).for_each(|x| *x = Float::copysign(T::max_value(), *x));
        holds(x, true);
        for place in 0..len {
            let before = x[place];
            for bad in [T::nan(), T::infinity(), T::neg_infinity()] {
                x[place] = bad;
                holds(x, false);
            }
            x[place] = before;
        }
    }
}

fn empty_matrices_leave_the_output_alone<T: Tested>() {
    let numbers = [1.0, 2.0].map(T::from_literal);
    let mut y = numbers;
    T::gemv(&[], &[], &mut y);
    T::gemv_t(&[], &[], &mut y);
    T::gemv(&[], &numbers, &mut []);
    T::gemv_t(&[], &numbers, &mut []);
    assert_eq!(y, numbers);
}

fn shapes_are_checked<T: Tested>() {
    T::gemv(&[T::zero(); 5], &[T::zero(); 3], &mut [T::zero(); 2]);
}
