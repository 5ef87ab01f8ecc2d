//! Verifies and signs webhook requests.
//!
//! One engine interprets the [`Description`] of a sender, which is data: a file of the catalogue (`senders/*.json`) or a part of an
//! operator's configuration. [`Scheme`] is the validated form. [`Scheme::verify`] receives the request's headers, the exact
//! signed bytes, the accepted secrets and the time. It returns the event's metadata, or the reason why the verification failed.
//!
//! This crate does no I/O and reads no clock: the caller passes all input, so every result is reproducible.

mod algorithm;
mod challenge;
mod config_error;
mod crypto;
mod description;
mod draft;
mod error;
mod jwt;
mod key;
mod message;
mod options;
mod request_copy;
mod rules;
mod scheme;
mod sign;
mod signature_text;
mod signing_method;
mod time;
mod verify;
mod verify_method;

pub use algorithm::Algorithm;
pub use challenge::verify_token;
pub use config_error::{ConfigError, invalid, parsed};
pub use description::{
    Derivation, Description, Digest, JwtDescription, KeyDescription, KeyEncoding, PairsDescription,
    SignatureDescription, TimeUnit, TimestampDescription,
};
pub use error::{SignError, VerifyError};
pub use hookline_secret::{InvalidSecret, Secret};
pub use hookline_template::{Encoding, Headers, Request, TemplateError, is_form, without_bom};
pub use message::{Message, Signed, Verified};
pub use options::{SchemeOptions, Trust};
pub use request_copy::CopyNeeds;
pub use scheme::Scheme;
