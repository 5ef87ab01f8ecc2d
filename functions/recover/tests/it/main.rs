//! Tests of the function: from the event of the schedule to the requests to GitHub, the stored state and the log.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod authentication;
mod configuration;
mod dynamodb_state_store;
mod failures;
mod fixture;
mod interrupted;
mod lag;
mod listing;
mod properties;
mod rate_limits;
mod redelivery;
mod telemetry;
