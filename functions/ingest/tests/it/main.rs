//! The function from a gateway event to a response and the queue, with its two verbs replaced.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::type_complexity, reason = "tests")]

mod accepted;
mod adapters;
mod configuration;
mod fixture;
mod hostile_bodies;
mod hostile_names;
mod hostile_signatures;
mod hostile_times;
mod http_api;
mod kept;
mod problems;
mod refused;
mod rotation;
mod sent;
mod told;
mod unavailable;
