//! Requests to the internet. The client connects only to addresses that the SSRF guard allows, uses TLS, and follows no
//! redirect and no proxy. The duration of a request and the size of a response are limited.

mod client;
mod guard;
mod resolver;
mod response;
mod retry_hint;

pub use self::client::EgressError;
pub(crate) use self::client::{Egress, HttpRequest, Target, TargetError, json_headers};
pub(crate) use self::guard::SsrfGuard;
