//! [`TracedArray`]: vectors and matrices whose operations are a row each.

use super::log::{D, Outcome, Place, Seed, input, record};
use super::scalar::Traced;
use crate::array::DualArray;
use ad_core::{Array, Binary, Dense, Lift, Nary, Scalar, Tree, Unary};
use alloc::vec::Vec;
use core::ops::Range;

/// A vector (`RANK` 1) or matrix (2) of [`Traced`] numbers: one row of the trace, however many entries it has.
#[derive(Clone, Debug)]
pub struct TracedArray<const RANK: usize> {
    values: Dense<f64, RANK>,
    place: Option<Place>,
}

impl<const RANK: usize> TracedArray<RANK> {
    pub(super) fn input(values: &Dense<f64, RANK>) -> Self {
        let place = input(values.shape().to_vec(), values.as_slice().to_vec());
        Self { values: values.clone(), place: Some(place) }
    }

    /// Its row in the open log.
    pub(super) fn place(&self) -> Option<usize> {
        self.place.map(Place::row)
    }

    fn operand(&self) -> (Option<Place>, usize) {
        (self.place, self.values.as_slice().len())
    }

    /// An operation whose result is an array.
    fn of<const OUT: usize>(
        name: &'static str,
        operands: &[(Option<Place>, usize)],
        run: impl Fn(Seed) -> DualArray<f64, 1, OUT>,
    ) -> TracedArray<OUT> {
        let (out, place) = record(name, operands, run);
        TracedArray { values: DualArray::values(&out).clone(), place }
    }
}

/// An operation whose result is a scalar.
fn scalar(name: &'static str, operands: &[(Option<Place>, usize)], run: impl Fn(Seed) -> D) -> Traced {
    let (out, place) = record(name, operands, run);
    Traced::new(out.values()[0], place)
}

impl<const RANK: usize> Array<Traced, RANK> for TracedArray<RANK> {
    fn constant(x: &Dense<f64, RANK>) -> Self {
        Self { values: x.clone(), place: None }
    }

    fn from_scalars(shape: [usize; RANK], x: &[Traced]) -> Self {
        let operands: Vec<_> = x.iter().map(|x| x.operand()).collect();
        Self::of("gather", &operands, |seed| {
            let x: Vec<D> = x.iter().enumerate().map(|(k, x)| seed.scalar(k, x.primal())).collect();
            DualArray::from_scalars(shape, &x)
        })
    }

    fn shape(&self) -> [usize; RANK] {
        self.values.shape()
    }

    fn get(&self, index: usize) -> Traced {
        scalar("get", &[self.operand()], |seed| seed.array(0, &self.values).get(index))
    }

    fn primal(&self) -> Dense<f64, RANK> {
        self.values.clone()
    }

    fn map<R: Unary>(&self, rule: R) -> Self {
        Self::of(R::NAME, &[self.operand()], |seed| seed.array(0, &self.values).map(rule))
    }

    fn map2<R: Binary>(&self, rhs: &Self, rule: R) -> Self {
        let run = |seed: Seed| seed.array(0, &self.values).map2(&seed.array(1, &rhs.values), rule);
        Self::of(R::NAME, &[self.operand(), rhs.operand()], run)
    }

    fn axpby(&self, a: f64, rhs: &Self, b: f64) -> Self {
        let run = |seed: Seed| seed.array(0, &self.values).axpby(a, &seed.array(1, &rhs.values), b);
        Self::of("axpby", &[self.operand(), rhs.operand()], run)
    }

    fn axpby_map<R: Unary>(&self, a: f64, x: &Self, rule: R, b: f64) -> Self {
        let run = |seed: Seed| seed.array(0, &self.values).axpby_map(a, &seed.array(1, &x.values), rule, b);
        Self::of("axpby_map", &[self.operand(), x.operand()], run)
    }

    fn hadamard(&self, rhs: &Self) -> Self {
        let run = |seed: Seed| seed.array(0, &self.values).hadamard(&seed.array(1, &rhs.values));
        Self::of("hadamard", &[self.operand(), rhs.operand()], run)
    }

    fn scale(&self, factor: Traced) -> Self {
        let run = |seed: Seed| seed.array(0, &self.values).scale(seed.scalar(1, factor.primal()));
        Self::of("scale", &[self.operand(), factor.operand()], run)
    }

    fn dot(&self, rhs: &Self) -> Traced {
        let run = |seed: Seed| seed.array(0, &self.values).dot(&seed.array(1, &rhs.values));
        scalar("dot", &[self.operand(), rhs.operand()], run)
    }

    fn squared_distance(&self, rhs: &Self) -> Traced {
        let run = |seed: Seed| seed.array(0, &self.values).squared_distance(&seed.array(1, &rhs.values));
        scalar("squared_distance", &[self.operand(), rhs.operand()], run)
    }

    fn sum(&self) -> Traced {
        scalar("sum", &[self.operand()], |seed| Array::<D, RANK>::sum(&seed.array(0, &self.values)))
    }

    fn affine(terms: &[(&TracedArray<2>, &Self)], bias: &TracedArray<1>) -> Self {
        let mut operands: Vec<_> = terms.iter().flat_map(|(w, x)| [w.operand(), x.operand()]).collect();
        operands.push(bias.operand());
        Self::of("affine", &operands, |seed| {
            let terms: Vec<_> = terms
                .iter()
                .enumerate()
                .map(|(k, (w, x))| (seed.array(2 * k, &w.values), seed.array(2 * k + 1, &x.values)))
                .collect();
            let terms: Vec<_> = terms.iter().map(|(w, x)| (w, x)).collect();
            DualArray::affine(&terms, &seed.array(2 * terms.len(), &bias.values))
        })
    }

    fn reduce_rows<R: Nary>(&self, rule: R) -> TracedArray<1> {
        Self::of(R::NAME, &[self.operand()], |seed| seed.array(0, &self.values).reduce_rows(rule))
    }

    fn sub_rows(&self, rhs: &TracedArray<1>) -> Self {
        let run = |seed: Seed| seed.array(0, &self.values).sub_rows(&seed.array(1, &rhs.values));
        Self::of("sub_rows", &[self.operand(), rhs.operand()], run)
    }

    fn softmax(&self) -> Self {
        Self::of("softmax", &[self.operand()], |seed| seed.array(0, &self.values).softmax())
    }

    fn concat(parts: &[&Self]) -> Self {
        let operands: Vec<_> = parts.iter().map(|part| part.operand()).collect();
        Self::of("concat", &operands, |seed| {
            let parts: Vec<_> =
                parts.iter().enumerate().map(|(k, part)| seed.array(k, &part.values)).collect();
            DualArray::concat(&parts.iter().collect::<Vec<_>>())
        })
    }

    fn reshape<const TO: usize>(&self, shape: [usize; TO]) -> TracedArray<TO> {
        Self::of("reshape", &[self.operand()], |seed| seed.array(0, &self.values).reshape(shape))
    }

    fn transpose(&self) -> Self {
        if RANK == 1 {
            return self.clone();
        }
        Self::of("transpose", &[self.operand()], |seed| seed.array(0, &self.values).transpose())
    }

    fn slice(&self, range: Range<usize>) -> Self {
        Self::of("slice", &[self.operand()], |seed| seed.array(0, &self.values).slice(range.clone()))
    }
}

impl<const RANK: usize> Tree for TracedArray<RANK> {
    type Scalar = Traced;
    type Over<S: Scalar<Real = f64>> = S::Array<RANK>;
    type Owned<S: Scalar<Real = f64>> = S::Array<RANK>;

    fn lift<S: Scalar<Real = f64>, L: Lift<Traced, S>>(&self, to: &mut L) -> S::Array<RANK> {
        to.array(self)
    }
}
