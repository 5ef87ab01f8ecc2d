//! Requests to the internet: to addresses that the guard allows, over TLS, without redirects or proxies, bounded in time
//! and size.

mod client;
mod guard;
mod resolver;
mod response;
mod retry_after;

pub use self::client::EgressError;
pub(crate) use self::client::{Egress, Target, TargetError, json};
pub(crate) use self::guard::Guard;
