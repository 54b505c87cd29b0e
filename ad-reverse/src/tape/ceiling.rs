//! How large a recording may grow.

use std::fmt;

/// How large a recording is, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingSize {
    /// The memory of its records, of the adjoints of scalars, and of the arrays that it keeps for the sweep: those of inputs
    /// are their owner's, and do not count. A constant counts in each record that keeps it, also if it is shared; past a
    /// ceiling so does every array.
    pub bytes: usize,
    /// The number of operations, inputs included.
    pub operations: u64,
}

impl RecordingSize {
    /// As large as memory and indices allow.
    pub const UNLIMITED: Self = Self { bytes: usize::MAX, operations: u64::MAX };

    /// A ceiling for the memory alone.
    #[must_use]
    pub const fn of_bytes(bytes: usize) -> Self {
        Self { bytes, ..Self::UNLIMITED }
    }

    pub(crate) const fn exceeds(self, ceiling: Self) -> bool {
        self.bytes > ceiling.bytes || self.operations > ceiling.operations
    }
}

/// Why there is no derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordingError {
    /// The recording would have been larger than it may be.
    Ceiling {
        /// What was allowed.
        ceiling: RecordingSize,
        /// What the whole recording would have needed.
        needed: RecordingSize,
    },
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ceiling { ceiling, needed } = self;
        write!(f, "the recording needs {} bytes for {} operations, ", needed.bytes, needed.operations)?;
        if needed.bytes > ceiling.bytes {
            write!(f, "and {} bytes are allowed", ceiling.bytes)
        } else {
            write!(f, "and {} operations are allowed", ceiling.operations)
        }
    }
}

impl std::error::Error for RecordingError {}
