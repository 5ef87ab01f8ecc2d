//! The port to offloaded payloads, which are too large for an SQS message (claim check).

use std::future::Future;

use bytes::Bytes;
use hookline_aws::{Bucket, PortError, SdkConfig};
use hookline_event::Payload;

use crate::reason::Reason;

const OPERATION: &str = "s3:GetObject";

/// Why a payload could not be fetched.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {
    /// The object does not exist, so a retry cannot succeed. S3 returns this error only to a role with `s3:ListBucket` on
    /// the bucket, and "access denied" to another one:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
    #[error("there is no payload at `{uri}`")]
    Missing {
        /// The `dataref` of the message.
        uri: String,
    },
    /// S3 did not respond or rejected the request.
    #[error("the payload at `{uri}` could not be fetched: {source}")]
    Unavailable {
        /// The `dataref` of the message.
        uri: String,
        /// The failed call.
        source: PortError,
    },
}

impl FetchError {
    pub(crate) fn deadline_exceeded(uri: &str) -> Self {
        Self::Unavailable { uri: uri.to_owned(), source: PortError::new(OPERATION, "deadline exceeded") }
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
    /// Returns the stored bytes without changes.
    fn fetch_payload(&self, uri: &str) -> impl Future<Output = Result<Bytes, FetchError>> + Send;
}

/// A payload store in an S3 bucket. It never fetches an object from another bucket.
#[derive(Debug)]
pub struct S3PayloadStore(Bucket);

impl S3PayloadStore {
    /// Creates the store without opening a connection.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self(Bucket::new(config, bucket))
    }
}

impl FetchPayload for S3PayloadStore {
    async fn fetch_payload(&self, uri: &str) -> Result<Bytes, FetchError> {
        let missing = || FetchError::Missing { uri: uri.to_owned() };
        let unavailable = |source| FetchError::Unavailable { uri: uri.to_owned(), source };
        let key = Payload::object_key(uri, &self.0.name).ok_or_else(missing)?;
        let object = self.0.get(key, None).await.map_err(unavailable)?.ok_or_else(missing)?;
        Ok(Bytes::from(object.bytes))
    }
}
