//! What each scheme accepts, how it refuses and what it reads of an event. The published vectors are a test of the
//! harness, which has the command that runs such files.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod accepted;
mod comparisons;
mod config;
mod fixture;
mod hmac;
mod properties;
mod published;
mod reasons;
mod standard;
mod twilio;
