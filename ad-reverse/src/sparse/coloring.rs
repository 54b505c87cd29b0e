//! Which columns of a sparse matrix can be computed together.
//!
//! Greedy algorithms, in the order of the columns (A. Gebremedhin, F. Manne and A. Pothen, What color is your
//! Jacobian?, SIAM Review 47, 629-705, 2005).

use super::matrix::Sparsity;

/// A color for each column, from 0.
#[derive(Clone, Debug)]
pub(super) struct Coloring {
    pub(super) of: Vec<usize>,
    pub(super) count: usize,
}

const NONE: usize = usize::MAX;

/// Colors one after the other; `forbid` calls what it gets for each color that a column must not have.
fn greedy(columns: usize, mut forbid: impl FnMut(usize, &[usize], &mut dyn FnMut(usize))) -> Coloring {
    let mut of = vec![NONE; columns];
    let (mut count, mut forbidden_for) = (0, Vec::new());
    for column in 0..columns {
        // A color is forbidden for the column that is noted with it, so that there is nothing to clear.
        forbid(column, &of, &mut |color| forbidden_for[color] = column);
        let free = forbidden_for.iter().position(|&forbidden| forbidden != column).unwrap_or(count);
        if free == count {
            forbidden_for.push(NONE);
            count += 1;
        }
        of[column] = free;
    }
    Coloring { of, count }
}

/// No two columns of a color have an entry in the same row (a distance-2 coloring of the bipartite graph).
pub(super) fn of_columns(pattern: &Sparsity) -> Coloring {
    let transposed = pattern.transposed();
    greedy(pattern.cols(), |column, of, forbid| {
        for &row in transposed.row(column) {
            pattern
                .row(row)
                .iter()
                .map(|&other| of[other])
                .filter(|&color| color != NONE)
                .for_each(&mut *forbid);
        }
    })
}

/// A star coloring of a symmetric pattern: no two neighbours have the same color, and every path of four
/// has at least three. So each entry of the matrix is alone with its color in its row, or its mirror image is.
pub(super) fn star(pattern: &Sparsity) -> Coloring {
    let neighbours = |v: usize| pattern.row(v).iter().copied().filter(move |&w| w != v);
    greedy(pattern.cols(), |v, of, forbid| {
        for w in neighbours(v) {
            if of[w] != NONE {
                forbid(of[w]);
            }
            for x in neighbours(w).filter(|&x| x != v && of[x] != NONE) {
                if of[w] == NONE || neighbours(x).any(|y| y != w && of[y] == of[w]) {
                    forbid(of[x]);
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banded(n: usize, width: usize) -> Sparsity {
        Sparsity::from_rows(
            n,
            (0..n).map(|i| (i.saturating_sub(width)..n.min(i + width + 1)).collect::<Vec<_>>()),
        )
    }

    fn arrow(n: usize) -> Sparsity {
        Sparsity::from_rows(n, (0..n).map(|i| if i == 0 { (0..n).collect() } else { vec![0, i] }))
    }

    #[test]
    fn few_colors_are_enough_where_few_are() {
        assert_eq!(of_columns(&banded(50, 1)).count, 3);
        assert_eq!(of_columns(&banded(50, 2)).count, 5);
        assert_eq!(star(&banded(50, 1)).count, 3);
        assert_eq!(of_columns(&arrow(20)).count, 20, "the first row holds all columns apart");
        assert_eq!(star(&arrow(20)).count, 2, "symmetry does not");
        assert_eq!(of_columns(&Sparsity::from_rows(3, [[]; 2] as [[usize; 0]; 2])).count, 1);
    }
}
