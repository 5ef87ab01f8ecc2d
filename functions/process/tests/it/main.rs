//! The function from a batch of messages to the requests that a destination sees, the response and the queues' verbs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::type_complexity, reason = "tests")]

mod adapters;
mod aws_kinds;
mod batch;
mod blocked;
mod bucket;
mod chats;
mod configuration;
mod delivered;
mod egress;
mod fixture;
mod given_up;
mod kept;
mod messages;
mod once;
mod retried;
mod routed;
mod signed;
mod table;
mod told;
