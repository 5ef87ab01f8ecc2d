//! The local machine: files of the repository, child processes that end with the harness, and waiting for conditions.

pub use launcher::log;

pub mod parent_pipe;
pub mod repository;
pub mod supervisor;
pub(crate) mod wait;
