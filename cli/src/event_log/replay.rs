//! Replays: events of the log that an operator sends again on purpose.
//!
//! A replay is a new request for the same event. Its deduplication key comes from the new request's id, so that process does
//! not take it for a duplicate, and the attribute `replay` shows it to destinations and in the log.

use std::ops::ControlFlow;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::MessageAttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_event::{DedupKey, Event, ReadError};
use hookline_event_log::{EventStatus, received_time};
use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::identity::new_request_id;
use super::logged_event::LoggedEvent;
use super::payload::{Payload, PayloadError};
use super::table::EventLog;

/// Where a replay is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayTo {
    /// To the destinations of the routes that match the event now.
    Routes,
    /// To one destination, also if no route sends the event there.
    Destination(String),
}

/// Sends events of the log again. All of them have the id of this replay.
#[derive(Debug)]
pub struct Replay<'l> {
    log: &'l EventLog,
    client: Client,
    to: ReplayTo,
    id: String,
}

/// An event that was sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The id of the replay.
    pub replay: String,
    /// The id of the new request.
    pub request_id: String,
}

/// Why an event was not sent again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A rejected request was never an event.
    #[error("`{id}` is a rejected request: Hookline does not store its body, so only its sender can repeat it")]
    Rejected {
        /// The request's id.
        id: String,
    },
    /// The payload cannot be read.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The stored message is not JSON.
    #[error("the log's message of event `{id}` is no JSON: {cause}")]
    Json {
        /// The event's id.
        id: String,
        /// The parser's error.
        cause: serde_json::Error,
    },
    /// The stored message is not an event.
    #[error("the log's message of event `{id}` is no event: {cause}")]
    Message {
        /// The event's id.
        id: String,
        /// The reader's error.
        cause: ReadError,
    },
    /// SQS did not confirm the message.
    #[error("the queue `{queue}` did not confirm event `{id}`: {problem}")]
    Queue {
        /// The event's id.
        id: String,
        /// The queue's URL.
        queue: String,
        /// The failed call.
        problem: String,
    },
}

impl ReplayError {
    /// Whether only this event cannot be sent again, so that others can.
    #[must_use]
    pub const fn concerns_one_event(&self) -> bool {
        match self {
            Self::Rejected { .. } | Self::Json { .. } | Self::Message { .. } => true,
            Self::Payload(error) => !error.is_unavailable(),
            Self::Queue { .. } => false,
        }
    }
}

impl<'l> Replay<'l> {
    /// Begins a replay.
    ///
    /// # Errors
    ///
    /// If there is no such destination. The error has the names of all destinations.
    pub fn new(log: &'l EventLog, to: ReplayTo) -> anyhow::Result<Self> {
        if let ReplayTo::Destination(name) = &to {
            log.configuration.check_destination(name)?;
        }
        Ok(Self { client: Client::new(&log.target.sdk), log, to, id: Uuid::now_v7().to_string() })
    }

    /// Returns the id of the replay.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sends an event again.
    ///
    /// # Errors
    ///
    /// [`ReplayError`]. The event was then not sent, except if SQS received the message and its response was lost.
    pub async fn send(&self, logged: &LoggedEvent) -> Result<Sent, ReplayError> {
        let id = || logged.event.id.clone();
        if logged.event.status == EventStatus::Rejected {
            return Err(ReplayError::Rejected { id: id() });
        }
        let payload = self.log.payload(&logged.event).await?;
        let request_id = new_request_id(logged);
        let message = message(&payload, &request_id, &self.id, OffsetDateTime::now_utc());
        let message = message.map_err(|cause| ReplayError::Json { id: id(), cause })?;
        Event::from_json(&message).map_err(|cause| ReplayError::Message { id: id(), cause })?;
        self.queue(&id(), message).await?;
        Ok(Sent { replay: self.id.clone(), request_id })
    }

    /// Sends events again, one after the other, at most `rate` per second. `on_result` gets the result of each event and
    /// decides whether the replay goes on. An error of one event does not end it.
    ///
    /// # Errors
    ///
    /// The first error that concerns all events.
    pub async fn send_all(
        &self,
        events: &[LoggedEvent],
        rate: Option<u32>,
        mut on_result: impl FnMut(&LoggedEvent, Result<Sent, ReplayError>) -> ControlFlow<()>,
    ) -> Result<(), ReplayError> {
        let pause = rate.map(|rate| Duration::from_secs_f64(1.0 / f64::from(rate.max(1))));
        let mut next = Instant::now();
        for logged in events {
            sleep_until(next).await;
            next = pause.map_or(next, |pause| Instant::now() + pause);
            match self.send(logged).await {
                Err(error) if !error.concerns_one_event() => return Err(error),
                result => {
                    if on_result(logged, result).is_break() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    async fn queue(&self, id: &str, message: String) -> Result<(), ReplayError> {
        let resources = &self.log.target.resources;
        let (url, destination) = match &self.to {
            ReplayTo::Routes => (&resources.queue_url, None),
            ReplayTo::Destination(name) => (&resources.retry_queue_url, Some(name)),
        };
        let mut send = self.client.send_message().queue_url(url).message_body(message);
        if let Some(name) = destination {
            let value = MessageAttributeValue::builder().data_type("String").string_value(name).build().ok();
            send = send.set_message_attributes(value.map(|value| [("destination".to_owned(), value)].into()));
        }
        send.send().await.map(|_| ()).map_err(|error| ReplayError::Queue {
            id: id.to_owned(),
            queue: url.clone(),
            problem: DisplayErrorContext(&error).to_string(),
        })
    }
}

/// Returns the stored message as a new request. Attributes that this version does not know stay.
fn message(payload: &Payload, request_id: &str, replay: &str, now: OffsetDateTime) -> serde_json::Result<String> {
    let mut message: serde_json::Map<String, Value> = serde_json::from_str(&payload.message)?;
    let source = message.get("source").and_then(Value::as_str).unwrap_or_default();
    let dedup_key = DedupKey::from_request_id(source, request_id);
    let mut set = |name: &str, value: &str| message.insert(name.to_owned(), value.into());
    set("dedupkey", dedup_key.as_str());
    set("requestid", request_id);
    set("replay", replay);
    // `time` stays that of the event.
    set("recordedtime", &received_time(now));
    // Only an event whose deduplication key comes from an id has a hash.
    message.remove("datahash");
    if !message.contains_key("dataref") {
        message.insert("data_base64".to_owned(), STANDARD.encode(&payload.bytes).into());
    }
    serde_json::to_string(&message)
}

#[cfg(test)]
mod tests {
    use hookline_aws::PortError;
    use hookline_event::Payload as QueuedPayload;
    use hookline_event_log::StoredEventError;

    use super::*;
    use crate::dead_letter_queue::tests::event;

    const NOW: i64 = 1_767_323_045;

    fn replayed(message: String, bytes: &[u8]) -> Event<QueuedPayload> {
        let payload = Payload { message, bytes: bytes.to_vec() };
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
        Event::from_json(&super::message(&payload, "request-2", "replay-1", now).unwrap()).unwrap()
    }

    #[test]
    fn a_replay_is_a_new_request_for_the_same_event() {
        let original = Event { request_id: Some("request-1".to_owned()), ..event("github", "1") };
        let inline = QueuedPayload::from(b"{\"a\":1}".to_vec());
        let replay = replayed(original.to_stored_json(&inline).unwrap(), b"{\"a\":1}");
        assert_ne!(replay.dedup_key, original.dedup_key);
        let expected = Event {
            request_id: Some("request-2".to_owned()),
            replay: Some("replay-1".to_owned()),
            recorded_time: Some("2026-01-02T03:04:05.000Z".to_owned()),
            dedup_key: DedupKey::from_request_id("/webhooks/github", "request-2"),
            data: inline,
            ..original
        };
        assert_eq!(replay, expected);
    }

    #[test]
    fn an_offloaded_payload_stays_where_it_is() {
        let payload = QueuedPayload::offloaded("payloads", "k/1");
        let original = event("github", "1");
        let replay = replayed(original.to_stored_json(&payload).unwrap(), b"the payload");
        assert_eq!(replay.data, payload);
    }

    #[test]
    fn unknown_attributes_stay() {
        let stored = event("github", "1").to_stored_json(&QueuedPayload::from(Vec::new())).unwrap();
        let stored = stored.replacen('{', r#"{"laterattribute":"kept","#, 1);
        let payload = Payload { message: stored, bytes: Vec::new() };
        let message = message(&payload, "r", "p", OffsetDateTime::UNIX_EPOCH).unwrap();
        assert!(message.contains(r#""laterattribute":"kept""#), "{message}");
    }

    #[test]
    fn only_an_unavailable_service_concerns_all_events() {
        let missing = ReplayError::Payload(PayloadError::Missing { id: "1".to_owned() });
        let rejected = ReplayError::Rejected { id: "1".to_owned() };
        assert!(missing.concerns_one_event() && rejected.concerns_one_event());
        let (bucket, key, problem) = ("b".to_owned(), "k".to_owned(), "timeout".to_owned());
        let cause = PortError::new("s3:GetObject", "timeout");
        let unavailable = ReplayError::Payload(PayloadError::Unavailable { bucket, key, cause });
        let queue = ReplayError::Queue { id: "1".to_owned(), queue: "q".to_owned(), problem };
        assert!(!unavailable.concerns_one_event() && !queue.concerns_one_event());
    }

    #[test]
    fn each_cause_is_printed_once() {
        let printed = |error: ReplayError| format!("{:#}", anyhow::Error::from(error));
        let (id, bucket, key) = ("1".to_owned(), "b".to_owned(), "k".to_owned());
        let cause = PortError::new("s3:GetObject", std::io::Error::from(std::io::ErrorKind::TimedOut));
        let unavailable = printed(PayloadError::Unavailable { bucket, key, cause }.into());
        assert_eq!(unavailable, "cannot read `s3://b/k`: s3:GetObject failed: timed out");
        let damaged = printed(PayloadError::Damaged { id: id.clone(), cause: StoredEventError::TooLarge }.into());
        assert_eq!(damaged.matches("the stored event").count(), 1, "{damaged}");
        let cause = ReadError::MissingData;
        let message = printed(ReplayError::Message { id, cause });
        assert_eq!(message, "the log's message of event `1` is no event: no `data_base64` and no `dataref`");
    }
}
