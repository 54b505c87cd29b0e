//! Adding operations to the open recording.

use crate::blocks::Edges;
use crate::tape::ceiling::RecordingSize;
use crate::tape::local::{Hot, cold, hot};
use crate::tape::stream::{Entry, MAX_NODES};
use ad_core::Scalar;

impl<T: Scalar> Hot<T> {
    /// The node of `id`, if that is a live variable of this recording.
    #[inline(always)]
    fn live_node(&self, id: u64) -> Result<u32, Foreign> {
        node_of(self.base.get(), id).ok_or(Foreign)
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
#[track_caller]
pub(crate) fn record_unary<T: Scalar>(x: u64, f: impl FnOnce() -> (T, T)) -> (T, u64) {
    here(hot::<T, _>(|hot| {
        let i = hot.live_node(x)?;
        hot.make_room(Entry::<T>::UNARY_SIZE);
        let (y, p) = f();
        Ok((y, hot.push(Entry::unary(&[p], i))))
    }))
}

/// Records a unary operation on `x` with partial `p`; returns the id of its result, 0 for a constant.
#[inline(always)]
#[track_caller]
pub(crate) fn record1<T: Scalar>(x: u64, p: impl FnOnce() -> T) -> u64 {
    if x == 0 {
        return 0;
    }
    let p = [p()];
    here(hot::<T, _>(|hot| Ok(hot.push(Entry::unary(&p, hot.live_node(x)?)))))
}

/// Records a binary operation on `x` and `y` with partials `p` and `q`; only those of variables are
/// computed.
#[inline(always)]
#[track_caller]
pub(crate) fn record2<T: Scalar>(x: u64, y: u64, p: impl FnOnce() -> T, q: impl FnOnce() -> T) -> u64 {
    if x == 0 {
        return record1(y, q);
    }
    if y == 0 {
        return record1(x, p);
    }
    let p = [p(), q()];
    here(hot::<T, _>(|hot| Ok(hot.push(Entry::binary(&p, hot.live_node(x)?, hot.live_node(y)?)))))
}

/// Records an operation on `x` with its partials; returns the id of its result, 0 if all are constants.
#[inline(always)]
#[track_caller]
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
#[track_caller]
pub(crate) fn record_sum<T: Scalar>(x: u64, y: u64) -> u64 {
    here(hot::<T, _>(|hot| {
        let id = hot.next.get();
        // A term of a dot product in plain code: `sum + w * x`.
        if (hot.are_last(x, y) || hot.are_last(y, x)) && hot.cursor.add_to_node_before() {
            hot.next.set(id + 1);
            return Ok(id);
        }
        Ok(hot.push(Entry::sum(hot.live_node(x)?, hot.live_node(y)?)))
    }))
}

/// Records `x - y` of two variables.
#[inline(always)]
#[track_caller]
pub(crate) fn record_difference<T: Scalar>(x: u64, y: u64) -> u64 {
    here(hot::<T, _>(|hot| Ok(hot.push(Entry::difference(hot.live_node(x)?, hot.live_node(y)?)))))
}

/// Records a block operation with a result of so many entries (0 for a scalar), whose edges `write` appends;
/// returns the id of its result and its place in the list.
#[inline(always)]
pub(crate) fn record_block<T: Scalar>(entries: usize, write: impl FnOnce(&mut Edges<'_, T>)) -> (u64, u32) {
    let op = cold::<T, _>(|cold| {
        let tape = cold.open.as_mut().expect("block operations are recorded on live operands");
        let op = tape.blocks.push(entries, write);
        if tape.ceiling != RecordingSize::UNLIMITED {
            tape.arrays += tape.blocks.bytes_newly_kept();
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
        let node = hot.len() as u32; // below MAX_NODES
        (hot.next_id(count as u64), node)
    })
}

/// The node of `id`, if that is a live variable of the recording that begins at `base`.
#[inline(always)]
const fn node_of(base: u64, id: u64) -> Option<u32> {
    let node = id.wrapping_sub(base);
    if node < MAX_NODES { Some(node as u32) } else { None }
}

/// The open recording, to ask about its variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenRecording {
    base: u64,
}

impl OpenRecording {
    /// That over `T`. Where there is none, it has no variables.
    #[inline]
    pub(crate) fn of<T: Scalar>() -> Self {
        Self { base: hot::<T, _>(|hot| hot.base.get()) }
    }

    /// The node of a live variable of this recording, `None` for a constant.
    ///
    /// # Panics
    ///
    /// If the variable belongs to another recording.
    #[inline]
    #[track_caller]
    pub(crate) fn node(self, id: u64) -> Option<u32> {
        if id == 0 {
            return None;
        }
        let node = node_of(self.base, id);
        if node.is_none() {
            foreign_variable();
        }
        node
    }
}

/// The node of a live variable of the open recording, `None` for a constant.
///
/// # Panics
///
/// If the variable belongs to another recording.
#[track_caller]
pub(crate) fn live_node<T: Scalar>(id: u64) -> Option<u32> {
    OpenRecording::of::<T>().node(id)
}

/// A variable was used that does not belong to the open recording: found inside of a closure, refused [`here`], where the
/// line of the program is known.
struct Foreign;

/// # Panics
///
/// If it is a foreign variable, at the line of the caller.
#[inline(always)]
#[track_caller]
fn here<R>(found: Result<R, Foreign>) -> R {
    match found {
        Ok(found) => found,
        Err(Foreign) => foreign_variable(),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn foreign_variable() -> ! {
    panic!(
        "a variable was used outside the recording it belongs to: it comes from an earlier recording, \
         from an outer one over the same scalar (nest by type instead, `Var<Var<T>>`, and lift that one by \
         `Var::from_value`), or from another thread; use `stop_gradient` or its value to take it along as a constant"
    )
}
