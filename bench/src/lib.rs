//! Measures both functions next to other programs that do the same work. The runner starts each program as Lambda does and
//! sends it events through its own Runtime API.

#![allow(clippy::print_stderr, reason = "a command line tool")]
#![allow(clippy::indexing_slicing, reason = "indexing a JSON value returns null for a missing member")]

pub mod options;
mod runner;
mod subjects;
