//! A recording: opening it, adding to it, closing it.

use crate::adjoints::Workspace;
use crate::ceiling::{RecordingError, RecordingSize};
use crate::dot::Products;
use crate::local::{Hot, cold, cold_if_any, hot};
use crate::notes::Note;
use crate::operations::{Blocks, Edges};
use crate::pool::held;
use crate::stream::{Cursor, Entry, MAX_NODES, Stream};
use ad_core::Scalar;
use std::marker::PhantomData;

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
        self.stream.clear();
        self.blocks.clear();
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
            self.clear();
            self.given_up = needed.bytes - operations as usize * size_of::<T>();
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
    pub(crate) fn nodes(&self) -> impl Fn(u64) -> u32 + use<T> {
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

impl<T: Scalar> Hot<T> {
    /// The node of `id`.
    ///
    /// # Panics
    ///
    /// If that is not a live variable of this recording.
    #[inline(always)]
    fn live_node(&self, id: u64) -> u32 {
        let node = id.wrapping_sub(self.base.get());
        if node >= MAX_NODES {
            foreign_variable();
        }
        node as u32
    }

    /// Makes room for a record of `size` bytes.
    #[inline(always)]
    fn make_room(&self, size: usize) {
        if !self.cursor.has_room(size) {
            self.grow(size);
        }
    }

    /// Writes a record and returns its id.
    #[inline(always)]
    pub(crate) fn push(&self, entry: Entry<'_, T>) -> u64 {
        self.make_room(entry.size());
        let id = self.next.get(); // first: the compiler does not know that the record is written elsewhere
        self.cursor.write(entry);
        self.next.set(id + 1);
        id
    }

    /// Gives ids to `count` nodes; returns the first.
    #[inline(always)]
    fn next_id(&self, count: u64) -> u64 {
        let id = self.next.get();
        self.next.set(id + count);
        id
    }

    /// Whether `y` is the last node and `x` the one before.
    #[inline(always)]
    fn are_last(&self, x: u64, y: u64) -> bool {
        y.wrapping_add(1) == self.next.get() && x.wrapping_add(1) == y
    }

    #[cold]
    #[inline(never)]
    fn grow(&self, size: usize) {
        while !self.cursor.has_room(size) {
            cold::<T, _>(|cold| {
                let tape = cold.open.as_mut().expect("a recording is open");
                tape.keep_below_ceiling(self);
                if self.len() > MAX_OPERATIONS {
                    assert!(tape.given_up > 0, "a recording holds at most {MAX_OPERATIONS} operations");
                    // It will never be swept, so its variables may share ids.
                    tape.counted += self.len();
                    self.next.set(self.base.get());
                }
                tape.stream.grow(&self.cursor, size);
            });
        }
    }

    /// # Panics
    ///
    /// If the recording would become too long.
    fn check_length(&self, more: u64) {
        assert!(self.len() + more < MAX_OPERATIONS, "a recording holds at most {MAX_OPERATIONS} operations");
    }
}

/// More nodes than are recorded between two looks at the limit, which is every 2 MiB of the stream or more often.
const RESERVE: u64 = 1 << 20;

/// How many operations a recording holds: every index fits into a record.
pub(crate) const MAX_OPERATIONS: u64 = MAX_NODES - RESERVE;

/// Records a unary operation on a variable, whose value and partial `f` gives; returns its value and id.
///
/// All that branches comes before `f`: so the compiler sees value and partial side by side and shares
/// what they have in common (one `sincos` for a sine and its cosine).
#[inline(always)]
pub(crate) fn record_unary<T: Scalar>(x: u64, f: impl FnOnce() -> (T, T)) -> (T, u64) {
    hot::<T, _>(|hot| {
        let i = hot.live_node(x);
        hot.make_room(Entry::<T>::UNARY_SIZE);
        let (y, p) = f();
        (y, hot.push(Entry::unary(&[p], i)))
    })
}

/// Records a unary operation on `x` with partial `p`; returns the id of its result, 0 for a constant.
#[inline(always)]
pub(crate) fn record1<T: Scalar>(x: u64, p: impl FnOnce() -> T) -> u64 {
    if x == 0 {
        return 0;
    }
    let p = [p()];
    hot::<T, _>(|hot| hot.push(Entry::unary(&p, hot.live_node(x))))
}

/// Records a binary operation on `x` and `y` with partials `p` and `q`; only those of variables are
/// computed.
#[inline(always)]
pub(crate) fn record2<T: Scalar>(x: u64, y: u64, p: impl FnOnce() -> T, q: impl FnOnce() -> T) -> u64 {
    if x == 0 {
        return record1(y, q);
    }
    if y == 0 {
        return record1(x, p);
    }
    let p = [p(), q()];
    hot::<T, _>(|hot| hot.push(Entry::binary(&p, hot.live_node(x), hot.live_node(y))))
}

/// Records an operation on `x` with its partials; returns the id of its result, 0 if all are constants.
#[inline(always)]
pub(crate) fn record_partials<T: Scalar, const N: usize>(x: [u64; N], partials: [T; N]) -> u64 {
    match N {
        1 => record1(x[0], || partials[0]),
        2 => record2(x[0], x[1], || partials[0], || partials[1]),
        _ => {
            let (mut nodes, mut kept, mut len) = ([0; N], partials, 0);
            for (x, p) in x.into_iter().zip(partials) {
                if let Some(node) = live_node::<T>(x) {
                    (nodes[len], kept[len]) = (node, p);
                    len += 1;
                }
            }
            if len == 0 { 0 } else { record_nary(&kept[..len], &nodes[..len]) }
        }
    }
}

/// Records `x + y` of two variables.
#[inline(always)]
pub(crate) fn record_sum<T: Scalar>(x: u64, y: u64) -> u64 {
    hot::<T, _>(|hot| {
        let id = hot.next.get();
        // A term of a dot product in plain code: `sum + w * x`.
        if (hot.are_last(x, y) || hot.are_last(y, x)) && hot.cursor.add_to_node_before() {
            hot.next.set(id + 1);
            return id;
        }
        hot.push(Entry::sum(hot.live_node(x), hot.live_node(y)))
    })
}

/// Records `x - y` of two variables.
#[inline(always)]
pub(crate) fn record_difference<T: Scalar>(x: u64, y: u64) -> u64 {
    hot::<T, _>(|hot| hot.push(Entry::difference(hot.live_node(x), hot.live_node(y))))
}

/// Records a block operation with a result of so many entries (0 for a scalar), whose edges `write` appends;
/// returns the id of its result and its place in the list.
#[inline(always)]
pub(crate) fn record_block<T: Scalar>(entries: usize, write: impl FnOnce(&mut Edges<'_, T>)) -> (u64, u32) {
    let op = cold::<T, _>(|cold| {
        let tape = cold.open.as_mut().expect("block operations are recorded on live operands");
        let op = tape.blocks.push(entries, write);
        if tape.ceiling != RecordingSize::UNLIMITED {
            tape.arrays += tape.blocks.bytes_kept(op);
            hot::<T, _>(|hot| tape.keep_below_ceiling(hot));
        }
        op
    });
    (hot::<T, _>(|hot| hot.push(Entry::block(op))), op)
}

/// Records an operation on any number of live nodes, one partial each; returns the id of its result.
pub(crate) fn record_nary<T: Scalar>(partials: &[T], nodes: &[u32]) -> u64 {
    hot::<T, _>(|hot| hot.push(Entry::nary(partials, nodes)))
}

/// `count` new inputs of the open recording: the id of the first, and its node.
pub(crate) fn record_leaves<T: Scalar>(count: usize) -> (u64, u32) {
    hot::<T, _>(|hot| {
        hot.check_length(count as u64);
        hot.make_room(Entry::<T>::UNARY_SIZE);
        hot.cursor.leaves(count as u32); // below MAX_NODES
        let id = hot.next_id(count as u64);
        (id, hot.live_node(id))
    })
}

/// The node of a live variable of the open recording, `None` for a constant.
///
/// # Panics
///
/// If the variable belongs to another recording.
pub(crate) fn live_node<T: Scalar>(id: u64) -> Option<u32> {
    (id != 0).then(|| hot::<T, _>(|hot| hot.live_node(id)))
}

#[cold]
#[inline(never)]
pub(crate) fn foreign_variable() -> ! {
    panic!(
        "a variable was used outside the recording it belongs to: it comes from an earlier recording, \
         from an outer one over the same scalar (nest by type instead: `Var<Var<T>>`), or from another \
         thread; use `stop_gradient` or its value to take it along as a constant"
    )
}
