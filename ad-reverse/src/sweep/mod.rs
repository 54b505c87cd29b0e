//! The reverse sweep: adjoints flow from the results of a recording to its inputs.

pub(crate) mod adjoints;
pub(crate) mod forward;
pub(crate) mod places;
pub(crate) mod pull;

use crate::dot::Sums;
use crate::sweep::adjoints::Adjoints;
use crate::sweep::pull::{Plain, PullMany, PullOne, Strict, Zeros};
use crate::tape::stream::{Backwards, Long};
use crate::tape::{Recorded, Tape};
use ad_core::Scalar;
use ad_core::rules::is_plain;
use num_traits::Float;

/// Sweeps the recording once for `width` seeds: `seed` sets the adjoints of the results, `read` takes
/// those of the inputs. A zero carries nothing, also where it meets an infinity.
pub(crate) fn sweep<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    seed: impl FnOnce(&mut Adjoints<'_, T>),
    read: impl FnOnce(&mut Adjoints<'_, T>) -> R,
) -> R {
    sweep_as(tape, width, true, seed, read)
}

/// [`sweep`], at first without a look at zeros, which is faster. Every adjoint is then what `sweep` finds, or NaN, as
/// [`Zeros`] says; so only if what `read` takes is not finite, which it says, the sweep is done again, strictly.
///
/// Closures that can be copied are inlined into both sweeps; ones that are borrowed take 4 % of a short gradient.
pub(crate) fn optimistic_sweep<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    seed: impl Fn(&mut Adjoints<'_, T>) + Copy,
    read: impl Fn(&mut Adjoints<'_, T>) -> (R, bool) + Copy,
) -> R {
    let (found, finite) = sweep_as(tape, width, false, seed, read);
    if finite {
        return found;
    }
    sweep(tape, width, seed, read).0
}

fn sweep_as<T: Scalar, R>(
    tape: &mut Recorded<T>,
    width: usize,
    strict: bool,
    seed: impl FnOnce(&mut Adjoints<'_, T>),
    read: impl FnOnce(&mut Adjoints<'_, T>) -> R,
) -> R {
    // A panic on the way loses the workspace, which may be dirty by then.
    let space = std::mem::take(&mut tape.workspace);
    let len = tape.len as usize;
    let mut adjoints = Adjoints::new(space, (&tape.blocks, len), width, strict);
    seed(&mut adjoints);
    if strict || !is_plain::<T>() {
        pull::<T, Strict>(tape, &mut adjoints);
    } else {
        pull::<T, Plain>(tape, &mut adjoints);
    }
    let out = read(&mut adjoints);
    let space = adjoints.into_space();
    tape.workspace = space;
    out
}

/// Moves the adjoints of all results to the inputs.
fn pull<T: Scalar, Z: Zeros<T>>(tape: &Tape<T>, adjoints: &mut Adjoints<'_, T>) {
    let width = adjoints.width();
    if width == 0 {
        return;
    }
    let (mut stream, products) = (tape.stream.backwards(), &tape.products);
    let (mut node, mut sums) = (tape.len as usize, Sums::new());
    loop {
        // A slice of its own, so that its place and length stay in registers from record to record.
        let nodes = &mut adjoints.space.nodes[..node * width];
        let (long, rest) = if width != 1 {
            let mut pull = PullMany::<T, Z>::new(nodes, width);
            let long = stream.next_long(&mut pull);
            (long, pull.nodes)
        } else if nodes.last().is_some_and(|adjoint| adjoint.primal().is_subnormal()) {
            // So are most of the next ones, as a rule; whichever way they go, they are the same.
            pull_one::<T, Z::Small>(&mut stream, nodes)
        } else {
            pull_one::<T, Z>(&mut stream, nodes)
        };
        // A division takes as long as a record.
        node = if width == 1 { rest.len() } else { rest.len() / width };
        match long {
            None => break,
            Some(Long::Pause) => continue,
            Some(Long::Nary(operands)) => PullMany::<T, Z>::new(rest, width).pull(operands.iter()),
            Some(Long::Product(index)) => {
                let (rest, result) = PullMany::<T, Z>::new(rest, width).split();
                for (seed, adjoint) in result.iter_mut().enumerate() {
                    let adjoint = std::mem::replace(adjoint, T::zero());
                    products.pull(index, adjoint, rest, width, seed, &mut sums);
                }
            }
            Some(Long::Block(op)) => {
                node = pull_blocks(op, node, &mut stream, adjoints);
                continue;
            }
        }
        node -= 1;
    }
}

/// Carries the adjoints of a block operation, whose node is the last of so many, and of those right before it; returns how
/// many nodes are left.
#[inline(never)] // so that it takes no registers from the loops over scalar records
fn pull_blocks<T: Scalar>(
    mut op: u32,
    mut nodes: usize,
    stream: &mut Backwards<'_, T>,
    adjoints: &mut Adjoints<'_, T>,
) -> usize {
    loop {
        nodes -= 1;
        adjoints.pull_block(op, nodes);
        match stream.next_block() {
            Some(next) => op = next,
            None => return nodes,
        }
    }
}

/// Moves adjoints up to the next long record or pause, for one seed; returns the nodes that are left.
fn pull_one<'r, 'n, T: Scalar, Z: Zeros<T>>(
    stream: &mut Backwards<'r, T>,
    nodes: &'n mut [T],
) -> (Option<Long<'r, T>>, &'n mut [T]) {
    let mut pull = PullOne::<T, Z>::new(nodes);
    let long = stream.next_long(&mut pull);
    pull.settle();
    (long, pull.nodes)
}
