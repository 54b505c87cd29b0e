//! The shape of an array, in 64 bits.

use core::fmt;

/// The extents along one axis or two.
///
/// With it an array is a pair of scalars, a pointer and this, which the compiler passes in registers. A structure of three words is
/// passed through memory: it is written there word by word and copied two words at a time, and such a load has to wait
/// until both are in the cache. In a network of 32 units that took a twentieth of the time of a gradient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape<const RANK: usize>(u64);

/// The bits that say how many of the others are those of the first extent, where there are two.
const SPLIT: u32 = u64::BITS.ilog2();

impl<const RANK: usize> Shape<RANK> {
    /// # Panics
    ///
    /// If the extents have too many bits.
    #[inline(always)]
    #[track_caller]
    pub(super) fn of(shape: [usize; RANK]) -> Self {
        const { assert!(RANK == 1 || RANK == 2, "a vector or a matrix") };
        if RANK == 1 {
            return Self(shape[0] as u64);
        }
        if !fits(shape) {
            too_large(shape);
        }
        let (rows, cols, split) = (shape[0] as u64, shape[1] as u64, bits(shape[0]));
        Self((cols << split | rows) << SPLIT | u64::from(split))
    }

    #[inline(always)]
    pub(super) fn get(self) -> [usize; RANK] {
        let (extents, split) = (self.0 >> SPLIT, self.0 as u32 % u64::BITS);
        core::array::from_fn(|axis| match (RANK, axis) {
            (1, _) => self.0 as usize,
            (_, 0) => (extents & !(u64::MAX << split)) as usize,
            _ => (extents >> split) as usize,
        })
    }
}

#[inline(always)]
fn bits(extent: usize) -> u32 {
    usize::BITS - extent.leading_zeros()
}

/// Whether there is room for the extents: there is, for those of a matrix of up to `2^56` entries.
#[inline(always)]
fn fits<const RANK: usize>(shape: [usize; RANK]) -> bool {
    RANK == 1 || shape.iter().fold(0, |sum, &extent| sum + bits(extent)) <= u64::BITS - SPLIT
}

/// How many entries an array of this shape has; `None` if it is too large.
#[inline]
pub(crate) fn checked_entries<const RANK: usize>(shape: [usize; RANK]) -> Option<usize> {
    let entries = shape.iter().try_fold(1_usize, |entries, &extent| entries.checked_mul(extent));
    entries.filter(|_| fits(shape))
}

/// [`checked_entries`], or a panic.
#[inline]
#[track_caller]
pub(super) fn entries<const RANK: usize>(shape: [usize; RANK]) -> usize {
    let Some(entries) = checked_entries(shape) else { too_large(shape) };
    entries
}

#[cold]
#[inline(never)]
#[track_caller]
fn too_large<const RANK: usize>(shape: [usize; RANK]) -> ! {
    panic!("shape {shape:?} has more entries than can be counted")
}

impl<const RANK: usize> fmt::Debug for Shape<RANK> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_are_what_they_were() {
        for n in [0, 1, 7, u32::MAX as usize, usize::MAX] {
            assert_eq!(Shape::of([n]).get(), [n]);
        }
        let most = u32::MAX as usize;
        for n in [0, 1, 2, 3, 5, 64, 1000, most / 64, most] {
            for shape in [[0, n], [n, 0], [1, n], [n, 1], [n, 3], [50, n]] {
                assert_eq!(Shape::of(shape).get(), shape);
            }
        }
        assert_ne!(Shape::of([3, 5]), Shape::of([5, 3]));
        assert_ne!(Shape::of([0, 1]), Shape::of([1, 0]));
    }

    #[test]
    #[cfg(target_pointer_width = "64")] // where extents may have more bits than there is room for
    fn shapes_of_too_many_entries_are_refused() {
        use crate::{Matrix, Vector};
        for shape in [[1 << 33, 1 << 22], [0, 1 << 57], [1 << 57, 0]] {
            assert_eq!(Shape::of(shape).get(), shape, "this one fits");
        }
        for shape in [[1 << 58, 0], [0, 1 << 58], [usize::MAX, 2], [1 << 31, 1 << 33]] {
            assert_eq!(checked_entries(shape), None);
            assert!(Matrix::<f64>::try_new(shape, vec![]).is_err());
            let caught = std::panic::catch_unwind(|| Matrix::filled(shape, 0.0)).unwrap_err();
            let message = caught.downcast_ref::<String>().unwrap();
            assert!(message.contains("more entries than can be counted"), "{message}");
        }
        assert!(std::panic::catch_unwind(|| Vector::filled([0], 0.0).reshape([1 << 58, 0])).is_err());
    }
}
