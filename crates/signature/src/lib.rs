//! Verifies and signs webhook requests.
//!
//! One engine interprets the [`Description`] of a sender, which is data: a file of the catalogue (`senders/*.json`) or a part of an
//! operator's configuration. [`Scheme`] is the validated form. [`Scheme::verify`] receives the request's headers, the exact
//! signed bytes, the accepted secrets and the time. It returns the event's metadata, or the reason why the verification failed.
//!
//! This crate does no I/O and reads no clock: the caller passes all input, so every result is reproducible.

mod algorithm;
mod description;
mod encoding;
mod error;
mod form;
mod handshake;
mod headers;
mod json;
mod jwt;
mod key;
mod reader;
mod request;
mod scheme;
mod secret;
mod sign;
mod template;
mod time;
mod verify;

pub use algorithm::Algorithm;
pub use description::{
    Derivation, Description, Digest, EventResponse, HandshakeDescription, JwtDescription, KeyDescription, KeyEncoding,
    PairsDescription, SignatureDescription, TimeUnit, TimestampDescription,
};
pub use encoding::Encoding;
pub use error::{SignError, VerifyError};
pub use form::is_form;
pub use handshake::{Handshake, HandshakeResponse, verify_token};
pub use headers::Headers;
pub use json::without_bom;
pub use request::{Message, Request, Signed, Verified};
pub use scheme::{ConfigError, Scheme, SchemeOptions, Trust};
pub use secret::{InvalidSecret, Secret};
pub use template::TemplateError;
