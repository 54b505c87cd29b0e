//! Sums of outer products, `C = sum_k u_k x_k^T`, with the `u_k` and `x_k` wherever they are.
//!
//! A matrix product would want them side by side, and so a copy of each; for small `C` the copies, and the
//! packing that it does itself, cost more than the arithmetic. For larger `C` the `x_k` are copied here, a block of columns
//! at a time: where they are, they lie too far apart to be fetched ahead, and may fall on the same places of the first
//! cache (256 x 256, 112 pairs: a fifth slower).
//!
//! # Why this is sound
//!
//! The inner loop takes parts of `u_k` and `x_k` without a look at their lengths: it has three instructions for
//! each load, and with checks it took a tenth to a fifth longer. The parts are inside: all vectors of
//! [`Pairs`](super::Pairs) are as long as that says, and each tile asserts, once, that it lies within those lengths.

/// Rows handled together: with two vectors each, twelve accumulators.
pub(super) const ROWS: usize = 6;

/// From so many rows on, each of which reads the `x_k` again, a copy of these pays.
pub(super) const MANY_ROWS: usize = 48;

/// So many parts of two vectors are copied at once: 64 KiB, which stay in the second cache and come from there in order.
pub(super) const COPIED: usize = 1024;

/// So many pairs are added at once, so that a block of columns is not too narrow.
pub(super) const DEPTH: usize = 128;

/// What the invoking module defines beforehand: `Real`, `Vector`, `LANES` and the loads and stores.
macro_rules! outer_products {
    (zero: $zero:ident, splat: $splat:ident, fmadd: $fmadd:ident) => {
        /// Pairs, and the columns from `start` to `end`.
        struct Block<'a> {
            pairs: Pairs<'a, Real>,
            start: usize,
            end: usize,
            /// For each tile of these columns its parts of all `x`; empty if they are read where they are.
            copied: &'a [[Vector; 2]],
        }

        /// # Panics
        ///
        /// If `c` has too few elements.
        #[target_feature(enable = "avx2,fma")]
        pub(super) fn outer_products(pairs: Pairs<'_, Real>, c: &mut [Real], accumulate: bool) {
            let block = Block { pairs, start: 0, end: pairs.cols(), copied: &[] };
            if pairs.rows() < outer::MANY_ROWS {
                add_block(&block, c, accumulate);
            } else {
                add_copied(&block, c, accumulate);
            }
        }

        /// Adds a block of all columns by blocks of copied ones.
        #[inline(never)] // so that the memory for them is no part of the frame where there are none
        #[target_feature(enable = "avx2,fma")]
        fn add_copied(all: &Block<'_>, c: &mut [Real], accumulate: bool) {
            let mut copied = Copied::new();
            for (pass, pairs) in all.pairs.chunks(outer::DEPTH).enumerate() {
                let tiles = copied.inline_size() / pairs.as_slice().len() - 1; // the last columns may be one tile more
                for start in (0..all.end).step_by(tiles * 2 * LANES) {
                    let end = all.end.min(start + tiles * 2 * LANES);
                    copy_columns(pairs.as_slice(), (start, end), &mut copied);
                    let block = Block { pairs, start, end, copied: &copied };
                    add_block(&block, c, accumulate || pass > 0);
                }
            }
        }

        type Copied = SmallVec<[[Vector; 2]; outer::COPIED]>;

        /// Copies the columns from `start` to `end` of all `x`, tile by tile as [`add_rows`] takes them.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn copy_columns(pairs: &[(&[Real], &[Real])], (start, end): (usize, usize), to: &mut Copied) {
            to.clear();
            let mut col = start;
            while col + 2 * LANES <= end {
                copy_tile::<2>(pairs, col..col + 2 * LANES, to);
                col += 2 * LANES;
            }
            if col + LANES <= end {
                copy_tile::<1>(pairs, col..col + LANES, to);
                col += LANES;
            }
            if col < end {
                copy_tile::<0>(pairs, col..end, to);
            }
        }

        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn copy_tile<const V: usize>(pairs: &[(&[Real], &[Real])], cols: Range<usize>, to: &mut Copied) {
            for (_, x) in pairs {
                to.push(load_vectors::<V>(&x[cols.clone()]));
            }
        }

        /// All rows of a block.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn add_block(block: &Block<'_>, c: &mut [Real], accumulate: bool) {
            by_rows!(outer::ROWS, row in block.pairs.rows() => add_rows(block, row, c, accumulate));
        }

        /// `R` rows of a block, from `row` on.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn add_rows<const R: usize>(block: &Block<'_>, row: usize, c: &mut [Real], accumulate: bool) {
            let mut copied = block.copied.chunks_exact(block.pairs.as_slice().len());
            let mut col = block.start;
            while col + 2 * LANES <= block.end {
                add_tile::<R, 2>(block, copied.next(), (row, col), c, accumulate);
                col += 2 * LANES;
            }
            if col + LANES <= block.end {
                add_tile::<R, 1>(block, copied.next(), (row, col), c, accumulate);
                col += LANES;
            }
            if col < block.end {
                add_tile::<R, 0>(block, copied.next(), (row, col), c, accumulate);
            }
        }

        /// `R` rows and `V` vectors of columns (with `V` 0 the columns after the last whole vector), held in
        /// registers while all pairs are added. The order of summation of an element depends neither on `R` and
        /// `V` nor on its place.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn add_tile<const R: usize, const V: usize>(
            &Block { pairs, .. }: &Block<'_>,
            copied: Option<&[[Vector; 2]]>,
            (row, col): (usize, usize),
            c: &mut [Real],
            accumulate: bool,
        ) {
            let (pairs, rows, cols) = (pairs.as_slice(), pairs.rows(), pairs.cols());
            let end = if V == 0 { cols } else { col + V * LANES };
            assert!(row + R <= rows && col <= end && end <= cols, "a tile inside the matrix");
            let mut sums = [[$zero(); 2]; R];
            if accumulate {
                for (r, sums) in sums.iter_mut().enumerate() {
                    *sums = load_vectors::<V>(&c[(row + r) * cols..][col..end]);
                }
            }
            if let Some(copied) = copied {
                for ((u, _), &x) in pairs.iter().zip(copied) {
                    // SAFETY: each `u` has `rows` numbers, and the tile lies within these.
                    let u = unsafe { u.get_unchecked(row..row + R) };
                    add_pair::<R, V>(u, x, &mut sums);
                }
            } else {
                for (u, x) in pairs {
                    // SAFETY: `u` has `rows` numbers and `x` has `cols`, and the tile lies within these.
                    let (u, x) = unsafe { (u.get_unchecked(row..row + R), x.get_unchecked(col..end)) };
                    add_pair::<R, V>(u, load_vectors::<V>(x), &mut sums);
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

        /// Adds `u x^T` to a tile.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        fn add_pair<const R: usize, const V: usize>(u: &[Real], x: [Vector; 2], sums: &mut [[Vector; 2]; R]) {
            for (sums, &u) in sums.iter_mut().zip(u) {
                let u = $splat(u);
                for (sum, x) in sums.iter_mut().zip(x).take(if V == 2 { 2 } else { 1 }) {
                    *sum = $fmadd(u, x, *sum);
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
