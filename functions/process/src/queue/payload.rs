//! The port to payloads that a message could not hold: the claim check.

use std::future::Future;

use bytes::Bytes;
use hookline_aws::{Bucket, PortError, SdkConfig};
use hookline_event::Payload;

use crate::reason::Reason;

const OPERATION: &str = "s3:GetObject";

/// Why a payload could not be fetched.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {
    /// It no longer exists, or never did: no attempt will bring it back. To a role that may not list the bucket's keys, as
    /// ours, S3 only reports that access is denied; then the event is given up after the last receive, not at once.
    #[error("there is no payload at {uri}")]
    Missing {
        /// The `dataref` of the message.
        uri: String,
    },
    /// The store did not respond, or refuses.
    #[error("the payload at {uri} could not be fetched: {source}")]
    Unavailable {
        /// The `dataref` of the message.
        uri: String,
        /// The failed call.
        source: PortError,
    },
}

impl FetchError {
    pub(crate) fn out_of_time(uri: &str) -> Self {
        Self::Unavailable { uri: uri.to_owned(), source: PortError::new(OPERATION, "out of time") }
    }
}

impl From<&FetchError> for Reason {
    fn from(error: &FetchError) -> Self {
        match error {
            FetchError::Missing { .. } => Self::PayloadMissing,
            FetchError::Unavailable { .. } => Self::PayloadUnavailable,
        }
    }
}

/// The port to the payload store.
pub trait FetchPayload: Send + Sync + 'static {
    /// The exact bytes that were stored.
    fn fetch_payload(&self, uri: &str) -> impl Future<Output = Result<Bytes, FetchError>> + Send;
}

/// A bucket of Amazon S3. A URI of another bucket is never fetched.
#[derive(Debug)]
pub struct S3PayloadStore(Bucket);

impl S3PayloadStore {
    /// The bucket of a name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self(Bucket::new(config, bucket))
    }
}

impl FetchPayload for S3PayloadStore {
    async fn fetch_payload(&self, uri: &str) -> Result<Bytes, FetchError> {
        let missing = || FetchError::Missing { uri: uri.to_owned() };
        let unavailable = |source| FetchError::Unavailable { uri: uri.to_owned(), source };
        let key = Payload::key(uri, &self.0.name).ok_or_else(missing)?;
        let get = self.0.client().get_object().bucket(&self.0.name).key(key);
        let object = match Box::pin(get.send()).await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|it| it.is_no_such_key()) => return Err(missing()),
            Err(error) => return Err(unavailable(PortError::new(OPERATION, error))),
        };
        let bytes = object.body.collect().await.map_err(|error| unavailable(PortError::new(OPERATION, error)))?;
        Ok(bytes.into_bytes())
    }
}
