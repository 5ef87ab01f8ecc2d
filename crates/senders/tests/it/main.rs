//! Tests of the engine: over the whole catalogue, of senders with specific expectations, and of each kind of description.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod accepted;
mod boundaries;
mod catalogue;
mod comparisons;
mod fixture;
mod handshakes;
mod jwt;
mod keys;
mod limits;
mod metadata;
mod options;
mod places;
mod properties;
mod published;
mod reasons;
mod rotation;
mod schema;
mod signatures;
mod source;
mod standard;
mod twilio;
mod vectors;
