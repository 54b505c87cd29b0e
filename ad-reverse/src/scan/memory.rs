//! The memory of a program that runs: a [`Room`] for each array, one after the other.

use ad_core::Real;
use std::slice::ChunksExactMut;

/// As many numbers as a line of the cache has: where it begins, vectors do not reach into the next one.
const LINE: usize = 8;

/// Room for an array, or for one in each step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// How many numbers the array has; at least one.
    pub(super) len: usize,
    /// How many such arrays there is room for; 1 where all steps have the same.
    pub(super) count: usize,
    /// Where it begins.
    start: usize,
}

/// Rooms, one after the other.
#[derive(Debug)]
pub(super) struct Rooms {
    all: Vec<Room>,
    pub(super) len: usize,
}

impl Rooms {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), len: 0 }
    }

    /// Adds a room; returns its place.
    pub(super) fn push(&mut self, len: usize, count: usize) -> u32 {
        self.all.push(Room { len, count, start: self.len });
        self.len = (self.len + len * count).next_multiple_of(LINE);
        (self.all.len() - 1) as u32
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, place: u32) -> Room {
        self.all[place as usize]
    }

    /// The parts of the memory that belong to each.
    pub(super) fn split<'a, R>(&'a self, memory: &'a mut [R]) -> impl Iterator<Item = (Room, &'a mut [R])> {
        let mut rest = memory;
        self.all.iter().map(move |&room| {
            let (part, behind) =
                std::mem::take(&mut rest).split_at_mut((room.len * room.count).next_multiple_of(LINE));
            rest = behind;
            (room, &mut part[..room.len * room.count])
        })
    }
}

impl Room {
    /// All that belongs to it.
    pub(super) fn of<R>(self, memory: &[R]) -> &[R] {
        &memory[self.start..][..self.len * self.count]
    }

    /// The `i`-th array.
    pub(super) fn part<R>(self, i: usize, memory: &[R]) -> &[R] {
        &memory[self.start + i * self.len..][..self.len]
    }
}

/// What each step writes to: a part of its own.
pub(super) type Parts<'a, R> = ChunksExactMut<'a, R>;

/// The arrays of all steps in order, in either direction.
pub(super) fn parts<R: Real>((room, part): (Room, &mut [R])) -> Parts<'_, R> {
    part.chunks_exact_mut(room.len)
}

pub(super) const A_PART_FOR_EACH: &str = "there is a part for each step";
