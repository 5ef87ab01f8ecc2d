//! The items of the index.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

/// An item of a table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the item of the table has another form: {source}")]
pub struct InvalidItem {
    /// The error of the deserializer.
    #[from]
    source: serde_dynamo::Error,
}

/// An item of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// An event.
    Event(Box<EventEntry>),
    /// An attempt after the first receive of the event's message.
    Attempt(Box<AttemptEntry>),
}

/// An event or a rejected request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventEntry {
    /// The hash key, from [`event_key`](crate::event_key).
    pub event: String,
    /// The range key, from [`event_position`](crate::event_position).
    pub position: String,
    /// The source's name; `events` for `POST /events`.
    pub source: String,
    /// The event's id; the request's id for a rejected request.
    pub id: String,
    /// Identifies the request among those with the same event.
    pub request_id: String,
    /// What was decided about the event.
    pub status: EventStatus,
    /// The event's type; empty for a rejected request.
    pub r#type: String,
    /// When the event was received, formatted by [`received_time`](crate::received_time).
    pub received: String,
    /// The number of bytes of the payload. `None` if it was offloaded or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The key for deduplication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<String>,
    /// The payload's media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The id of the trace, as X-Ray's console uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Where the event with its payload is. `None` for a rejected request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectLocation>,
    /// Why a request was rejected or an event was filtered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The HTTP status of the response to a rejected request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The id of the replay, if an operator has sent the event again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// The attempts at the first receive of the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// When DynamoDB deletes the item, in seconds since 1970.
    pub expires_at: u64,
}

/// What was decided about an event or a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// The event has destinations; the attempts tell what happened there.
    #[default]
    Routed,
    /// No route matches, by the operator's rules.
    Filtered,
    /// Ingest rejected the request. No item has this status; readers derive such entries from ingest's log.
    Rejected,
}

/// Where the event is in the payload bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLocation {
    /// The object's key.
    pub key: String,
    /// The first byte of the event's gzip member.
    pub offset: u64,
    /// The number of bytes of the member.
    pub length: u64,
}

/// One attempt to deliver an event, or a decision not to make one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The destination's name; empty if the event has no destination.
    pub destination: String,
    /// The destination's kind; `none` without a destination.
    pub kind: String,
    /// What happened.
    pub outcome: Outcome,
    /// The reason code of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The number of this attempt; of the last one if none was made.
    pub number: u32,
    /// When it ended, formatted by [`received_time`](crate::received_time).
    pub at: String,
    /// How long it took.
    pub duration_ms: u64,
    /// The wait until the next attempt, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_in_seconds: Option<u32>,
}

/// What happened to a delivery. The names are those of the outcomes in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The destination accepted the event.
    Delivered,
    /// An earlier attempt, or an earlier event with the same deduplication key, has delivered it.
    AlreadyDelivered,
    /// It failed, and is attempted again.
    Retried,
    /// It waits without an attempt.
    Deferred,
    /// Hookline gave up, and the event is in the dead-letter queue.
    DeadLettered,
}

/// An attempt after the first receive: on the retry lane, or of a message that was redriven or received again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptEntry {
    /// The hash key of the event.
    pub event: String,
    /// The range key, from [`attempt_position`](crate::attempt_position).
    pub position: String,
    /// The source's name.
    pub source: String,
    /// The event's id.
    pub id: String,
    /// The request of the event.
    pub request_id: String,
    /// When the event was received.
    pub received: String,
    /// The attempt.
    pub attempt: Attempt,
    /// When DynamoDB deletes the item, in seconds since 1970.
    pub expires_at: u64,
}

impl Entry {
    /// Returns the item for DynamoDB.
    ///
    /// # Errors
    ///
    /// [`InvalidItem`] only if `serde_dynamo` cannot write an entry, which does not happen.
    pub fn to_item(&self) -> Result<HashMap<String, AttributeValue>, InvalidItem> {
        Ok(serde_dynamo::to_item(self)?)
    }

    /// Reads an item.
    ///
    /// # Errors
    ///
    /// [`InvalidItem`]: another program has written the item, or a later version of Hookline that has other entries.
    pub fn from_item(item: HashMap<String, AttributeValue>) -> Result<Self, InvalidItem> {
        Ok(serde_dynamo::from_item(item)?)
    }

    /// Returns the hash key.
    #[must_use]
    pub fn event(&self) -> &str {
        match self {
            Self::Event(entry) => &entry.event,
            Self::Attempt(entry) => &entry.event,
        }
    }

    /// Returns the range key.
    #[must_use]
    pub fn position(&self) -> &str {
        match self {
            Self::Event(entry) => &entry.position,
            Self::Attempt(entry) => &entry.position,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt_position, event_key, event_position};

    const RECEIVED: &str = "2026-01-02T03:04:05.678Z";

    fn attempt(outcome: Outcome) -> Attempt {
        Attempt {
            destination: "orders".to_owned(),
            kind: "http".to_owned(),
            outcome,
            reason: Some("http_503".to_owned()),
            number: 1,
            at: "2026-01-02T03:04:06.000Z".to_owned(),
            duration_ms: 12,
            retry_in_seconds: Some(30),
        }
    }

    fn event() -> Entry {
        Entry::Event(Box::new(EventEntry {
            event: event_key("github", "1"),
            position: event_position(RECEIVED, "request-1"),
            source: "github".to_owned(),
            id: "1".to_owned(),
            request_id: "request-1".to_owned(),
            r#type: "github.push".to_owned(),
            received: RECEIVED.to_owned(),
            size: Some(2),
            dedup_key: Some("d3b0".to_owned()),
            object: Some(ObjectLocation { key: "log/github/2026-01-02/03/1.gz".to_owned(), offset: 0, length: 70 }),
            attempts: vec![attempt(Outcome::Retried)],
            expires_at: 1_767_400_000,
            ..EventEntry::default()
        }))
    }

    #[test]
    fn entries_are_read_as_they_were_written() {
        let at = "2026-01-02T03:05:00.000Z";
        let attempt = Entry::Attempt(Box::new(AttemptEntry {
            event: event_key("github", "1"),
            position: attempt_position(RECEIVED, "request-1", at, "orders"),
            source: "github".to_owned(),
            id: "1".to_owned(),
            request_id: "request-1".to_owned(),
            received: RECEIVED.to_owned(),
            attempt: attempt(Outcome::DeadLettered),
            expires_at: 1_767_400_000,
        }));
        for entry in [event(), attempt] {
            let item = entry.to_item().unwrap();
            assert!(item["expires_at"].as_n().is_ok() && item["position"].as_s().is_ok());
            assert_eq!(Entry::from_item(item).unwrap(), entry);
        }
    }

    #[test]
    fn the_attributes_of_an_event_are_stable() {
        // The members of the JSON are the attributes of the item, in an order that does not change.
        insta::assert_json_snapshot!(event());
    }

    #[test]
    fn unknown_attributes_are_ignored_and_unknown_entries_are_errors() {
        let mut item = event().to_item().unwrap();
        item.insert("later".to_owned(), AttributeValue::Bool(true));
        assert_eq!(Entry::from_item(item.clone()).unwrap(), event());
        item.insert("entry".to_owned(), AttributeValue::S("later".to_owned()));
        let error = Entry::from_item(item).unwrap_err().to_string();
        assert!(error.contains("has another form"), "{error}");
    }
}
