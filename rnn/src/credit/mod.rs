//! Temporal credit assignment: who, when, is to blame for the loss?
//!
//! The gradient is one double sum over the time `t` of a loss and the time `s` at which a parameter
//! was used (Eq. 1.6),
//!
//! ```text
//! dL/dtheta = sum_t sum_{s <= t} dL_t/dtheta_s
//! ```
//!
//! and each file of this folder is one way through that triangle:
//!
//! | module | sums | runs | mode |
//! |---|---|---|---|
//! | [`bptt`] | columns: `dL/dtheta_s`, future-facing | backwards in time | reverse: the adjoint of `h_t` is `delta_t` |
//! | [`checkpoint`] | columns, again | backwards, in stretches run twice or oftener | as [`bptt`], in less memory |
//! | [`rtrl`] | rows: `dL_t/dtheta`, past-facing | forwards in time, online | forward: the tangent of `h_t` is `P_t` |
//! | [`window`] | blocks of `K` steps | forwards, window by window | forward over windows, reverse inside |
//! | [`triangle`] | nothing: every cell | both | either |
//! | [`truncated`] | the cells with `t - s < horizon`: an approximation | forwards, loss by loss | reverse, over the last steps |
//!
//! Future-facing and past-facing are the words of O. Marschall, K. Cho and C. Savin (A unified framework of online learning
//! algorithms for training recurrent neural networks, Journal of Machine Learning Research 21(135), 1-34, 2020).
//!
//! With the feature `rayon`, `parallel` runs [`bptt`] for a batch on several cores.
//!
//! No equation of the chapter is differentiated by hand here. What is done by hand is the choice of
//! what to seed and what to sweep.

pub mod bptt;
pub mod checkpoint;
pub mod count;
pub mod immediate;
pub mod mode;
#[cfg(feature = "rayon")]
pub mod parallel;
pub mod rtrl;
pub mod triangle;
pub mod truncated;
pub mod window;

pub use immediate::Immediate;
pub use mode::Mode;

use crate::model::Parameters;
use ad_core::Scalar;

/// The sum of parts of `L` and of its gradient, added in their order; `None` if there are no parts.
fn summed<T: Scalar>(parts: impl Iterator<Item = (T, Parameters<T>)>) -> Option<(T, Parameters<T>)> {
    parts.reduce(|sum, part| (sum.0 + part.0, sum.1.plus(&part.1)))
}
