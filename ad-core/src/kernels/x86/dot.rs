//! Dot products, also of numbers that have tangents.

/// Partial sums of a dot product: a single one would wait for its last addition at every step.
pub(super) const SUMS: usize = 4;

/// What the invoking module defines beforehand: `Real`, `Vector`, `LANES`, the loads and stores, and `totals`.
macro_rules! dot_products {
    (zero: $zero:ident, splat: $splat:ident, fmadd: $fmadd:ident, add: $add:ident, mul: $mul:ident) => {
        #[target_feature(enable = "avx2,fma")]
        pub(super) fn dot(x: &[Real], y: &[Real]) -> Real {
            let (x, x_rest) = x.as_chunks::<LANES>();
            let (y, y_rest) = y.as_chunks::<LANES>();
            let (x_blocks, x) = x.as_chunks::<{ dot::SUMS }>();
            let (y_blocks, y) = y.as_chunks::<{ dot::SUMS }>();
            let mut sums = [$zero(); dot::SUMS];
            for (x, y) in x_blocks.iter().zip(y_blocks) {
                for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
                    *sum = $fmadd(load(x), load(y), *sum);
                }
            }
            for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
                *sum = $fmadd(load(x), load(y), *sum);
            }
            if !x_rest.is_empty() {
                sums[dot::SUMS - 1] = $fmadd(load_short(x_rest), load_short(y_rest), sums[dot::SUMS - 1]);
            }
            total(sums)
        }

        /// [`dot()`] of the numbers in other elements, rounded as that is.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        pub(super) fn dot_of<A>(x: &[A], y: &[A], number: impl Fn(&A) -> Real) -> Real {
            dot_with_tangent::<A, 0>(x, y, number, |_| &[], |_| false).0
        }

        /// [`dot_of`], and its tangent, which is written to `along`; `None` if that is not finite.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        pub(super) fn dot_along<A, const N: usize>(
            x: &[A],
            y: &[A],
            number: impl Fn(&A) -> Real,
            tangent: impl Fn(&A) -> &[Real; N],
            moves: impl Fn(&[A]) -> bool,
            along: &mut [Real; N],
        ) -> Option<Real> {
            let primal;
            (primal, *along) = dot_with_tangent(x, y, number, tangent, moves);
            along.iter().fold(true, |finite, t| finite & t.is_finite()).then_some(primal)
        }

        /// [`dot_of`], and its tangent, in one pass.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn dot_with_tangent<A, const N: usize>(
            x: &[A],
            y: &[A],
            number: impl Fn(&A) -> Real,
            tangent: impl Fn(&A) -> &[Real; N],
            moves: impl Fn(&[A]) -> bool,
        ) -> (Real, [Real; N]) {
            let (x, x_rest) = x.as_chunks::<LANES>();
            let (y, y_rest) = y.as_chunks::<LANES>();
            let (mut sums, mut along) = ([$zero(); dot::SUMS], [0.0; N]);
            for (i, (x, y)) in x.iter().zip(y).enumerate() {
                let whole = |x: &[A; LANES]| load(&core::array::from_fn(|lane| number(&x[lane])));
                sums[i % dot::SUMS] = $fmadd(whole(x), whole(y), sums[i % dot::SUMS]);
                let (of_x, of_y) = (moves(x), moves(y));
                for (x, y) in x.iter().zip(y) {
                    if of_x && of_y {
                        along = plus_both(along, (number(y), tangent(x)), (number(x), tangent(y)));
                    } else if of_x {
                        along = plus(along, number(y), tangent(x));
                    } else if of_y {
                        along = plus(along, number(x), tangent(y));
                    }
                }
            }
            if !x_rest.is_empty() {
                let short = |x: &[A]| load(&core::array::from_fn(|lane| x.get(lane).map_or(0.0, &number)));
                sums[dot::SUMS - 1] = $fmadd(short(x_rest), short(y_rest), sums[dot::SUMS - 1]);
                if moves(x_rest) | moves(y_rest) {
                    for (x, y) in x_rest.iter().zip(y_rest) {
                        along = plus_both(along, (number(y), tangent(x)), (number(x), tangent(y)));
                    }
                }
            }
            (total(sums), along)
        }

        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn total(sums: [Vector; dot::SUMS]) -> Real {
            let [a, b, c, d] = sums;
            let mut rows = [$zero(); ROWS];
            rows[0] = $add($add(a, b), $add(c, d));
            totals(rows)[0]
        }

        /// `sum + p dx` in each direction. Not fused, so that it rounds as [`plus_both`] does where `dy` is 0: no bit depends on
        /// whether a neighbour moves.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn plus<const N: usize>(mut sum: [Real; N], p: Real, dx: &[Real; N]) -> [Real; N] {
            let ((sums, rest), (dx, dx_rest)) = (sum.as_chunks_mut::<LANES>(), dx.as_chunks::<LANES>());
            for (sum, dx) in sums.iter_mut().zip(dx) {
                store($add(load(sum), $mul($splat(p), load(dx))), sum);
            }
            for (sum, dx) in rest.iter_mut().zip(dx_rest) {
                *sum += p * dx;
            }
            sum
        }

        /// `sum + (p dx + q dy)` in each direction: so the sum waits for one operation, and not for two.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn plus_both<const N: usize>(
            mut sum: [Real; N],
            (p, dx): (Real, &[Real; N]),
            (q, dy): (Real, &[Real; N]),
        ) -> [Real; N] {
            let (sums, rest) = sum.as_chunks_mut::<LANES>();
            let ((dx, dx_rest), (dy, dy_rest)) = (dx.as_chunks::<LANES>(), dy.as_chunks::<LANES>());
            for ((sum, dx), dy) in sums.iter_mut().zip(dx).zip(dy) {
                let both = $fmadd($splat(p), load(dx), $mul($splat(q), load(dy)));
                store($add(load(sum), both), sum);
            }
            for ((sum, dx), dy) in rest.iter_mut().zip(dx_rest).zip(dy_rest) {
                *sum += p.fused_mul_add(*dx, q * dy);
            }
            sum
        }
    };
}
pub(super) use dot_products;
