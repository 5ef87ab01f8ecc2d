//! What each kind of destination implements, in one file of its own.

use std::fmt::Debug;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use hookline_event::Event;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::attempt::Attempt;
use super::error::DestinationError;
use crate::egress::SsrfGuard;
use crate::failure::Failure;

/// A kind of destination: how it is configured, what it sends, and how it sends it.
pub(super) trait Kind: Debug + Sized + 'static {
    /// The name of the kind in the configuration and in metrics.
    const NAME: &'static str;

    /// The options of the kind, as Terraform writes them. Unknown options must be rejected.
    type Config: DeserializeOwned;

    /// Validates the configuration.
    ///
    /// # Errors
    ///
    /// [`DestinationError`]: the configuration is invalid. The function does not start.
    fn new(config: Self::Config, setup: &Setup<'_>) -> Result<Self, DestinationError>;

    /// Returns what the destination would receive, without secrets and without a call. [`Kind::deliver`] sends the same.
    ///
    /// # Errors
    ///
    /// [`Failure`]: the event cannot be delivered.
    fn preview(&self, event: &Event) -> Result<Preview, Failure>;

    /// Makes one attempt to deliver the event, which ends before the deadline of the attempt.
    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure>;
}

/// What a destination needs in addition to its options.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup<'a> {
    /// The name of the destination, which is also the name of its secret.
    pub(super) name: &'a str,
    /// Decides which addresses may be called.
    pub(super) guard: &'a SsrfGuard,
}

/// What a destination would receive for an event, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Where it is sent: a URL with its method, an ARN, or the name of the place in the destination's secret.
    pub target: String,
    /// Headers, message attributes or fields, in the order in which they are shown.
    pub headers: Vec<(String, String)>,
    /// The body, message or object.
    pub body: Bytes,
}

/// A destination of any kind.
pub(super) trait AnyDestination: Debug {
    fn preview(&self, event: &Event) -> Result<Preview, Failure>;

    fn deliver<'a>(&'a self, event: &'a Event, attempt: Attempt<'a>) -> LocalBoxFuture<'a, Result<(), Failure>>;
}

impl<K: Kind> AnyDestination for K {
    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        Kind::preview(self, event)
    }

    fn deliver<'a>(&'a self, event: &'a Event, attempt: Attempt<'a>) -> LocalBoxFuture<'a, Result<(), Failure>> {
        Box::pin(Kind::deliver(self, event, attempt))
    }
}

/// Creates a destination from the options of its kind.
pub(super) type Create = fn(Value, &Setup<'_>) -> Result<Box<dyn AnyDestination>, DestinationError>;

/// Returns the name of a kind, and the function that creates a destination of this kind.
pub(super) const fn registered<K: Kind>() -> (&'static str, Create) {
    (K::NAME, |options, setup| {
        let config = serde_json::from_value(options).map_err(|source| DestinationError::InvalidOptions { source })?;
        Ok(Box::new(K::new(config, setup)?))
    })
}
