//! Proof of IAM policies by recorded calls.
//!
//! Terraform's provider logs each call that it makes. [`operations`] maps a call to what it needs: actions on
//! resources, with the values of condition keys. [`check`] evaluates the policies as IAM does, and reports needs that
//! are not allowed, actions that are not needed, and resources and condition keys that cannot match. [`mutation`]
//! proves that the check notices each mistake.

mod assessment;
mod call;
mod check;
mod condition;
mod finding;
mod functions;
mod mutation;
mod operations;
mod pattern;
mod policy;
mod recording;
mod reference;
mod report;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use self::assessment::{Account, assess};
pub(crate) use self::functions::check_functions;
pub(crate) use self::recording::{Phase, Recording};
pub(crate) use self::report::Report;
pub(crate) use self::template::Names;
