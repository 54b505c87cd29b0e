//! leaky rnn
pub mod activation;
pub mod baseline;
pub mod case;
pub mod credit;
pub mod data;
pub mod kind;
pub mod loss;
pub mod model;
pub mod optim;
pub mod report;
pub mod sequence;
pub mod train;

pub use kind::{Activation, Loss, Output};
pub use model::{Parameters, Readout, Recurrent, Rnn};
pub use sequence::Sequence;
