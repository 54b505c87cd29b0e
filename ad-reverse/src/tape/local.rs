//! The recording of a thread: where new nodes go, one place per thread and scalar.
//!
//! A [`Var`](crate::Var) is a plain `Copy` value without a reference to its tape, so the tape is found
//! through the thread. What every operation touches ([`Hot`]) lies in a thread-local without a
//! destructor, which costs as much as a reference held in a register; the rest ([`Cold`]) does not
//! have to be fast.

use crate::tape::Tape;
use crate::tape::pool::Pool;
use crate::tape::stream::{Cursor, MAX_NODES};
use crate::tape::thread::with;
use ad_core::Scalar;
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The open recording, as far as scalar operations need it.
///
/// Its nodes carry the ids from `base` to `next`. No two nodes ever get the same id, on any thread (but those of a
/// recording that has been given up, which is never swept), and those up to `base + MAX_NODES` are this recording's as
/// long as it is open; so one compare (`id - base < MAX_NODES`) proves that a variable is live, belongs to this
/// recording, and is in bounds.
#[derive(Debug)]
pub(crate) struct Hot<T> {
    pub(crate) base: Cell<u64>,
    pub(crate) next: Cell<u64>,
    pub(crate) cursor: Cursor<T>,
}

/// The base when there is no recording: no variable has an id from here on.
const NOT_RECORDING: u64 = 0_u64.wrapping_sub(MAX_NODES);

impl<T: Copy> Hot<T> {
    /// A place for the state of a recording, without one.
    pub(crate) const fn empty() -> Self {
        let [base, next] = [const { Cell::new(NOT_RECORDING) }; 2];
        Self { base, next, cursor: Cursor::detached() }
    }

    /// Starts a recording whose first node has the id `base`.
    pub(crate) fn start(&self, base: u64) {
        self.base.set(base);
        self.next.set(base);
    }

    /// The number of nodes.
    pub(crate) fn len(&self) -> u64 {
        self.next.get() - self.base.get()
    }

    /// Moves the state of another one here, which is left without a recording.
    pub(crate) fn take_from(&self, other: &Self) {
        self.base.set(other.base.replace(NOT_RECORDING));
        self.next.set(other.next.replace(NOT_RECORDING));
        self.cursor.take_from(&other.cursor);
    }
}

/// What a thread keeps between recordings.
#[derive(Debug)]
pub(crate) struct Cold<T: Scalar> {
    /// The tape of the open recording.
    pub(crate) open: Option<Box<Tape<T>>>,
    /// Tapes of finished recordings.
    pub(crate) pool: Pool<T>,
    next_id: u64,
    last_id: u64,
}

/// How many ids a thread draws at once.
const RANGE: u64 = 1 << 40;
static NEXT_RANGE: AtomicU64 = AtomicU64::new(0);

impl<T: Scalar> Cold<T> {
    const fn new() -> Self {
        Self { open: None, pool: Pool::new(), next_id: 0, last_id: 0 }
    }

    /// Reserves ids for a recording of unknown length.
    pub(crate) fn reserve_ids(&mut self) -> u64 {
        if self.last_id - self.next_id < MAX_NODES {
            let range = NEXT_RANGE.fetch_add(1, Ordering::Relaxed);
            assert!(range < u64::MAX / RANGE, "all ids of variables are used up");
            self.next_id = range * RANGE + 1; // id 0 is every constant's
            self.last_id = self.next_id + (RANGE - 1);
        }
        let base = self.next_id;
        self.next_id += MAX_NODES;
        base
    }

    /// Gives back the ids that a recording did not use, unless an inner one has drawn some since.
    pub(crate) fn release_ids(&mut self, base: u64, len: u64) {
        if self.next_id == base + MAX_NODES {
            self.next_id = base + len;
        }
    }
}

#[derive(Debug)]
struct Local<T: Scalar> {
    hot: Hot<T>,
    cold: RefCell<Cold<T>>,
}

thread_local! {
    static HOT_F64: Hot<f64> = const { Hot::empty() };
    static HOT_F32: Hot<f32> = const { Hot::empty() };
    static COLD_F64: RefCell<Cold<f64>> = const { RefCell::new(Cold::new()) };
    static COLD_F32: RefCell<Cold<f32>> = const { RefCell::new(Cold::new()) };
    /// The recordings over nested scalars, found by type.
    static NESTED: RefCell<Vec<(TypeId, Rc<dyn Any>)>> = const { RefCell::new(Vec::new()) };
}

/// `value` as a `&U` if it is one: decided at compile time.
#[inline(always)]
fn same<A: 'static, U: 'static>(value: &A) -> Option<&U> {
    (value as &dyn Any).downcast_ref()
}

#[inline(always)]
pub(crate) fn hot<T: Scalar, R>(f: impl FnOnce(&Hot<T>) -> R) -> R {
    if TypeId::of::<T>() == TypeId::of::<f64>() {
        with(&HOT_F64, |hot| f(same(hot).expect("T is f64")))
    } else if TypeId::of::<T>() == TypeId::of::<f32>() {
        with(&HOT_F32, |hot| f(same(hot).expect("T is f32")))
    } else {
        f(&nested::<T>().hot)
    }
}

#[inline(always)]
pub(crate) fn cold<T: Scalar, R>(f: impl FnOnce(&mut Cold<T>) -> R) -> R {
    if TypeId::of::<T>() == TypeId::of::<f64>() {
        with(&COLD_F64, |cold| f(&mut same::<_, RefCell<Cold<T>>>(cold).expect("T is f64").borrow_mut()))
    } else if TypeId::of::<T>() == TypeId::of::<f32>() {
        with(&COLD_F32, |cold| f(&mut same::<_, RefCell<Cold<T>>>(cold).expect("T is f32").borrow_mut()))
    } else {
        f(&mut nested::<T>().cold.borrow_mut())
    }
}

/// [`cold`] for what may come late: `None`, and `f` is dropped, if the thread is ending and has given up what it kept.
pub(crate) fn cold_if_any<T: Scalar, R>(f: impl FnOnce(&mut Cold<T>) -> R) -> Option<R> {
    if TypeId::of::<T>() == TypeId::of::<f64>() {
        COLD_F64
            .try_with(|cold| f(&mut same::<_, RefCell<Cold<T>>>(cold).expect("T is f64").borrow_mut()))
            .ok()
    } else if TypeId::of::<T>() == TypeId::of::<f32>() {
        COLD_F32
            .try_with(|cold| f(&mut same::<_, RefCell<Cold<T>>>(cold).expect("T is f32").borrow_mut()))
            .ok()
    } else {
        nested_if_any::<T>().map(|local| f(&mut local.cold.borrow_mut()))
    }
}

fn nested<T: Scalar>() -> Rc<Local<T>> {
    nested_if_any().expect("a thread that is not ending")
}

fn nested_if_any<T: Scalar>() -> Option<Rc<Local<T>>> {
    let id = TypeId::of::<T>();
    let find = |all: &RefCell<Vec<(TypeId, Rc<dyn Any>)>>| {
        all.borrow().iter().find(|(t, _)| *t == id).map(|(_, local)| local.clone())
    };
    let local = NESTED.try_with(find).ok()?.unwrap_or_else(|| {
        let new: Rc<dyn Any> = Rc::new(Local::<T> { hot: Hot::empty(), cold: RefCell::new(Cold::new()) });
        NESTED.with_borrow_mut(|all| all.push((id, new.clone())));
        new
    });
    Some(local.downcast().expect("found by its type"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of three times as many recordings as one range has room for, none of which gives anything back.
    #[test]
    fn no_two_recordings_have_an_id_in_common() {
        let mut cold = Cold::<f64>::new();
        let mut bases: Vec<u64> = (0..3 * RANGE / MAX_NODES).map(|_| cold.reserve_ids()).collect();
        bases.sort_unstable();
        assert!(bases[0] > 0, "0 is every constant's id");
        assert!(bases.windows(2).all(|pair| pair[1] - pair[0] >= MAX_NODES));
        // Other threads draw the ranges before and after.
        let range = |id: u64| (id - 1) / RANGE;
        assert!(bases.iter().all(|&base| range(base) == range(base + (MAX_NODES - 1))));
    }

    #[test]
    fn ids_that_were_not_used_are_given_back_unless_an_inner_recording_follows_them() {
        let mut cold = Cold::<f64>::new();
        let outer = cold.reserve_ids();
        let inner = cold.reserve_ids();
        assert_eq!(inner, outer + MAX_NODES);
        cold.release_ids(inner, 5);
        cold.release_ids(outer, 3);
        assert_eq!(cold.reserve_ids(), inner + 5);
    }
}
