use hookline_aws::PortError;
use hookline_event::Payload as QueuedPayload;
use hookline_event_log::{EventEntry, StoredEvent, StoredEventError};
use serde_json::Value;

use super::table::EventLog;

/// An event of the log with its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The queue message in JSON, without its payload.
    pub message: String,
    /// The exact bytes that the sender sent.
    pub bytes: Vec<u8>,
}

/// Why the payload of an event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The log has no payload of the event.
    #[error("the event log has no payload of event `{id}`: it was not written, it has expired, or it was deleted")]
    Missing {
        /// The event's id.
        id: String,
    },
    /// The payload is damaged.
    #[error("the payload of event `{id}` cannot be read: {cause}")]
    Damaged {
        /// The event's id.
        id: String,
        /// The cause. It is no `source`: the text has it, and the command prints all sources.
        cause: StoredEventError,
    },
    /// S3 rejected the request or did not respond.
    #[error("cannot read `s3://{bucket}/{key}`: {cause}")]
    Unavailable {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
        /// The failed call, with all its causes.
        cause: PortError,
    },
}

impl PayloadError {
    /// Whether the event has no payload, which a repeated call does not change.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    /// Whether S3 did not respond as expected, which a repeated call may change.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

impl EventLog {
    /// Reads an event with its payload.
    ///
    /// # Errors
    ///
    /// [`PayloadError`].
    pub async fn payload(&self, event: &EventEntry) -> Result<Payload, PayloadError> {
        let stored = self.stored(event).await?;
        let bytes = match self.offloaded_key(&stored.message) {
            None => stored.payload,
            Some(key) => {
                let missing = || PayloadError::Missing { id: event.id.clone() };
                self.object(&key, None).await?.ok_or_else(missing)?
            }
        };
        Ok(Payload { message: stored.message, bytes })
    }

    /// Returns the URI of the payload, or `None` if it was not offloaded.
    ///
    /// # Errors
    ///
    /// [`PayloadError`].
    pub async fn offloaded_uri(&self, event: &EventEntry) -> Result<Option<String>, PayloadError> {
        let key = self.offloaded_key(&self.stored(event).await?.message);
        Ok(key.map(|key| format!("s3://{}/{key}", self.bucket.name)))
    }

    async fn stored(&self, event: &EventEntry) -> Result<StoredEvent, PayloadError> {
        let missing = || PayloadError::Missing { id: event.id.clone() };
        let location = event.object.as_ref().ok_or_else(missing)?;
        let last = location.offset.saturating_add(location.length).saturating_sub(1);
        let range = format!("bytes={}-{last}", location.offset);
        let member = self.object(&location.key, Some(range)).await?.ok_or_else(missing)?;
        StoredEvent::read(&member).map_err(|error| match error {
            StoredEventError::Deleted => missing(),
            cause => PayloadError::Damaged { id: event.id.clone(), cause },
        })
    }

    /// Returns the key of an offloaded payload. A location in another bucket is not followed.
    fn offloaded_key(&self, message: &str) -> Option<String> {
        let message: Value = serde_json::from_str(message).ok()?;
        QueuedPayload::object_key(message["dataref"].as_str()?, &self.bucket.name).map(str::to_owned)
    }

    /// Returns the bytes of an object, or `None` if there is no such object.
    async fn object(&self, key: &str, range: Option<String>) -> Result<Option<Vec<u8>>, PayloadError> {
        let object = self.bucket.get(key, range).await.map_err(|cause| PayloadError::Unavailable {
            bucket: self.bucket.name.clone(),
            key: key.to_owned(),
            cause,
        })?;
        Ok(object.map(|object| object.bytes))
    }
}
