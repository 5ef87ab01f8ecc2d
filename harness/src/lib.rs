//! Applies the production Terraform to an emulator and drives signed requests through both functions.
//!
//! `commands` has a file for each command. `emulator` starts or finds the AWS emulator, `terraform` applies the production
//! files to it, `build` builds the packages that they deploy. A [`stack::Stack`] is the result: endpoint, names and clients.
//! `scenarios` has the checks that run on it, with both ends of the stack in `traffic`.

#![allow(clippy::print_stderr, reason = "a command line tool")]
#![allow(clippy::indexing_slicing, reason = "indexing a JSON value returns null for a missing member")]

pub mod build;
pub mod commands;
pub mod emulator;
mod load;
pub mod scenarios;
pub mod stack;
pub mod system;
pub mod terraform;
mod traffic;
