//! Which states of a loop are kept.

/// `C(snapshots + repetitions, snapshots)`: how many steps can be swept back with so many states kept, the
/// first included, and each step run at most so many times before it is recorded.
fn reach(snapshots: usize, repetitions: usize) -> usize {
    let (small, large) = (snapshots.min(repetitions), snapshots.max(repetitions));
    (1..=small).fold(1, |binomial: u128, k| {
        // Exact: the product of `k` consecutive numbers is divisible by `k!`.
        (binomial.saturating_mul(large as u128 + k as u128) / k as u128).min(u128::from(u64::MAX))
    }) as usize
}

/// How many of `steps` (at least 2) steps to run before the next state is kept, of `snapshots` that there are,
/// the first included.
///
/// With `r` the fewest repetitions that suffice, any split that leaves both parts within the reach of `r` (one
/// snapshot less on the right, one repetition less on the left) is optimal; this is the longest left part.
pub(super) fn split(steps: usize, snapshots: usize) -> usize {
    let repetitions = (1..).find(|&r| reach(snapshots, r) >= steps).expect("the reach grows");
    let right = if snapshots == 1 { 1 } else { reach(snapshots - 1, repetitions - 1) };
    reach(snapshots, repetitions - 1).min(steps - right)
}

/// The states kept on the way through a loop of unknown length.
///
/// A kept state has a level. When a new state is offered and there is no room, one is given up that is earlier
/// than another of a higher level; if there is none, the latest one moves up to the new time and a higher
/// level. So the distances between the states grow with the length of the loop as the binomials do.
#[derive(Debug)]
pub(super) struct Snapshots<H> {
    room: usize,
    /// In the order of time.
    kept: Vec<Snapshot<H>>,
}

#[derive(Debug)]
struct Snapshot<H> {
    time: usize,
    level: u32,
    state: H,
}

impl<H> Snapshots<H> {
    /// Room for so many states, of which the first is kept to the end.
    ///
    /// # Panics
    ///
    /// If there is room for none.
    #[track_caller]
    pub(super) fn new(first: H, room: usize) -> Self {
        assert!(room > 0, "0 snapshots: the first state of a loop has to be kept, so there is at least 1");
        Self { room, kept: vec![Snapshot { time: 0, level: u32::MAX, state: first }] }
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Offers the state at the time after the last one that was offered.
    pub(super) fn offer(&mut self, time: usize, state: impl FnOnce() -> H) {
        let mut level = 0;
        if self.kept.len() == self.room {
            let dispensable = (1..self.kept.len())
                .find(|&i| self.kept[i + 1..].iter().any(|later| later.level > self.kept[i].level));
            match dispensable {
                Some(i) => {
                    self.kept.remove(i);
                }
                None if self.room == 1 => return,
                None => level = self.kept.pop().map_or(0, |last| last.level + 1),
            }
        }
        self.kept.push(Snapshot { time, level, state: state() });
    }

    /// The latest state, with its time.
    pub(super) fn pop(&mut self) -> Option<(usize, H)> {
        self.kept.pop().map(|last| (last.time, last.state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// The fewest steps that have to be run again, by trying every split.
    fn fewest(steps: usize, snapshots: usize, known: &mut HashMap<(usize, usize), usize>) -> usize {
        if steps <= 1 {
            return 0;
        }
        if snapshots == 0 {
            return usize::MAX / 4;
        }
        if let Some(&found) = known.get(&(steps, snapshots)) {
            return found;
        }
        let splits =
            (1..steps).map(|m| m + fewest(steps - m, snapshots - 1, known) + fewest(m, snapshots, known));
        let found = splits.min().expect("at least one split");
        known.insert((steps, snapshots), found);
        found
    }

    fn taken(steps: usize, snapshots: usize) -> usize {
        if steps <= 1 {
            return 0;
        }
        let m = split(steps, snapshots);
        m + taken(steps - m, snapshots - 1) + taken(m, snapshots)
    }

    #[test]
    fn no_other_schedule_runs_fewer_steps() {
        let mut known = HashMap::new();
        for snapshots in 1..=8 {
            for steps in 1..=70 {
                let optimum = fewest(steps, snapshots, &mut known);
                assert_eq!(taken(steps, snapshots), optimum, "{steps} steps, {snapshots} snapshots");
            }
        }
    }

    /// The formula of Griewank and Walther: `r l - C(s + r, s + 1)`.
    #[test]
    fn the_number_of_steps_is_the_binomial_optimum() {
        for (steps, snapshots) in [(10, 3), (56, 5), (57, 5), (1000, 10), (5000, 3), (100_000, 20)] {
            let r = (0..).find(|&r| reach(snapshots, r) >= steps).unwrap();
            let missed = if r == 0 { 0 } else { reach(snapshots + 1, r - 1) };
            assert_eq!(taken(steps, snapshots), r * steps - missed, "{steps} steps, {snapshots} snapshots");
        }
    }

    #[test]
    fn the_reach_is_a_binomial_and_does_not_overflow() {
        assert_eq!([reach(3, 0), reach(3, 1), reach(3, 2), reach(0, 5)], [1, 4, 10, 1]);
        assert_eq!(reach(30, 30), 118_264_581_564_861_424);
        assert_eq!(reach(1000, 1000), usize::MAX);
        assert_eq!(split(usize::MAX, usize::MAX), 1);
    }
}
