//! The vector kernels against loops that are plainly right, and functions against two references: correctly
//! rounded points made by MPFR (`reference.csv`), and arithmetic with twice the digits on dense sweeps.
//!
//! Everything is tested as it is called, on this machine's processor, and in the portable form.

mod exact;

use self::exact::{Format, Reference};
use super::vector::elementary::{Elementary, Exp, Sigmoid, Softplus, Tanh};
use super::vector::lane::Separate;
use super::vector::loops;
use super::{Kernels, RealKernels};

/// Xorshift: the same numbers in each run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// In [-1, 1).
    fn signed(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.bits() >> 32) as usize % bound
    }
}

macro_rules! tests_of {
    (
        $module:ident, $real:ident: $bits:ty, $format:expr, span $span:literal
    ) => {
        mod $module {
            use super::*;

            const FORMAT: Format = $format;

            type Map = fn(&[$real], &mut [$real], Option<&mut [$real]>);

            /// The functions as they are called.
            const FUNCTIONS: [(&str, Map); 4] = [
                ("exp", $real::map_exp),
                ("tanh", $real::map_tanh),
                ("sigmoid", $real::map_sigmoid),
                ("softplus", $real::map_softplus),
            ];

            fn portable<F: Elementary>(x: &[$real], y: &mut [$real], p: Option<&mut [$real]>) {
                loops::map::<F, $real, Separate>(x, y);
                if let Some(p) = p {
                    let mut with_partial = vec![0.0; x.len()];
                    loops::map_with_partial::<F, $real, Separate>(x, &mut with_partial, p);
                    assert_eq!(bits(y), bits(&with_partial));
                }
            }

            fn bits(x: &[$real]) -> Vec<$bits> {
                x.iter().map(|x| x.to_bits()).collect()
            }

            fn random(random: &mut Random, len: usize) -> Vec<$real> {
                (0..len).map(|_| random.signed() as $real).collect()
            }

            /// A slice of the given length somewhere in a longer one, so that its alignment is arbitrary.
            fn unaligned(source: &mut Random, len: usize) -> (Vec<$real>, std::ops::Range<usize>) {
                let offset = source.below(9);
                (random(source, offset + len + 3), offset..offset + len)
            }

            /// All binades with both signs, bit patterns at even distances from the smallest number to the largest, where the functions change, and around the points where the
            /// reduction of the argument does.
            fn arguments() -> Vec<$real> {
                let mut source = Random(0x9e37_79b9_7f4a_7c15);
                let mut x: Vec<$real> = vec![0.0, -0.0, $real::MAX, $real::MIN, $real::MIN_POSITIVE];
                let exponent = FORMAT.mantissa;
                for binade in 0..2 * FORMAT.overflow as $bits - 1 {
                    for _ in 0..4 {
                        let mantissa = source.bits() as $bits & ((1 << exponent) - 1);
                        let v = $real::from_bits((binade << exponent) | mantissa);
                        x.extend([v, -v]);
                    }
                }
                const PATTERNS: $bits = 200_000;
                for i in 0..=PATTERNS {
                    let v = $real::from_bits(i * ($real::MAX.to_bits() / PATTERNS));
                    x.extend([v, -v]);
                }
                for range in [1.0, 3.0, 40.0, $span] {
                    x.extend((0..4000).map(|_| (source.signed() * range) as $real));
                }
                for k in -300..300 {
                    let v = (f64::from(k) * std::f64::consts::LN_2 / 4.0) as $real;
                    x.extend([v, v.next_up(), v.next_down()]);
                }
                x
            }

            /// The largest errors of values and of (normal) derivatives over all arguments.
            fn largest_errors<F: Reference>(map: Map) -> [f64; 2] {
                let x = arguments();
                let (mut y, mut p) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                map(&x, &mut y, Some(&mut p));
                let mut worst = [0.0f64; 2];
                for ((&x, &y), &p) in x.iter().zip(&y).zip(&p) {
                    let [value, derivative] = F::exact(f64::from(x));
                    let error = FORMAT.ulps(f64::from(y), value);
                    assert!(error <= 2.0, "{}({x:e}) = {y:e}: {error} ulp", F::NAME);
                    worst[0] = worst[0].max(error);
                    let error = FORMAT.ulps(f64::from(p), derivative);
                    assert!(error <= 4.0, "{}'({x:e}) = {p:e}: {error} ulp", F::NAME);
                    if FORMAT.is_normal(derivative) {
                        worst[1] = worst[1].max(error);
                    }
                }
                worst
            }

            fn check_accuracy<F: Reference>() {
                let (_, map) = FUNCTIONS.into_iter().find(|f| f.0 == F::NAME).unwrap();
                let fast = largest_errors::<F>(map);
                let portable = largest_errors::<F>(portable::<F>);
                println!("{} {}: {fast:.2?} ulp, portable {portable:.2?}", stringify!($real), F::NAME);
            }

            #[test]
            fn exp_is_accurate() {
                check_accuracy::<Exp>();
            }

            #[test]
            fn tanh_is_accurate() {
                check_accuracy::<Tanh>();
            }

            #[test]
            fn sigmoid_is_accurate() {
                check_accuracy::<Sigmoid>();
            }

            #[test]
            fn softplus_is_accurate() {
                check_accuracy::<Softplus>();
            }

            /// Points made elsewhere, so that an error in the reference above cannot hide one in a kernel.
            #[test]
            fn functions_are_near_the_correctly_rounded_points() {
                let mut checked = 0;
                for line in include_str!("../reference.csv").lines().skip(1) {
                    let fields: Vec<&str> = line.split(',').collect();
                    if fields[1] != stringify!($real) {
                        continue;
                    }
                    let number = |hex| $real::from_bits(<$bits>::from_str_radix(hex, 16).unwrap());
                    let [x, value, derivative] = [fields[2], fields[3], fields[4]].map(number);
                    let (_, map) = FUNCTIONS.into_iter().find(|f| f.0 == fields[0]).unwrap();
                    let (mut y, mut p) = ([0.0], [0.0]);
                    map(&[x], &mut y, Some(&mut p));
                    // Neighbours have neighbouring bits.
                    assert!(y[0].to_bits().abs_diff(value.to_bits()) <= 2, "{line}: {:e}", y[0]);
                    assert!(p[0].to_bits().abs_diff(derivative.to_bits()) <= 4, "{line}: {:e}", p[0]);
                    checked += 1;
                }
                assert!(checked > 500);
            }

            #[test]
            fn special_arguments() {
                let x = [$real::NAN, -$real::NAN, $real::INFINITY, $real::NEG_INFINITY, 0.0, -0.0];
                let expected = [
                    ("exp", [$real::INFINITY, 0.0, 1.0, 1.0], [$real::INFINITY, 0.0, 1.0, 1.0]),
                    ("tanh", [1.0, -1.0, 0.0, -0.0], [0.0, 0.0, 1.0, 1.0]),
                    ("sigmoid", [1.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.25, 0.25]),
                    (
                        "softplus",
                        [
                            $real::INFINITY,
                            0.0,
                            std::f64::consts::LN_2 as $real,
                            std::f64::consts::LN_2 as $real,
                        ],
                        [1.0, 0.0, 0.5, 0.5],
                    ),
                ];
                for ((name, fast), (_, value, derivative)) in FUNCTIONS.into_iter().zip(expected) {
                    let portable: Map = match name {
                        "exp" => portable::<Exp>,
                        "tanh" => portable::<Tanh>,
                        "sigmoid" => portable::<Sigmoid>,
                        _ => portable::<Softplus>,
                    };
                    for map in [fast, portable] {
                        let (mut y, mut p) = ([0.0; 6], [0.0; 6]);
                        map(&x, &mut y, Some(&mut p));
                        assert!(y[..2].iter().chain(&p[..2]).all(|v| v.is_nan()), "{name}: {y:?} {p:?}");
                        assert_eq!(bits(&y[2..]), bits(&value), "{name}: {y:?}");
                        assert_eq!(bits(&p[2..]), bits(&derivative), "{name}': {p:?}");
                    }
                }
            }

            #[test]
            fn an_element_does_not_depend_on_its_place() {
                let mut source = Random(7);
                for (name, map) in FUNCTIONS {
                    for len in 0..=40 {
                        let (x, range) = unaligned(&mut source, len);
                        let x: Vec<$real> = x.iter().map(|x| x * 9.0).collect();
                        let x = &x[range];
                        let (mut y, mut value, mut p) = (vec![0.0; len], vec![0.0; len], vec![0.0; len]);
                        map(x, &mut value, None);
                        map(x, &mut y, Some(&mut p));
                        assert_eq!(bits(&y), bits(&value), "{name} with and without derivative");
                        for i in 0..len {
                            let (mut y_alone, mut p_alone) = ([0.0], [0.0]);
                            map(&x[i..=i], &mut y_alone, Some(&mut p_alone));
                            assert_eq!(y[i].to_bits(), y_alone[0].to_bits(), "{name}: {i} of {len}");
                            assert_eq!(p[i].to_bits(), p_alone[0].to_bits(), "{name}': {i} of {len}");
                        }
                    }
                }
            }

            /// Whether a sum of `n` products is as near to the exact one as any order of summation is.
            fn assert_sum(got: $real, products: impl Iterator<Item = ($real, $real)> + Clone, start: $real) {
                let product = |(a, b): ($real, $real)| f64::from(a) * f64::from(b);
                let exact = products.clone().map(product).sum::<f64>() + f64::from(start);
                let size = products.clone().map(product).map(f64::abs).sum::<f64>() + f64::from(start).abs();
                let bound = (products.count() + 2) as f64 * f64::from($real::EPSILON) * size;
                assert!((f64::from(got) - exact).abs() <= bound, "{got} for {exact}");
            }

            #[test]
            fn products_are_those_of_plain_loops() {
                let mut source = Random(11);
                for round in 0..400 {
                    let (rows, cols) = (source.below(70) + 1, source.below(70) + 1);
                    let (a, a_range) = unaligned(&mut source, rows * cols);
                    let (x, x_range) = unaligned(&mut source, cols);
                    let (mut y, y_range) = unaligned(&mut source, rows);
                    let (a, x, before) = (&a[a_range], &x[x_range], y.clone());
                    let dispatched = round % 4 != 0;

                    if dispatched {
                        $real::gemv(a, x, &mut y[y_range.clone()]);
                    } else {
                        loops::gemv(a, x, &mut y[y_range.clone()]);
                    }
                    for (row, i) in a.chunks(cols).zip(y_range.clone()) {
                        assert_sum(y[i], row.iter().copied().zip(x.iter().copied()), before[i]);
                    }
                    assert_untouched(&y, &before, y_range);

                    let (x, x_range) = unaligned(&mut source, rows);
                    let (mut y, y_range) = unaligned(&mut source, cols);
                    let (x, before) = (&x[x_range], y.clone());
                    if dispatched {
                        $real::gemv_t(a, x, &mut y[y_range.clone()]);
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

            fn assert_untouched(y: &[$real], before: &[$real], range: std::ops::Range<usize>) {
                assert_eq!(y[..range.start], before[..range.start]);
                assert_eq!(y[range.end..], before[range.end..]);
            }

            #[test]
            fn a_row_does_not_depend_on_the_others() {
                let mut source = Random(13);
                for rows in 1..30 {
                    let cols = source.below(40) + 1;
                    let (a, x) = (random(&mut source, rows * cols), random(&mut source, cols));
                    let mut y = vec![0.0; rows];
                    $real::gemv(&a, &x, &mut y);
                    for (row, y) in a.chunks(cols).zip(&y) {
                        let mut alone = [0.0];
                        $real::gemv(row, &x, &mut alone);
                        assert_eq!(y.to_bits(), alone[0].to_bits());
                    }
                }
            }

            #[test]
            fn the_transposed_product_is_one_axpy_for_each_row() {
                let mut source = Random(17);
                for rows in 1..30 {
                    let cols = source.below(40) + 1;
                    let (a, x) = (random(&mut source, rows * cols), random(&mut source, rows));
                    let mut y = random(&mut source, cols);
                    let mut expected = y.clone();
                    $real::gemv_t(&a, &x, &mut y);
                    for (row, &x) in a.chunks(cols).zip(&x) {
                        $real::axpy(x, row, &mut expected);
                    }
                    assert_eq!(bits(&y), bits(&expected));
                }
            }

            #[test]
            fn a_sum_of_outer_products_is_one_axpy_for_each_row_of_each() {
                let mut source = Random(23);
                for round in 0..300 {
                    let (rows, cols) = (source.below(100) + 1, source.below(150) + 1);
                    // Of many the columns are taken in several blocks, in both precisions.
                    let count = if round % 10 == 0 { source.below(600) } else { source.below(9) };
                    let mut vectors =
                        |len| -> Vec<_> { (0..count).map(|_| unaligned(&mut source, len)).collect() };
                    let (us, xs) = (vectors(rows), vectors(cols));
                    let pairs =
                        us.iter().zip(&xs).map(|((u, at), (x, at_x))| (&u[at.clone()], &x[at_x.clone()]));
                    let pairs: Vec<(&[$real], &[$real])> = pairs.collect();
                    let (mut c, range) = unaligned(&mut source, rows * cols);
                    let before = c.clone();
                    let mut expected = c[range.clone()].to_vec();
                    let accumulate = round % 3 != 0;

                    $real::outer_products(&pairs, &mut c[range.clone()], accumulate);
                    if !accumulate {
                        expected.fill(0.0);
                    }
                    for (u, x) in pairs {
                        for (&u, row) in u.iter().zip(expected.chunks_mut(cols)) {
                            $real::axpy(u, x, row);
                        }
                    }
                    assert_eq!(bits(&c[range.clone()]), bits(&expected));
                    assert_untouched(&c, &before, range);
                }
            }

            #[test]
            #[should_panic(expected = "outer_products: a pair of lengths (2, 3), and one of (2, 2)")]
            fn pairs_of_unequal_lengths_are_refused() {
                let pairs: [(&[$real], &[$real]); 2] = [(&[1.0; 2], &[1.0; 3]), (&[1.0; 2], &[1.0; 2])];
                $real::outer_products(&pairs, &mut [0.0; 6], true);
            }

            #[test]
            fn elementwise_kernels_are_the_scalar_expressions() {
                let mut source = Random(19);
                for len in 0..150 {
                    let (x, x_range) = unaligned(&mut source, len);
                    let (y, y_range) = unaligned(&mut source, len);
                    let (x, y) = (&x[x_range], &y[y_range]);
                    let (a, b) = (source.signed() as $real, source.signed() as $real);
                    let by_element = |f: fn($real, $real, $real, $real) -> $real| -> Vec<$real> {
                        x.iter().zip(y).map(|(&x, &y)| f(a, x, b, y)).collect()
                    };
                    let mut out = vec![0.0; len];

                    $real::axpby(a, x, b, y, &mut out);
                    assert_eq!(bits(&out), bits(&by_element(|a, x, b, y| a * x + b * y)));
                    $real::hadamard(x, y, &mut out);
                    assert_eq!(bits(&out), bits(&by_element(|_, x, _, y| x * y)));

                    let mut sum = y.to_vec();
                    $real::axpy(a, x, &mut sum);
                    for ((&sum, &x), &y) in sum.iter().zip(x).zip(y) {
                        assert_sum(sum, [(a, x)].into_iter(), y);
                    }
                    assert_sum($real::dot(x, y), x.iter().copied().zip(y.iter().copied()), 0.0);
                    assert_sum(loops::dot(x, y), x.iter().copied().zip(y.iter().copied()), 0.0);
                    let apart = |x: &[$real]| x.iter().map(|&x| (1.5, x, 2_u8)).collect::<Vec<_>>();
                    assert_eq!(
                        bits(&[$real::dot_of(&apart(x), &apart(y), |x| x.1)]),
                        bits(&[$real::dot(x, y)])
                    );
                }
            }

            #[test]
            fn a_number_that_is_not_finite_is_found_at_any_place() {
                let mut source = Random(29);
                for len in (0..70).chain([100, 1000]) {
                    let (mut x, range) = unaligned(&mut source, len);
                    let x = &mut x[range];
                    let holds = |x: &[$real], finite| {
                        assert_eq!($real::all_finite(x), finite, "{x:?}");
                        assert_eq!(loops::all_finite(x), finite, "{x:?}");
                    };
                    x.iter_mut().step_by(3).for_each(|x| *x = <$real>::MAX.copysign(*x));
                    holds(x, true);
                    for place in 0..len {
                        let before = x[place];
                        for bad in [<$real>::NAN, <$real>::INFINITY, -<$real>::INFINITY] {
                            x[place] = bad;
                            holds(x, false);
                        }
                        x[place] = before;
                    }
                }
            }

            #[test]
            fn empty_matrices_leave_the_output_alone() {
                let mut y = [1.0, 2.0];
                $real::gemv(&[], &[], &mut y);
                $real::gemv_t(&[], &[], &mut y);
                $real::gemv(&[], &[1.0, 1.0], &mut []);
                $real::gemv_t(&[], &[1.0, 1.0], &mut []);
                assert_eq!(y, [1.0, 2.0]);
            }

            #[test]
            #[should_panic(expected = "a 2 x 3 matrix, but the matrix has 5 elements")]
            fn shapes_are_checked() {
                $real::gemv(&[0.0; 5], &[0.0; 3], &mut [0.0; 2]);
            }

            #[test]
            #[should_panic(expected = "`x` has 3 elements, but `y` has 2")]
            fn lengths_are_checked() {
                $real::map_exp(&[0.0; 3], &mut [0.0; 2], None);
            }
        }
    };
}

tests_of!(double, f64: u64, Format { mantissa: 52, smallest: -1074, overflow: 1024 }, span 760.0);
tests_of!(single, f32: u32, Format { mantissa: 23, smallest: -149, overflow: 128 }, span 110.0);
