//! The factors of a sum of outer products.

/// Pairs `(u_k, x_k)` in which all `u_k` are equally long, and all `x_k` are: nothing else can make one than a look at all of
/// them, so whoever has one may rely on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairs<'a, T> {
    all: &'a [(&'a [T], &'a [T])],
    rows: usize,
    cols: usize,
}

impl<'a, T> Pairs<'a, T> {
    /// `None` if there are none.
    ///
    /// # Panics
    ///
    /// If their lengths differ.
    #[track_caller]
    pub(super) fn new(all: &'a [(&'a [T], &'a [T])]) -> Option<Self> {
        let (u, x) = all.first()?;
        let (rows, cols) = (u.len(), x.len());
        // All are looked at before any is refused, which takes half the instructions of a look at each.
        if all.iter().fold(0, |differ, (u, x)| differ | (u.len() ^ rows) | (x.len() ^ cols)) != 0 {
            refuse(all, (rows, cols));
        }
        Some(Self { all, rows, cols })
    }

    /// The pairs themselves.
    #[inline(always)]
    pub(super) fn as_slice(&self) -> &'a [(&'a [T], &'a [T])] {
        self.all
    }

    /// The length of each `u_k`.
    #[inline(always)]
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The length of each `x_k`.
    #[inline(always)]
    pub(super) fn cols(&self) -> usize {
        self.cols
    }

    /// The same, `count` at a time, as the kernels for AVX2 take them.
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    pub(super) fn chunks(self, count: usize) -> impl Iterator<Item = Self> {
        self.all.chunks(count).map(move |all| Self { all, ..self })
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse<T>(all: &[(&[T], &[T])], first: (usize, usize)) -> ! {
    let found = all.iter().map(|(u, x)| (u.len(), x.len())).find(|&found| found != first);
    let found = found.unwrap_or(first);
    panic!("outer_products: a pair of lengths {first:?}, and one of {found:?}")
}
