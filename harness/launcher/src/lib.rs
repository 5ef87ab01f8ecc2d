//! The parts of the launcher that the harness uses too. They have no dependencies, so the launcher is compiled within
//! seconds.

#![allow(clippy::print_stderr, reason = "a command line tool")]

pub mod cargo;
pub mod log;
pub mod python;
