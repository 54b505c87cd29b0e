//! Looking at a run, or at a recording of one: as rows with their partials, which are read downwards here.
//!
//! There are two ways to a [`Trace`]. [`trace`], that of `ad_forward`, runs a generic function on numbers that write down
//! every operation by name, with its value:
//!
//! ```
//! use ad_core::Scalar;
//! use ad_reverse::trace::trace;
//!
//! let trace = trace(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
//! assert_eq!(trace.adjoints(&[1.0])[0], [3.0 + 2.0_f64.cos()]); // df/dx
//! println!("{}", trace.figure().with_adjoints(&[1.0]).table());
//! ```
//!
//! [`Pullback::trace`](crate::Pullback::trace) and [`Linearized::trace`](crate::Linearized::trace) show a recording that is there
//! already, also of code that was written for [`Var`](crate::Var) alone: what a sweep reads, a row for each record.
//!
//! ```
//! use ad_core::Scalar;
//! use ad_reverse::vjp;
//!
//! let (_, pullback) = vjp(|x| x[0] * x[1] + x[0].sin(), &[2.0, 3.0]);
//! let recording = pullback.trace();
//! assert_eq!(recording.adjoints(&[1.0])[0], [3.0 + 2.0_f64.cos()]);
//! let table = recording.figure().with_adjoints(&[1.0]).table();
//! let lines: Vec<_> = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
//! assert_eq!(lines[1], "%0 input 2.0000 2.5839");
//! assert_eq!(lines[3], "%2 binary %0 %1 - d%0 3.0000, d%1 2.0000 1.0000");
//! println!("{}", recording.figure().with_adjoints(&[1.0]).dot());
//! ```
//!
//! # What a recording knows
//!
//! An operation that adds a constant has no row, here as in a sweep: its result is where its operand is.
//!
//! A recording is made to be swept, and keeps of an operation what a sweep needs: the operands and the partials. Made inside of
//! [`keeping_values`] it keeps names and values too; otherwise, and other than in the trace of a run,
//!
//! * values are those of the inputs; all others are shown as `-`;
//! * the extents of an array are known for the inputs; of any other array only the number of its entries;
//! * the name of a row is that of its kind of record:
//!
//!   | name | record |
//!   |---|---|
//!   | `input` | a number or an array of the inputs |
//!   | `add`, `sub` | a sum and a difference of two variables |
//!   | `unary`, `binary`, `n-ary` | a rule of the table, a product, or what `preaccumulate` made of a function, by how many of its operands are variables |
//!   | `dot_product` | that of slices of scalars |
//!   | `elementwise` | `map`, `map2`, `hadamard` and `quotient` |
//!   | `copy` | `slice`, `concat` and `reshape` |
//!   | `axpby`, `axpby_map`, `scale`, `dot`, `squared_distance`, `sum`, `affine`, `sub_rows`, `softmax`, `transpose`, `get` | the array operation of this name; where of `sub_rows` only the matrix, or of `axpby_map` only what no rule is applied to is a variable, `axpby` |
//!   | `transpose` and `affine`; `scale`, `sub_rows` and `elementwise` | `matmul`; `scale_rows`: of these the ones that have a variable |
//!   | `reduce_rows` | one number for each row |
//!   | `gather` | an array of scalars |

mod recording;

pub use crate::tape::notes::keeping_values;
pub use ad_forward::trace::{Figure, Row, Trace, Traced, TracedArray, trace};
