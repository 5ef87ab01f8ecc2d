//! Starts programs, sends them events, measures them and reports the results.

pub(crate) mod check;
pub(crate) mod cost;
pub(crate) mod events;
pub(crate) mod measure;
pub(crate) mod numbers;
pub(crate) mod program;
pub(crate) mod report;
pub(crate) mod runtime_api;
pub(crate) mod stand_in;
