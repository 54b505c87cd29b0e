//! Looking at a run: [`trace`] of `ad_forward`, whose rows are read downwards here.
//!
//! ```
//! use ad_reverse::trace::trace;
//!
//! let trace = trace(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
//! assert_eq!(trace.adjoints(&[1.0])[0], [3.0 + 2.0_f64.cos()]); // df/dx
//! println!("{}", trace.figure().with_adjoints(&[1.0]).table());
//! ```

pub use ad_forward::trace::{Figure, Row, Trace, Traced, TracedArray, trace};
