//! Verifies and signs webhook requests.
//!
//! A source names a [`Scheme`]; its one `verify` takes the request's headers and the exact bytes that were signed, the
//! secrets that are accepted and the time, and says what the sender tells of the event, or how the request failed.
//! There is no I/O here and no clock: the caller passes both in, so every verdict can be repeated from data.
//!
//! A new scheme is one file in `scheme/`, one variant of [`Scheme`] and one of [`SchemeConfig`].

mod body;
mod config;
mod error;
mod headers;
mod mac;
mod scheme;
mod secret;
mod time;

pub use config::{ConfigError, SchemeConfig};
pub use error::{SignError, VerifyError};
pub use headers::Headers;
pub use mac::Algorithm;
pub use scheme::{
    Bitbucket, Encoding, Github, Gitlab, GitlabMode, Handshake, Hmac, Linear, Message, Pagerduty, Request, Scheme,
    Shopify, Signed, Slack, Standard, Stripe, Template, TemplateError, Twilio, Verified, public_key,
};
pub use secret::{BlankSecret, Secret};
