//! Puts the event on an EventBridge bus, so that any other consumer can take part: its source is `hookline.<source>`, its
//! detail type the event's type, its detail the CloudEvent in JSON, with `data` where the payload is JSON and
//! `data_base64` where it is not.
//!
//! Facts: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>.

use std::num::NonZeroU64;
use std::time::Duration;

use hookline_aws::{Client, EVENTBRIDGE, Operation};
use hookline_event::Event;

use serde::Deserialize;
use serde_json::json;

use super::{DestinationError, Failure, Shared, Turn, aws};
use crate::reason::Reason;

const MAX_DETAIL_TYPE: usize = 128;

/// As Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The bus's name.
    bus: String,
    /// How long an attempt may take.
    timeout_ms: NonZeroU64,
}

/// A bus.
pub(crate) struct Eventbridge {
    client: Client,
    bus: String,
    timeout: Duration,
}

impl Eventbridge {
    pub(super) fn new(_name: &str, config: Config, shared: &Shared) -> Result<Self, DestinationError> {
        let timeout = Duration::from_millis(config.timeout_ms.get());
        Ok(Self { client: shared.aws.clone(), bus: config.bus, timeout })
    }

    pub(super) async fn deliver(&self, event: &Event, turn: Turn<'_>) -> Result<(), Failure> {
        let detail = event.to_readable_json().map_err(|_| Reason::UnreadableEvent)?;
        let mut entry = json!({
            "EventBusName": self.bus,
            "Source": format!("hookline.{}", event.source_name()),
            // It takes 128 characters; the whole type is in the detail.
            "DetailType": event.event_type.chars().take(MAX_DETAIL_TYPE).collect::<String>(),
            "Detail": detail,
        });
        if let (Some(trace), Some(entry)) = (turn.trace, entry.as_object_mut()) {
            entry.insert("TraceHeader".to_owned(), trace.header().into());
        }
        let put = Operation::json(EVENTBRIDGE, "PutEvents", json!({ "Entries": [entry] }).to_string());
        let put = async { self.client.call::<Put>(put).await.map_err(|error| aws::failure("eventbridge", &error)) };
        let put = super::in_time(turn.until(self.timeout), put).await?;
        if put.failed_entry_count == 0 {
            return Ok(());
        }
        // The call succeeds although its entry does not.
        let code = put.entries.into_iter().find_map(|entry| entry.error_code).unwrap_or_else(|| "unknown".to_owned());
        let server = matches!(code.as_str(), "InternalFailure" | "InternalException" | "unknown");
        Err(aws::refused("eventbridge", &code, server))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    failed_entry_count: u32,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    error_code: Option<String>,
}
