//! The derivative of a recorded function at its point: a linear map, that a sweep applies.

use crate::array::VarArray;
use crate::sweep::adjoints::Adjoints;
use crate::sweep::optimistic_sweep;
use crate::sweep::places::{Place, Places, Results};
use crate::tape::ceiling::{RecordingError, RecordingSize};
use crate::tape::{Recorded, Recording};
use crate::var::Var;
use ad_core::{LengthMismatch, Scalar, Tree, or_panic};
use std::cell::RefCell;

/// The Jacobian `J` of a recorded function (results x inputs), as the recording that it is applied by.
#[derive(Debug)]
pub(crate) struct LinearMap<T: Scalar> {
    pub(crate) tape: Recorded<T>,
    pub(crate) inputs: Places,
    pub(crate) outputs: Places,
    watched: Vec<Place>,
}

impl<T: Scalar> LinearMap<T> {
    /// Runs `f` on what `lift` makes inputs of the recording; returns its result, also as plain values.
    pub(crate) fn record<In, Out: Tree<Scalar = Var<T>>>(
        lift: impl FnOnce(&mut Places) -> In,
        f: impl FnOnce(In) -> Out,
    ) -> (Out, Out::Owned<T>, Self) {
        let recorded = Self::record_below(RecordingSize::UNLIMITED, lift, f);
        recorded.unwrap_or_else(|error| unreachable!("{error}"))
    }

    /// [`record`](Self::record) with a ceiling for the recording.
    ///
    /// # Errors
    ///
    /// If the recording passes it.
    #[allow(clippy::type_complexity, reason = "three results, each of its own type")]
    pub(crate) fn record_below<In, Out: Tree<Scalar = Var<T>>>(
        ceiling: RecordingSize,
        lift: impl FnOnce(&mut Places) -> In,
        f: impl FnOnce(In) -> Out,
    ) -> Result<(Out, Out::Owned<T>, Self), RecordingError> {
        let recording = Recording::<T>::open(ceiling);
        let mut inputs = Places::default();
        let lifted = lift(&mut inputs);
        let out = f(lifted);
        let tape = recording.close()?;
        let mut results = Results { tape: &tape, places: Places::default() };
        let y = out.lift(&mut results);
        let outputs = results.places;
        Ok((out, y, Self { tape, inputs, outputs, watched: Vec::new() }))
    }

    /// Keeps the adjoints of these arrays in every sweep.
    pub(crate) fn watch<const RANK: usize>(&mut self, arrays: &[VarArray<T, RANK>]) {
        let mut results = Results { tape: &self.tape, places: Places::default() };
        for array in arrays {
            results.find(array);
        }
        self.watched = results.places.leaves;
    }

    /// `w J` for `seeds` rows `w` of one number for each result, and the adjoints of the watched arrays.
    ///
    /// # Errors
    ///
    /// If `w` has another length.
    pub(crate) fn pull(&mut self, seeds: usize, w: &[T]) -> Result<(Vec<T>, Vec<Vec<T>>), LengthMismatch> {
        if seeds == 0 && w.is_empty() {
            return Ok(Default::default());
        }
        self.check(seeds, w)?; // before there is memory for the rows
        let mut rows = vec![T::zero(); seeds * self.inputs.numbers];
        let watched = self.pull_into(seeds, w, &mut rows)?;
        Ok((rows, watched))
    }

    fn check(&self, seeds: usize, w: &[T]) -> Result<(), LengthMismatch> {
        let numbers = seeds.saturating_mul(self.outputs.numbers);
        LengthMismatch::check(("a pullback", numbers), ("cotangents", w.len()))
    }

    /// [`pull`](Self::pull) into a slice of one row per seed.
    ///
    /// # Errors
    ///
    /// If `w` has another length.
    pub(crate) fn pull_into(
        &mut self,
        seeds: usize,
        w: &[T],
        rows: &mut [T],
    ) -> Result<Vec<Vec<T>>, LengthMismatch> {
        let rows = &RefCell::new(rows);
        let read = |adjoints: &mut Adjoints<'_, T>, inputs: &Places| {
            let mut rows = rows.borrow_mut();
            inputs.read_into(adjoints, &mut rows);
            ((), T::all_finite(&rows))
        };
        Ok(self.pull_and_read(seeds, w, read)?.1)
    }

    /// `w J` for one row `w`, into a slice.
    ///
    /// # Panics
    ///
    /// If one of them has another length.
    #[track_caller]
    pub(crate) fn pull_row_into(&mut self, w: &[T], row: &mut [T]) {
        let (columns, found) = (self.inputs.numbers, row.len());
        assert!(columns == found, "{columns} inputs, a slice of {found}");
        or_panic(self.pull_into(1, w, row));
    }

    /// [`pull`](Self::pull), with the adjoints of the inputs as `read` takes them; it also says whether they are finite, and
    /// is called again if not.
    ///
    /// # Errors
    ///
    /// If `w` has another length.
    pub(crate) fn pull_and_read<R>(
        &mut self,
        seeds: usize,
        w: &[T],
        read: impl Fn(&mut Adjoints<'_, T>, &Places) -> (R, bool) + Copy,
    ) -> Result<(R, Vec<Vec<T>>), LengthMismatch> {
        self.check(seeds, w)?;
        let (inputs, outputs, watched) = (&self.inputs, &self.outputs, &self.watched);
        let seed = |adjoints: &mut Adjoints<'_, T>| {
            for place in watched {
                place.watch(adjoints);
            }
            outputs.seed(adjoints, w);
        };
        let read = |adjoints: &mut Adjoints<'_, T>| {
            let kept: Vec<Vec<T>> = watched.iter().map(|place| place.watched(adjoints)).collect();
            let (found, finite) = read(adjoints, inputs);
            let finite = finite && kept.iter().all(|x| T::all_finite(x));
            ((found, kept), finite)
        };
        Ok(optimistic_sweep(&mut self.tape, seeds, seed, read))
    }
}
