//! The open log of this thread, and how an operation gets into it.

use super::Row;
use crate::array::DualArray;
use crate::dual::Dual;
use ad_core::{Array, Dense};
use alloc::{vec, vec::Vec};
use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, Ordering};
use std::thread_local;

/// A dual number with one direction: what the partials are taken with.
pub(super) type D = Dual<f64, 1>;

thread_local! {
    static OPEN: RefCell<Vec<(u32, Vec<Row>)>> = const { RefCell::new(Vec::new()) };
}

/// Logs are numbered over all threads, from 1, so that a number of another log is known for what it is.
static LOGS: AtomicU32 = AtomicU32::new(1);

/// A row of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    log: u32,
    row: u32,
}

impl Place {
    /// The row, in the open log.
    ///
    /// # Panics
    ///
    /// If the row is one of another log.
    pub(super) fn row(self) -> usize {
        let open = OPEN.with_borrow(|open| open.last().map(|log| log.0));
        assert!(open == Some(self.log), "a traced number was used outside the trace it belongs to");
        self.row as usize
    }
}

/// An open log. While it lives, this thread's traced operations are written into it; an outer one waits.
#[derive(Debug)]
pub(super) struct Log;

impl Log {
    pub(super) fn open() -> Self {
        OPEN.with_borrow_mut(|open| open.push((LOGS.fetch_add(1, Ordering::Relaxed), Vec::new())));
        Self
    }

    pub(super) fn close(self) -> Vec<Row> {
        OPEN.with_borrow_mut(|open| core::mem::take(&mut open.last_mut().expect("a log is open").1))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        OPEN.with_borrow_mut(|open| open.pop());
    }
}

fn push(row: Row) -> Place {
    OPEN.with_borrow_mut(|open| {
        let (log, rows) = open.last_mut().expect("operands belong to an open log");
        rows.push(row);
        Place { log: *log, row: rows.len() as u32 - 1 }
    })
}

/// A new input.
pub(super) fn input(shape: Vec<usize>, value: Vec<f64>) -> Place {
    push(Row { name: "input", operands: Vec::new(), shape, value, partials: Vec::new() })
}

/// Which number of which operand moves while an operation is run for its partials.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed(Option<(usize, usize)>);

impl Seed {
    fn entry_of(self, operand: usize) -> Option<usize> {
        self.0.filter(|seed| seed.0 == operand).map(|seed| seed.1)
    }

    pub(super) fn scalar(self, operand: usize, x: f64) -> D {
        self.entry_of(operand).map_or(D::from_primal(x), |entry| D::variable(x, entry))
    }

    pub(super) fn array<const RANK: usize>(
        self,
        operand: usize,
        x: &Dense<f64, RANK>,
    ) -> DualArray<f64, 1, RANK> {
        let Some(entry) = self.entry_of(operand) else { return DualArray::from_primal(x.clone()) };
        let len = x.as_slice().len();
        let one_hot = (0..len).map(|i| if i == entry { 1.0 } else { 0.0 });
        DualArray::with_tangent(x, Dense::new([len, 1], one_hot))
    }
}

/// What an operation on dual numbers gives.
pub(super) trait Outcome {
    fn shape(&self) -> Vec<usize>;
    fn values(&self) -> Vec<f64>;
    fn tangent(&self) -> Vec<f64>;
}

impl Outcome for D {
    fn shape(&self) -> Vec<usize> {
        Vec::new()
    }
    fn values(&self) -> Vec<f64> {
        vec![self.primal]
    }
    fn tangent(&self) -> Vec<f64> {
        self.tangent.to_vec()
    }
}

impl<const RANK: usize> Outcome for DualArray<f64, 1, RANK> {
    fn shape(&self) -> Vec<usize> {
        Array::<D, RANK>::shape(self).to_vec()
    }
    fn values(&self) -> Vec<f64> {
        DualArray::values(self).as_slice().to_vec()
    }
    fn tangent(&self) -> Vec<f64> {
        DualArray::tangent(self, 1).as_slice().to_vec()
    }
}

/// Runs an operation and writes it down: once for its value, and once for each number of an operand that is no constant, on dual
/// numbers with that number seeded, for its partials. `operands` are places and numbers of entries. No place comes back if all
/// operands are constants.
pub(super) fn record<O: Outcome>(
    name: &'static str,
    operands: &[(Option<Place>, usize)],
    run: impl Fn(Seed) -> O,
) -> (O, Option<Place>) {
    let out = run(Seed(None));
    let live: Vec<(usize, usize, usize)> = operands
        .iter()
        .enumerate()
        .filter_map(|(operand, (place, entries))| Some((operand, (*place)?.row(), *entries)))
        .collect();
    if live.is_empty() {
        return (out, None);
    }
    let value = out.values();
    let jacobian = |operand: usize, entries: usize| {
        let columns: Vec<Vec<f64>> =
            (0..entries).map(|entry| run(Seed(Some((operand, entry)))).tangent()).collect();
        let rows = (0..value.len()).flat_map(|i| columns.iter().map(move |column| column[i]));
        Dense::new([value.len(), entries], rows)
    };
    let partials = live.iter().map(|&(operand, _, entries)| jacobian(operand, entries)).collect();
    let operands = live.iter().map(|&(_, row, _)| row).collect();
    let place = push(Row { name, operands, shape: out.shape(), value, partials });
    (out, Some(place))
}
