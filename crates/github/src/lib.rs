//! Credentials for GitHub's API: an access token, or the private key of a GitHub App, which signs JSON Web Tokens.
//!
//! The recover function sends them, and the command-line tool checks them before it stores them. This crate does no I/O
//! and reads no clock: the caller passes the time.

mod app_key;
mod token;

pub use app_key::{AppKey, InvalidAppKey, SignError};
pub use token::{InvalidToken, Token};
