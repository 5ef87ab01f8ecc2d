//! Puts the event on an EventBridge bus, so that any other consumer can take part: its source is `hookline.<source>`, its
//! detail type the event's type, its detail the CloudEvent in JSON, with `data` where the payload is JSON and
//! `data_base64` where it is not.
//!
//! Facts: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>.

use std::num::NonZeroU64;
use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use hookline_event::Event;
use hookline_telemetry::Trace;
use serde::Deserialize;

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
        Ok(Self { client: Client::new(&shared.sdk), bus: config.bus, timeout })
    }

    pub(super) async fn deliver(&self, event: &Event, turn: Turn<'_>) -> Result<(), Failure> {
        let detail = event.to_readable_json().map_err(|_| Reason::UnreadableEvent)?;
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(format!("hookline.{}", event.source_name()))
            // It takes 128 characters; the whole type is in the detail.
            .detail_type(event.event_type.chars().take(MAX_DETAIL_TYPE).collect::<String>())
            .detail(detail)
            .set_trace_header(turn.trace.map(Trace::header));
        let put = self.client.put_events().entries(entry.build()).send();
        let put = async { put.await.map_err(|error| aws::failure("eventbridge", &error)) };
        let put = super::in_time(self.timeout.min(turn.time), put).await?;
        if put.failed_entry_count() == 0 {
            return Ok(());
        }
        // The call succeeds although its entry does not.
        let code = put.entries().iter().find_map(|entry| entry.error_code()).unwrap_or("unknown");
        Err(aws::refused("eventbridge", code, matches!(code, "InternalFailure" | "InternalException" | "unknown")))
    }
}
