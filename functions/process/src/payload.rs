//! Where a payload comes from that the queue could not hold: the claim check.

use std::future::Future;

use bytes::Bytes;
use hookline_aws::{Client, Operation};
use hookline_event::Payload;

use crate::reason::Reason;

/// Why a payload could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is not there any more, or was never: no attempt will bring it back. Of a role that may not list the bucket's keys,
    /// as ours, S3 only says that access is denied; then the event is given up after the last receive, not at once.
    #[error("there is no payload at {uri}")]
    Missing {
        /// What the message says.
        uri: String,
    },
    /// The bucket did not answer, or refuses.
    #[error("the bucket did not give {uri}: {detail}")]
    Unavailable {
        /// What the message says.
        uri: String,
        /// Why not, after all attempts.
        detail: String,
    },
}

impl From<&FetchError> for Reason {
    fn from(error: &FetchError) -> Self {
        match error {
            FetchError::Missing { .. } => Self::PayloadMissing,
            FetchError::Unavailable { .. } => Self::PayloadUnavailable,
        }
    }
}

/// Reads one payload.
pub trait FetchPayload: Send + Sync + 'static {
    /// The exact bytes that were kept.
    fn fetch_payload(&self, uri: &str) -> impl Future<Output = Result<Bytes, FetchError>> + Send;
}

/// The payload bucket.
#[derive(Clone)]
pub struct Bucket {
    /// What it is asked with.
    pub client: Client,
    /// Its name; what is said to lie elsewhere is not looked for.
    pub name: String,
}

impl FetchPayload for Bucket {
    async fn fetch_payload(&self, uri: &str) -> Result<Bytes, FetchError> {
        let missing = || FetchError::Missing { uri: uri.to_owned() };
        let unavailable = |detail: String| FetchError::Unavailable { uri: uri.to_owned(), detail };
        let key = Payload::key(uri, &self.name).ok_or_else(missing)?;
        match self.client.send(Operation::object(&self.name, key, None)).await {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.code() == Some("NoSuchKey") => Err(missing()),
            Err(error) => Err(unavailable(error.to_string())),
        }
    }
}
