//! A recording: opened and closed in `recording.rs`, added to in `append.rs`.

mod append;
pub(crate) mod ceiling;
pub(crate) mod hints;
pub(crate) mod local;
pub(crate) mod notes;
pub(crate) mod pages;
pub(crate) mod pool;
pub(crate) mod prefetch;
mod recording;
pub(crate) mod records;
pub(crate) mod stream;
mod thread;

pub(crate) use append::{
    MAX_OPERATIONS, OpenRecording, foreign_variable, live_node, record_block, record_difference,
    record_leaves, record_nary, record_partials, record_sum, record_unary, record1, record2,
};
pub(crate) use recording::{Recorded, Recording};

use crate::blocks::Blocks;
use crate::dot::Products;
use crate::sweep::adjoints::Workspace;
use crate::tape::ceiling::RecordingSize;
use crate::tape::local::Hot;
use crate::tape::notes::Note;
use crate::tape::pool::held;
use crate::tape::stream::{Cursor, Stream};
use ad_core::Scalar;

/// What was recorded: a stream of scalar operations, and the list of block operations it refers to.
#[derive(Debug)]
pub(crate) struct Tape<T: Scalar> {
    pub(crate) base: u64,
    pub(crate) len: u64,
    pub(crate) stream: Stream<T>,
    pub(crate) blocks: Blocks<T>,
    pub(crate) products: Products<T>,
    pub(crate) workspace: Workspace<T>,
    pub(crate) notes: Vec<Note>,
    ceiling: RecordingSize,
    /// The memory of the arrays that `blocks` keep, counted where there is a ceiling.
    arrays: usize,
    /// The memory of all that was given up when the recording passed its ceiling.
    given_up: usize,
    /// The operations before ids were used again, which only a recording does that was given up.
    counted: u64,
}

impl<T: Scalar> Tape<T> {
    fn new() -> Self {
        Self {
            base: 0,
            len: 0,
            stream: Stream::new(),
            blocks: Blocks::new(),
            products: Products::default(),
            workspace: Workspace::default(),
            notes: Vec::new(),
            ceiling: RecordingSize::UNLIMITED,
            arrays: 0,
            given_up: 0,
            counted: 0,
        }
    }

    fn clear(&mut self) {
        self.blocks.clear();
        self.clear_but_inputs();
    }

    fn clear_but_inputs(&mut self) {
        self.stream.clear();
        self.blocks.clear_but_inputs();
        self.products.clear();
        self.notes.clear();
        self.arrays = 0;
    }

    /// The memory that stays with an empty tape.
    pub(crate) fn held(&self) -> usize {
        let recorded = self.stream.held() + self.blocks.held() + self.products.held() + held(&self.notes);
        size_of::<Self>() + recorded + self.workspace.held()
    }

    /// What the recording has needed until now, of so many operations and with its records up to `cursor`.
    fn needed(&self, operations: u64, cursor: &Cursor<T>) -> RecordingSize {
        let ops = self.arrays + self.blocks.bytes();
        let held = self.stream.bytes(cursor) + ops + self.products.bytes();
        let adjoints = operations as usize * size_of::<T>();
        RecordingSize { bytes: self.given_up + held + adjoints, operations }
    }

    /// Past the ceiling, gives up all that was recorded: what follows is written over it, and never swept.
    #[inline]
    pub(crate) fn keep_below_ceiling(&mut self, hot: &Hot<T>) {
        if self.ceiling == RecordingSize::UNLIMITED {
            return;
        }
        let operations = self.counted + hot.len();
        let needed = self.needed(operations, &hot.cursor);
        if needed.exceeds(self.ceiling) {
            hot.cursor.take_from(&Cursor::detached());
            self.clear_but_inputs();
            self.given_up = needed.bytes - operations as usize * size_of::<T>() - self.blocks.bytes();
        }
    }

    /// The node of a variable that was recorded here.
    ///
    /// # Panics
    ///
    /// If it was not.
    pub(crate) fn node(&self, id: u64) -> u32 {
        self.nodes()(id)
    }

    /// [`node`](Self::node), for when the tape itself is busy.
    pub(crate) fn nodes(&self) -> impl Fn(u64) -> u32 + Copy + use<T> {
        let (base, len) = (self.base, self.len);
        move |id| {
            let node = id.wrapping_sub(base);
            if node >= len {
                foreign_variable();
            }
            node as u32 // below MAX_NODES
        }
    }
}
