//! The leaky recurrent network, written once on a generic scalar, and every way to assign credit in it.
//!
//! Run the network on dual numbers and the tangent of its state is the sensitivity matrix `P_t`:
//! real-time recurrent learning ([`credit::rtrl`]). Run it on tape variables and the adjoint of its
//! state is the credit vector `delta_t`: backpropagation through time ([`credit::bptt`]). Both are the
//! double sum of Eq. 1.6, row by row or column by column,
//!
//! <math display="block">
//!   <mfrac><mrow><mi>d</mi><mi>L</mi></mrow><mrow><mi>d</mi><mi>θ</mi></mrow></mfrac><mo>=</mo>
//!   <munder><mo>∑</mo><mi>t</mi></munder><munder><mo>∑</mo><mrow><mi>s</mi><mo>≤</mo><mi>t</mi></mrow></munder>
//!   <mfrac>
//!   <mrow><mi>d</mi><msub><mi>L</mi><mi>t</mi></msub></mrow>
//!   <mrow><mi>d</mi><msub><mi>θ</mi><mi>s</mi></msub></mrow>
//!   </mfrac>
//! </math>
//!
//! and both take it by a recursion that meets each step of the network once, whose matrix is `J_t = dh_t/dh_{t-1}`:
//! one runs with time (Eq. 1.17), the other against it (Eq. 1.12).
//!
//! <math display="block">
//!   <msub><mi>P</mi><mi>t</mi></msub><mo>=</mo><msub><mover><mi>P</mi><mo>~</mo></mover><mi>t</mi></msub>
//!   <mo>+</mo><msub><mi>J</mi><mi>t</mi></msub><msub><mi>P</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>
//!   <mspace width="3em"/>
//!   <msub><mi>δ</mi><mi>t</mi></msub><mo>=</mo><msub><mover><mi>δ</mi><mo>~</mo></mover><mi>t</mi></msub>
//!   <mo>+</mo><msub><mi>δ</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub>
//!   <msub><mi>J</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub>
//! </math>
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
//! # Which mode?
//!
//! All give the same gradient. With `T` steps and `d` units, and no more inputs and outputs than units, they take
//!
//! | mode | time | memory | for |
//! |---|---|---|---|
//! | [`Mode::Bptt`](credit::Mode::Bptt) | `T d^2` | `T d` | a sequence that ends, and fits |
//! | [`Mode::Checkpoint`](credit::Mode::Checkpoint)`(K)` | the same, and steps run again | `K d` | one that does not fit |
//! | [`Mode::Rtrl`](credit::Mode::Rtrl) | `T d^4` | `d^3` | one that never ends: the gradient is known at every step |
//! | [`Mode::Window`](credit::Mode::Window)`(K)` | `T d^3`, from `K = d` on | `d^3 + K d^2` | memory that must not grow, but a gradient only every `K` steps |
//!
//! [`credit::truncated`], what is used in practice where this is too much, is none of them: it leaves out what is further back than
//! a horizon, and takes `T horizon d^2` in memory `horizon d`.
//!
//! `cargo run --release -p ad-benches --bin growth` measures these exponents, and [`credit::count`] counts operations.
//!
//! # The rooms of this crate
//!
//! | module | what is in it |
//! |---|---|
//! | [`model`], [`loss`] | Eq. 1.1-1.5, an equation per function; nothing in them knows how a derivative is taken |
//! | [`credit`] | BPTT, also truncated, RTRL, windows, the triangle, and what they cost in operations |
//! | [`train`], [`optim`] | learning by any mode |
//! | [`data`], [`baseline`], [`case`], [`report`] | series, simple predictors, case files and all that is known of a case, the page of the main job |
//! | [`compare`], [`finite`] | how large results are, how far apart, and whether they are finite |
//! | [`explain`] | every equation with its numbers, as text |
//! | [`lesson`] | the page that shows and explains all this |
//!
//! # Limitations
//!
//! One recurrent layer and one readout, the chapter's; another model is another file like [`model`]. A batch has sequences of
//! one length. What is trained by [`train`] is small: there is no GPU, and one process.

pub mod activation;
pub mod baseline;
pub mod case;
pub mod compare;
pub mod credit;
pub mod data;
pub mod explain;
pub mod finite;
mod fit;
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
