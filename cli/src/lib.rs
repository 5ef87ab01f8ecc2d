//! Operates a Hookline deployment from a terminal: the dead-letter queue, replay of events, the trace of one event,
//! filtered events, copies of events for a program on this computer, pauses of destinations, secrets, senders, and signing and verifying requests.
//!
//! `commands` has a file for each command. A [`target::Target`] is the deployment that a command works on. The other
//! modules are the library that the commands and the local harness share.

#![allow(clippy::print_stderr, reason = "a command line tool")]
#![allow(clippy::indexing_slicing, reason = "indexing a JSON value returns null for a missing member")]

mod api_gateway;
pub mod aws;
pub mod capacity;
pub mod clock;
pub mod commands;
pub mod console;
pub mod dead_letter_queue;
pub mod destination_secret;
pub mod destinations;
pub mod doctor;
pub mod duration;
pub mod event_deletion;
pub mod event_log;
pub mod event_trace;
pub mod example_event;
pub mod explained_event;
pub mod filtered_events;
pub mod handshakes;
pub mod http_request;
mod init;
pub mod listener;
pub mod logs;
pub mod output;
pub mod report_page;
pub mod secrets;
pub mod sender_file;
mod service_api;
pub mod signals;
pub mod signature_vectors;
mod signed_event;
pub mod source_scheme;
pub mod target;
pub mod usage;
mod webhook_url;
