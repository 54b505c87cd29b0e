//! Tapes of finished recordings, which wait with their memory for the next ones.

use crate::tape::Tape;
use ad_core::Scalar;
use std::collections::VecDeque;

/// So many tapes are kept however long they are: nested recordings, or several pullbacks that a program makes again and
/// again, would take the system's memory each time.
const ALWAYS: usize = 4;
/// How many bytes of others a thread keeps for each scalar.
const POOL_BYTES: usize = 64 << 20;

/// Tapes without an owner, the last used behind.
#[derive(Debug)]
pub(crate) struct Pool<T: Scalar> {
    tapes: VecDeque<Box<Tape<T>>>,
    /// The memory of all but the last [`ALWAYS`]: most programs have no others, and need not count.
    bytes: usize,
}

impl<T: Scalar> Pool<T> {
    pub(crate) const fn new() -> Self {
        Self { tapes: VecDeque::new(), bytes: 0 }
    }

    /// The tape that was used last.
    pub(crate) fn take(&mut self) -> Option<Box<Tape<T>>> {
        let tape = self.tapes.pop_back();
        self.bytes -= self.next_to_count();
        tape
    }

    /// Keeps an empty tape, and frees those that have not been used for longest if they are too many now.
    pub(crate) fn keep(&mut self, tape: Box<Tape<T>>) {
        self.bytes += self.next_to_count();
        self.tapes.push_back(tape);
        while self.bytes > POOL_BYTES {
            self.bytes -= self.tapes.pop_front().map_or(0, |tape| tape.held());
        }
    }

    /// The memory of the tape that counts as soon as there is one more behind it.
    fn next_to_count(&self) -> usize {
        self.tapes.len().checked_sub(ALWAYS).map_or(0, |place| self.tapes[place].held())
    }
}

/// The memory of a list, whether in use or not.
pub(crate) fn held<A>(list: &Vec<A>) -> usize {
    list.capacity() * size_of::<A>()
}
