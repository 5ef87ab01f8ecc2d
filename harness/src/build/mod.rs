//! Builds the functions and packages them for Lambda.

pub mod glibc;
pub mod lambda;
pub mod package;
pub mod python;
