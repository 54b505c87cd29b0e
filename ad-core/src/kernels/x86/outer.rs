//! Sums of outer products, `C = sum_k u_k x_k^T`, with the `u_k` and `x_k` wherever they are.
//!
//! A matrix product would want them side by side, and so a copy of each; for small `C` the copies, and the
//! packing that it does itself, cost more than the arithmetic.
//!
//! # Why this is sound
//!
//! The inner loop takes parts of `u_k` and `x_k` without a look at their lengths: it has three instructions for
//! each load, and with checks it took a quarter longer (`C` of 256 x 256, 64 pairs). The parts are inside: a
//! `Pairs` can be made only of vectors that all have the lengths of the first, and each tile asserts, once, that it
//! lies within those.

/// Rows handled together: with two vectors each, twelve accumulators.
pub(super) const ROWS: usize = 6;

/// So many bytes of the `x_k` go through all rows together: they stay in the first cache.
pub(super) const NEAR: usize = 24 << 10;

/// What the invoking module defines beforehand: `Real`, `Vector`, `LANES` and the loads and stores.
macro_rules! outer_products {
    (zero: $zero:ident, splat: $splat:ident, fmadd: $fmadd:ident) => {
        /// Pairs `(u, x)` in which all `u` have `rows` numbers and all `x` have `cols`.
        struct Pairs<'a> {
            pairs: &'a [(&'a [Real], &'a [Real])],
            rows: usize,
            cols: usize,
        }

        /// # Panics
        ///
        /// If the `u` or the `x` differ in length, or `c` has too few elements.
        #[target_feature(enable = "avx2,fma")]
        pub(super) fn outer_products(pairs: &[(&[Real], &[Real])], c: &mut [Real], accumulate: bool) {
            let Some((u, x)) = pairs.first() else { return };
            let (rows, cols) = (u.len(), x.len());
            assert!(pairs.iter().all(|(u, x)| (u.len(), x.len()) == (rows, cols)), "pairs of equal lengths");
            let pairs = Pairs { pairs, rows, cols };
            let tile = 2 * LANES;
            let block = tile * (outer::NEAR / (pairs.pairs.len() * tile * size_of::<Real>())).max(1);
            for start in (0..cols).step_by(block) {
                let end = cols.min(start + block);
                let mut row = 0;
                while row + outer::ROWS <= rows {
                    outer_rows::<{ outer::ROWS }>(&pairs, row, (start, end), c, accumulate);
                    row += outer::ROWS;
                }
                if row + 4 <= rows {
                    outer_rows::<4>(&pairs, row, (start, end), c, accumulate);
                    row += 4;
                }
                if row + 2 <= rows {
                    outer_rows::<2>(&pairs, row, (start, end), c, accumulate);
                    row += 2;
                }
                if row < rows {
                    outer_rows::<1>(&pairs, row, (start, end), c, accumulate);
                }
            }
        }

        /// `R` rows from `row` on, and the columns from `start` to `end`.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn outer_rows<const R: usize>(
            pairs: &Pairs<'_>,
            row: usize,
            (start, end): (usize, usize),
            c: &mut [Real],
            accumulate: bool,
        ) {
            let mut col = start;
            while col + 2 * LANES <= end {
                outer_tile::<R, 2>(pairs, (row, col), c, accumulate);
                col += 2 * LANES;
            }
            if col + LANES <= end {
                outer_tile::<R, 1>(pairs, (row, col), c, accumulate);
                col += LANES;
            }
            if col < end {
                outer_tile::<R, 0>(pairs, (row, col), c, accumulate);
            }
        }

        /// `R` rows and `V` vectors of columns (with `V` 0 the columns after the last whole vector), held in
        /// registers while all pairs are added. The order of summation of an element depends neither on `R` and
        /// `V` nor on its place.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn outer_tile<const R: usize, const V: usize>(
            &Pairs { pairs, rows, cols }: &Pairs<'_>,
            (row, col): (usize, usize),
            c: &mut [Real],
            accumulate: bool,
        ) {
            let end = if V == 0 { cols } else { col + V * LANES };
            assert!(row + R <= rows && col <= end && end <= cols, "a tile inside the matrix");
            let mut sums = [[$zero(); 2]; R];
            if accumulate {
                for (r, sums) in sums.iter_mut().enumerate() {
                    *sums = load_vectors::<V>(&c[(row + r) * cols..][col..end]);
                }
            }
            for (u, x) in pairs {
                // SAFETY: `u` has `rows` numbers and `x` has `cols`, and the tile lies within these.
                let (u, x) = unsafe { (u.get_unchecked(row..row + R), x.get_unchecked(col..end)) };
                let x = load_vectors::<V>(x);
                for (sums, &u) in sums.iter_mut().zip(u) {
                    let u = $splat(u);
                    for (sum, x) in sums.iter_mut().zip(x).take(if V == 2 { 2 } else { 1 }) {
                        *sum = $fmadd(u, x, *sum);
                    }
                }
            }
            for (r, sums) in sums.into_iter().enumerate() {
                let c = &mut c[(row + r) * cols..][col..end];
                if V == 0 {
                    store_short(sums[0], c);
                } else {
                    let (c, _) = c[..V * LANES].as_chunks_mut();
                    for (c, sum) in c.iter_mut().zip(sums) {
                        store(sum, c);
                    }
                }
            }
        }

        /// The first `V` vectors; with `V` 0 all that there is, less than a vector.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn load_vectors<const V: usize>(from: &[Real]) -> [Vector; 2] {
            let mut vectors = [$zero(); 2];
            if V == 0 {
                vectors[0] = load_short(from);
            } else {
                let (from, _) = from[..V * LANES].as_chunks();
                for (vector, from) in vectors.iter_mut().zip(from) {
                    *vector = load(from);
                }
            }
            vectors
        }
    };
}
pub(super) use outer_products;
