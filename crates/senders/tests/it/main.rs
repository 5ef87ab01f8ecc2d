//! Tests of the engine over the whole catalogue: no sender has tests of its own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod catalogue;
mod fixture;
mod properties;
mod signatures;
mod vectors;
