//! What a user calls: a file for each operator, and for what it returns.

pub(crate) mod gradient;
pub(crate) mod hessian;
pub(crate) mod hvp;
pub(crate) mod jacobian;
pub(crate) mod linear;
pub(crate) mod linearize;
pub(crate) mod pullback;
pub(crate) mod try_vjp;
pub(crate) mod vjp;
