//! Exhaustive checks of the delivery protocol within bounds.

#![allow(clippy::print_stdout, clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod faults;
mod mutations;
mod support;
