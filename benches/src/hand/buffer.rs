//! Memory for what is written by hand.

use std::ops::{Deref, DerefMut, Range};

/// The bytes of a line of the cache.
const LINE: usize = 64;

/// Numbers that begin where a line of the cache does.
///
/// Those of a `Vec` begin at any multiple of 16 bytes, so that half of the vectors in them may lie on two lines: BPTT with 128
/// units then takes 1.03 times as long, and a batch of 32 sequences with 32 units 1.06 times.
#[derive(Debug)]
pub struct Buffer {
    memory: Vec<f64>,
    numbers: Range<usize>,
}

impl Buffer {
    /// So many zeros.
    pub(super) fn zeros(len: usize) -> Self {
        let memory = vec![0.0; len + LINE / size_of::<f64>()];
        let start = memory.as_ptr().align_offset(LINE);
        Self { memory, numbers: start..start + len }
    }
}

impl Deref for Buffer {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.memory[self.numbers.clone()]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.memory[self.numbers.clone()]
    }
}
