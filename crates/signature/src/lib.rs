//! Verifies and signs webhook requests.
//!
//! A source has a [`Scheme`]. [`Scheme::verify`] receives the request's headers, the exact signed bytes, the accepted
//! secrets and the time. It returns the event's metadata, or the reason why the verification failed.
//!
//! This crate does no I/O and reads no clock: the caller passes all input, so every result is reproducible.
//!
//! A new scheme needs one file in `scheme/`, one variant of [`Scheme`] and one entry in [`SchemeConfig::OPTIONS`].

mod body;
mod config;
mod error;
mod headers;
mod mac;
mod scheme;
mod secret;
mod time;

pub use body::{is_form, without_bom};
pub use config::{ConfigError, SchemeConfig};
pub use error::{SignError, VerifyError};
pub use headers::Headers;
pub use mac::Algorithm;
pub use scheme::{
    Bitbucket, Encoding, Github, Gitlab, GitlabMode, Handshake, Hmac, Linear, Message, Pagerduty, Request, Scheme,
    Shopify, Signed, Slack, Standard, Stripe, Template, TemplateError, Twilio, Verified, public_key,
};
pub use secret::{InvalidSecret, Secret};
