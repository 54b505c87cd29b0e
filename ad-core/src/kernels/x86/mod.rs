//! The kernels for x86-64 processors with AVX2 and FMA.
//!
//! # Why this is sound
//!
//! There are two kinds of `unsafe` here, and [a third](outer) in the sums of outer products:
//!
//! * **Calls** of functions compiled for AVX2 and FMA from functions that are not. They are sound because the
//!   caller holds an [`Avx2Fma`], whose only constructor has asked the processor.
//! * **Loads and stores** of vectors through pointers. Each pointer comes from a reference to an array of just
//!   as many elements as are accessed (or, for masked loads, from a slice, of which no more elements are
//!   accessed than it has). The instructions used need no alignment.
//!
//! All else is safe code: slices are cut with bounds checks, outside of the inner loops. A caller's mistake about
//! lengths is therefore a panic at worst.
#![allow(
    unsafe_code,
    reason = "vector instructions and calls of functions that use them; see the module's argument"
)]

use core::arch::x86_64::*;
use core::ops::Range;
use std::is_x86_feature_detected;

use self::dot::dot_products;
use self::outer::outer_products;
use super::pairs::Pairs;
use super::vector::elementary::Elementary;
use super::vector::lane::{Fused, Lane};
use super::vector::loops;
use crate::{Function, Scalar, VectorFunction};
use alloc::vec::Vec;
use smallvec::SmallVec;

mod dot;
mod outer;

/// The proof that this processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2Fma(());

impl Avx2Fma {
    /// Asks the processor (once; the standard library remembers the answer).
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    /// Runs `f`, compiled with AVX2 and FMA as far as it is inlined.
    #[inline]
    pub(super) fn call<R>(self, f: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx2,fma")]
        fn run<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        // SAFETY: `self` proves that the processor has the features `run` is compiled for.
        unsafe { run(f) }
    }
}

/// From each item `fn name(arguments) body` makes a method of [`Avx2Fma`] that runs `body` with AVX2 and FMA. `<A; N>` stands
/// for `<A, const N: usize>`.
macro_rules! with_avx2_fma {
    ($($name:ident $(<$($t:ident $(: $bound:ident)?),* $(; $n:ident)?>)? ($($arg:ident: $type:ty),*) $(-> $output:ty)? { $body:expr })*) => {
        impl Avx2Fma {$(
            #[inline]
            pub(super) fn $name $(<$($t $(: $bound)?,)* $(const $n: usize)?>)? (self, $($arg: $type),*) $(-> $output)? {
                #[target_feature(enable = "avx2,fma")]
                fn run $(<$($t $(: $bound)?,)* $(const $n: usize)?>)? ($($arg: $type),*) $(-> $output)? {
                    $body
                }
                // SAFETY: `self` proves that the processor has the features `run` is compiled for.
                unsafe { run $(::<$($t,)* $($n)?>)? ($($arg),*) }
            }
        )*}
    };
}

// What the compiler vectorises by itself.
with_avx2_fma! {
    axpy<T: Lane>(a: T, x: &[T], y: &mut [T]) { loops::axpy::<T, Fused>(a, x, y) }
    axpby<T: Lane>(a: T, x: &[T], b: T, y: &[T], out: &mut [T]) { loops::axpby(a, x, b, y, out) }
    hadamard<T: Lane>(x: &[T], y: &[T], out: &mut [T]) { loops::hadamard(x, y, out) }
    all_finite<T: Lane>(x: &[T]) -> bool { loops::all_finite(x) }
    map<F: Elementary, T: Lane>(x: &[T], y: &mut [T]) { loops::map::<F, T, Fused>(x, y) }
    map_with_partial<F: Elementary, T: Lane>(x: &[T], y: &mut [T], p: &mut [T]) {
        loops::map_with_partial::<F, T, Fused>(x, y, p)
    }
}

// A user's function, as far as it is inlined.
with_avx2_fma! {
    function<F: Function, S: Scalar>(f: &F, x: &[S]) -> S { f.call(x) }
    vector_function<F: VectorFunction, S: Scalar>(f: &F, x: &[S]) -> Vec<S> { f.call(x) }
}

// The products, where the order of summation has to be spelled out.
with_avx2_fma! {
    dot_f64(x: &[f64], y: &[f64]) -> f64 { double::dot(x, y) }
    dot_f32(x: &[f32], y: &[f32]) -> f32 { single::dot(x, y) }
    dot_of_f64<A>(x: &[A], y: &[A], number: impl Fn(&A) -> f64) -> f64 { double::dot_of(x, y, number) }
    dot_of_f32<A>(x: &[A], y: &[A], number: impl Fn(&A) -> f32) -> f32 { single::dot_of(x, y, number) }
    dot_along_f64<A; N>(
        x: &[A], y: &[A], number: impl Fn(&A) -> f64, tangent: impl Fn(&A) -> &[f64; N], moves: impl Fn(&[A]) -> bool,
        along: &mut [f64; N]
    ) -> Option<f64> {
        double::dot_along(x, y, number, tangent, moves, along)
    }
    dot_along_f32<A; N>(
        x: &[A], y: &[A], number: impl Fn(&A) -> f32, tangent: impl Fn(&A) -> &[f32; N], moves: impl Fn(&[A]) -> bool,
        along: &mut [f32; N]
    ) -> Option<f32> {
        single::dot_along(x, y, number, tangent, moves, along)
    }
    gemv_f64(a: &[f64], x: &[f64], y: &mut [f64]) { double::gemv(a, x, y) }
    gemv_f32(a: &[f32], x: &[f32], y: &mut [f32]) { single::gemv(a, x, y) }
    gemv_t_f64(a: &[f64], x: &[f64], y: &mut [f64]) { double::gemv_t(a, x, y) }
    gemv_t_f32(a: &[f32], x: &[f32], y: &mut [f32]) { single::gemv_t(a, x, y) }
    outer_products_f64(pairs: Pairs<'_, f64>, c: &mut [f64], accumulate: bool) {
        double::outer_products(pairs, c, accumulate)
    }
    outer_products_f32(pairs: Pairs<'_, f32>, c: &mut [f32], accumulate: bool) {
        single::outer_products(pairs, c, accumulate)
    }
}

/// Rows of a matrix handled together. Their accumulators keep both multiply-add units busy, and each part of
/// the vector is loaded once for all of them.
const ROWS: usize = 8;

/// Covers all rows by `$function::<R>`, which handles `R` of them from `$row` on: `$most` (up to 8) as long as there are so
/// many, and what is left by 4, 2 and 1. A macro, because no closure is generic in a number, and no method of a trait is
/// compiled for AVX2.
macro_rules! by_rows {
    ($most:expr, $row:ident in $rows:expr => $function:ident($($arg:expr),*)) => {
        let (mut $row, rows) = (0, $rows);
        while $row + $most <= rows {
            $function::<{ $most }>($($arg),*);
            $row += $most;
        }
        if $row + 4 <= rows {
            $function::<4>($($arg),*);
            $row += 4;
        }
        if $row + 2 <= rows {
            $function::<2>($($arg),*);
            $row += 2;
        }
        if $row < rows {
            $function::<1>($($arg),*);
        }
    };
}

/// The products, the same for both widths of lanes. What the invoking module defines beforehand: `Real`,
/// `Vector`, `LANES`, `first_lanes` and `totals`.
macro_rules! products {
    (
        zero: $zero:ident, splat: $splat:ident, fmadd: $fmadd:ident,
        load: $load:ident, store: $store:ident, maskload: $maskload:ident
    ) => {
        type Chunk = [Real; LANES];

        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn load(from: &Chunk) -> Vector {
            // SAFETY: the reference is to as many numbers as the vector has lanes.
            unsafe { $load(from.as_ptr()) }
        }

        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn store(v: Vector, to: &mut Chunk) {
            // SAFETY: the reference is to as many numbers as the vector has lanes.
            unsafe { $store(to.as_mut_ptr(), v) }
        }

        /// Loads a slice shorter than a vector; the other lanes are 0.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn load_short(from: &[Real]) -> Vector {
            // SAFETY: lane i is accessed only if i < from.len().
            unsafe { $maskload(from.as_ptr(), first_lanes(from.len())) }
        }

        /// Stores the first lanes into a slice shorter than a vector.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn store_short(v: Vector, to: &mut [Real]) {
            let mut lanes = [0.0; LANES];
            store(v, &mut lanes);
            to.copy_from_slice(&lanes[..to.len()]);
        }

        /// The first `R` rows of a matrix, each as whole vectors and a rest.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn first_rows<const R: usize>(a: &[Real], cols: usize) -> [(&[Chunk], &[Real]); R] {
            let mut rows: [(&[Chunk], &[Real]); R] = [(&[], &[]); R];
            for (r, row) in rows.iter_mut().enumerate() {
                *row = a[r * cols..][..cols].as_chunks();
            }
            rows
        }

        #[target_feature(enable = "avx2,fma")]
        pub(super) fn gemv(a: &[Real], x: &[Real], y: &mut [Real]) {
            let cols = x.len();
            by_rows!(ROWS, row in y.len() => gemv_rows(&a[row * cols..], x, &mut y[row..]));
        }

        /// [`gemv`] for the first `R` rows. The order of summation along a row does not depend on `R`.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn gemv_rows<const R: usize>(a: &[Real], x: &[Real], y: &mut [Real]) {
            let rows = first_rows::<R>(a, x.len());
            let (x, x_rest) = x.as_chunks::<LANES>();
            let mut sums = [$zero(); ROWS];
            for (i, x) in x.iter().enumerate() {
                let x = load(x);
                for (sum, row) in sums.iter_mut().zip(&rows) {
                    *sum = $fmadd(load(&row.0[i]), x, *sum);
                }
            }
            if !x_rest.is_empty() {
                let x = load_short(x_rest);
                for (sum, row) in sums.iter_mut().zip(&rows) {
                    *sum = $fmadd(load_short(row.1), x, *sum);
                }
            }
            for (y, total) in y[..R].iter_mut().zip(totals(sums)) {
                *y += total;
            }
        }

        #[target_feature(enable = "avx2,fma")]
        pub(super) fn gemv_t(a: &[Real], x: &[Real], y: &mut [Real]) {
            let cols = y.len();
            by_rows!(ROWS, row in x.len() => gemv_t_rows(&a[row * cols..], &x[row..], y));
        }

        /// [`gemv_t`] for the first `R` rows. Rounds as `R` times axpy would, but loads and stores `y` once.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn gemv_t_rows<const R: usize>(a: &[Real], x: &[Real], y: &mut [Real]) {
            let rows = first_rows::<R>(a, y.len());
            let mut factors = [$zero(); R];
            for (factor, &x) in factors.iter_mut().zip(&x[..R]) {
                *factor = $splat(x);
            }
            let (y, y_rest) = y.as_chunks_mut::<LANES>();
            for (i, y) in y.iter_mut().enumerate() {
                let mut sum = load(y);
                for (row, &factor) in rows.iter().zip(&factors) {
                    sum = $fmadd(load(&row.0[i]), factor, sum);
                }
                store(sum, y);
            }
            if !y_rest.is_empty() {
                let mut sum = load_short(y_rest);
                for (row, &factor) in rows.iter().zip(&factors) {
                    sum = $fmadd(load_short(row.1), factor, sum);
                }
                store_short(sum, y_rest);
            }
        }
    };
}

/// Registers of four `f64`.
mod double {
    use super::*;

    type Real = f64;
    type Vector = __m256d;
    const LANES: usize = 4;

    /// A mask is a vector of integers, negative in the lanes to load.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn first_lanes(count: usize) -> __m256i {
        let lane = _mm256_setr_epi64x(0, 1, 2, 3);
        _mm256_cmpgt_epi64(_mm256_set1_epi64x(count as i64), lane)
    }

    /// The sums over the lanes of each of eight vectors.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn totals(v: [Vector; ROWS]) -> [Real; ROWS] {
        let mut sums = [0.0; ROWS];
        let (quarters, _) = sums.as_chunks_mut::<LANES>();
        for (sums, v) in quarters.iter_mut().zip(v.as_chunks::<LANES>().0) {
            let pairs = (_mm256_hadd_pd(v[0], v[1]), _mm256_hadd_pd(v[2], v[3]));
            let low = _mm256_permute2f128_pd::<0x20>(pairs.0, pairs.1);
            let high = _mm256_permute2f128_pd::<0x31>(pairs.0, pairs.1);
            store(_mm256_add_pd(low, high), sums);
        }
        sums
    }

    products! {
        zero: _mm256_setzero_pd, splat: _mm256_set1_pd, fmadd: _mm256_fmadd_pd,
        load: _mm256_loadu_pd, store: _mm256_storeu_pd, maskload: _mm256_maskload_pd
    }
    dot_products! {
        zero: _mm256_setzero_pd, splat: _mm256_set1_pd, fmadd: _mm256_fmadd_pd, add: _mm256_add_pd, mul: _mm256_mul_pd
    }
    outer_products! { zero: _mm256_setzero_pd, splat: _mm256_set1_pd, fmadd: _mm256_fmadd_pd }
}

/// Registers of eight `f32`.
mod single {
    use super::*;

    type Real = f32;
    type Vector = __m256;
    const LANES: usize = 8;

    /// A mask is a vector of integers, negative in the lanes to load.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn first_lanes(count: usize) -> __m256i {
        let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        _mm256_cmpgt_epi32(_mm256_set1_epi32(count as i32), lane)
    }

    /// The sums over the lanes of each of eight vectors.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn totals(v: [Vector; ROWS]) -> [Real; ROWS] {
        let quads =
            |i: usize| _mm256_hadd_ps(_mm256_hadd_ps(v[i], v[i + 1]), _mm256_hadd_ps(v[i + 2], v[i + 3]));
        let (first, last) = (quads(0), quads(4));
        let low = _mm256_permute2f128_ps::<0x20>(first, last);
        let high = _mm256_permute2f128_ps::<0x31>(first, last);
        let mut sums = [0.0; ROWS];
        store(_mm256_add_ps(low, high), &mut sums);
        sums
    }

    products! {
        zero: _mm256_setzero_ps, splat: _mm256_set1_ps, fmadd: _mm256_fmadd_ps,
        load: _mm256_loadu_ps, store: _mm256_storeu_ps, maskload: _mm256_maskload_ps
    }
    dot_products! {
        zero: _mm256_setzero_ps, splat: _mm256_set1_ps, fmadd: _mm256_fmadd_ps, add: _mm256_add_ps, mul: _mm256_mul_ps
    }
    outer_products! { zero: _mm256_setzero_ps, splat: _mm256_set1_ps, fmadd: _mm256_fmadd_ps }
}
