//! Runs Hookline on a local AWS emulator: applies the production Terraform and sends signed requests through both
//! functions.
//!
//! `commands` has a file for each command. `emulator` starts or finds the emulator. `build` builds the packages of the
//! functions, and `terraform` applies the production configuration. A [`stack::Stack`] is a handle to the result.
//! `scenarios` checks the behaviour of a running stack, and `load` tests it under load. Both use `traffic`, which has the
//! senders and the receiver of deliveries. `browser` controls Chromium for the scenarios of the console.

#![allow(clippy::print_stderr, reason = "a command line tool")]
#![allow(clippy::indexing_slicing, reason = "indexing a JSON value returns null for a missing member")]

mod browser;
pub mod build;
pub mod commands;
pub mod emulator;
mod iam;
mod load;
pub mod scenarios;
pub mod stack;
pub mod system;
pub mod terraform;
mod traffic;
