//! Starts the programs, sends them events, measures them and reports the results.

pub(crate) mod configuration;
pub(crate) mod cost;
pub(crate) mod events;
pub(crate) mod fake_services;
pub(crate) mod measurements;
pub(crate) mod program;
pub(crate) mod report;
pub(crate) mod runtime_api;
pub(crate) mod statistics;
pub(crate) mod targets;
