//! The credentials of `http` destinations: how a destination authenticates requests, and what its secret contains.
//!
//! The process function and the command-line tool read a secret with the same code. No error and no `Debug` output
//! contains a part of a secret.
//!
//! | `auth` | secret |
//! |---|---|
//! | `none`, `sigv4` | none |
//! | `bearer` | the token, or `{"token": …}` |
//! | `basic` | `{"username": …, "password": …}` |
//! | `header` | the value of the header, or `{"value": …}` |
//! | `oauth2_client_credentials` | `{"client_id": …, "client_secret": …}` |
//! | `mtls` | `{"certificate": …, "key": …}` in PEM, or one PEM text with both |
//!
//! A destination that also signs its requests has the additional member `signing_key`. With `none` and `sigv4`, the secret
//! is the signing key alone.

mod auth;
mod credentials;
mod error;
mod format;
mod identity;
mod text;

pub use auth::Auth;
pub use credentials::{ClientCredentials, Credential, Credentials};
pub use error::InvalidCredentials;
pub use format::{Field, SecretFormat};
pub use identity::Identity;
pub use text::ConfidentialText;
