//! Tests of the function from a gateway event to a response and the queue, with scripted adapters for its ports.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::type_complexity, reason = "tests")]

mod accepted;
mod adapters;
mod cloud_events;
mod configuration;
mod deduplication;
mod event_types;
mod fixture;
mod forwarded_headers;
mod handshakes;
mod hostile_bodies;
mod hostile_names;
mod hostile_signatures;
mod hostile_times;
mod http_api;
mod offloaded_payloads;
mod problem_details;
mod rejected;
mod response_time;
mod rotation;
mod sender_headers;
mod signed_request;
mod stored_secrets;
mod telemetry;
mod test_adapters;
mod unavailable_dependencies;
