//! The leaky recurrent network, written once on a generic scalar, and every way to assign credit in it.
//!
//! Run the network on dual numbers and the tangent of its state is the sensitivity matrix `P_t`:
//! real-time recurrent learning ([`credit::rtrl`]). Run it on tape variables and the adjoint of its
//! state is the credit vector `delta_t`: backpropagation through time ([`credit::bptt`]). Both are the
//! double sum of Eq. 1.6, row by row or column by column.
//!
//! ```
//! use ad_core::Vector;
//! use rnn::credit::Mode;
//! use rnn::{Activation, Loss, Output, Parameters, Rnn, Sequence};
//!
//! let rnn = Rnn { f: Activation::Tanh, g: Output::Identity, alpha: 0.5, loss: Loss::Squared };
//! let params = Parameters::random(1, 8, 1, 1.0, 0);
//! let wave = |t: usize| Vector::from([(0.3 * t as f64).sin()]);
//! let sequence = Sequence::new((0..50).map(wave).collect(), (1..51).map(wave).collect());
//!
//! let (_, bptt) = Mode::Bptt.value_and_grad(&rnn, &params, &sequence);
//! let (_, rtrl) = Mode::Rtrl.value_and_grad(&rnn, &params, &sequence);
//! for (a, b) in bptt.recurrent.b_rec.as_slice().iter().zip(rtrl.recurrent.b_rec.as_slice()) {
//!     assert!((a - b).abs() < 1e-12);
//! }
//! ```
//!
//! | module | what is in it |
//! |---|---|
//! | [`model`], [`loss`] | Eq. 1.1-1.5, an equation per function; nothing in them knows how a derivative is taken |
//! | [`credit`] | BPTT, RTRL, windows, the triangle, and what they cost in operations |
//! | [`train`], [`optim`] | learning by any mode |
//! | [`data`], [`baseline`], [`case`], [`report`] | series, simple predictors, case files, the page of the main job |
//! | [`explain`] | every equation with its numbers, as text |
//! | [`lesson`] | the page that shows and explains all this |

pub mod activation;
pub mod baseline;
pub mod case;
pub mod credit;
pub mod data;
pub mod explain;
pub mod kind;
pub mod lesson;
pub mod loss;
pub mod model;
pub mod optim;
pub mod report;
pub mod sequence;
pub mod train;

pub use kind::{Activation, Loss, Output};
pub use model::{Parameters, Readout, Recurrent, Rnn};
pub use sequence::Sequence;
