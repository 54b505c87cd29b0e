//! A recording while it is open, and when it is finished.

use crate::tape::Tape;
use crate::tape::ceiling::{RecordingError, RecordingSize};
use crate::tape::local::{Hot, cold, cold_if_any, hot};
use crate::tape::stream::{Cursor, MAX_NODES};
use ad_core::Scalar;
use std::marker::PhantomData;

/// A finished recording, with the tape it was made on; the tape goes back to the pool.
#[derive(Debug)]
pub(crate) struct Recorded<T: Scalar>(Option<Box<Tape<T>>>);

impl<T: Scalar> std::ops::Deref for Recorded<T> {
    type Target = Tape<T>;
    fn deref(&self) -> &Tape<T> {
        self.0.as_ref().expect("taken only when dropped")
    }
}

impl<T: Scalar> std::ops::DerefMut for Recorded<T> {
    fn deref_mut(&mut self) -> &mut Tape<T> {
        self.0.as_mut().expect("taken only when dropped")
    }
}

impl<T: Scalar> Drop for Recorded<T> {
    fn drop(&mut self) {
        if let Some(tape) = self.0.take() {
            recycle(tape);
        }
    }
}

/// Keeps the tape for another recording, or frees it if the thread is ending: whoever had it may be a thread-local
/// that goes after the pool.
fn recycle<T: Scalar>(mut tape: Box<Tape<T>>) {
    tape.clear();
    cold_if_any(|cold| cold.pool.keep(tape));
}

/// An open recording. While it lives, operations on this thread's variables over `T` are recorded in
/// it; an outer recording over the same `T` waits, and goes on when this one ends, also by a panic.
#[derive(Debug)]
pub(crate) struct Recording<T: Scalar> {
    outer: Hot<T>,
    outer_tape: Option<Box<Tape<T>>>,
    closed: bool,
    /// A recording belongs to its thread.
    not_send: PhantomData<*const ()>,
}

impl<T: Scalar> Recording<T> {
    pub(crate) fn open(ceiling: RecordingSize) -> Self {
        let outer = Hot::empty();
        let (base, outer_tape) = cold(|cold| {
            let mut tape = cold.pool.take().unwrap_or_else(|| Box::new(Tape::new()));
            (tape.ceiling, tape.given_up, tape.counted) = (ceiling, 0, 0);
            (cold.reserve_ids(), cold.open.replace(tape))
        });
        hot::<T, _>(|hot| {
            outer.take_from(hot);
            hot.start(base);
        });
        Self { outer, outer_tape, closed: false, not_send: PhantomData }
    }

    /// # Errors
    ///
    /// If the recording needed more than its ceiling.
    pub(crate) fn close(mut self) -> Result<Recorded<T>, RecordingError> {
        let tape = Recorded(Some(self.end()));
        let (ceiling, needed) = (tape.ceiling, tape.needed(tape.counted + tape.len, &Cursor::detached()));
        if tape.given_up > 0 || needed.exceeds(ceiling) {
            return Err(RecordingError::Ceiling { ceiling, needed });
        }
        Ok(tape)
    }

    /// [`close`](Self::close) of a recording without a ceiling.
    pub(crate) fn finish(self) -> Recorded<T> {
        self.close().unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn end(&mut self) -> Box<Tape<T>> {
        self.closed = true;
        let outer_tape = self.outer_tape.take();
        hot::<T, _>(|hot| {
            cold::<T, _>(|cold| {
                let mut tape = cold.open.take().expect("a recording is open");
                tape.stream.close(&hot.cursor);
                tape.base = hot.base.get();
                tape.len = hot.len();
                cold.release_ids(tape.base, if tape.counted > 0 { MAX_NODES } else { tape.len });
                cold.open = outer_tape;
                hot.take_from(&self.outer);
                tape
            })
        })
    }
}

impl<T: Scalar> Drop for Recording<T> {
    fn drop(&mut self) {
        if !self.closed {
            let tape = self.end();
            recycle(tape);
        }
    }
}
