//! Brings the production Terraform up on an emulator and drives signed requests through both functions.
//!
//! `command` has a file for each command of the line; `emulator` starts or finds what stands in for AWS, `terraform` applies the
//! production files to it, `package` builds what they deploy. A [`stack::Stack`] is the result: endpoints, names and
//! clients. `scenario` has a file for each thing that has to hold on it, with `sender` and `sink` at the two ends.

#![allow(clippy::print_stderr, reason = "a command line tool")]
#![allow(clippy::indexing_slicing, reason = "of JSON values, which answer null for what is not there")]

mod aws_json;
mod bench;
pub mod command;
mod dead_letters;
mod duration;
pub mod emulator;
mod files;
mod glibc;
pub mod guarded;
mod lambda;
mod leash;
mod life;
mod load;
mod package;
mod progress;
mod python;
pub mod scenario;
mod sdk;
mod sender;
mod sink;
pub mod stack;
mod target;
pub mod terraform;
mod vectors;
mod wait;
