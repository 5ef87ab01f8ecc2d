//! Tests of each scheme: accepted and rejected requests, and the event's metadata. The published test vectors run in a
//! test of the crate `hookline`, whose command `verify` reads such files.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod accepted;
mod comparisons;
mod config;
mod documentation;
mod fixture;
mod hmac;
mod properties;
mod published;
mod reasons;
mod standard;
mod twilio;
