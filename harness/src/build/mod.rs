//! Builds the functions and packages them for Lambda.

pub mod auditable;
pub mod glibc;
pub mod lambda;
pub mod package;
pub mod python;
pub(crate) mod release;
