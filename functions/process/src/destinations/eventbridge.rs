//! Puts the event on an EventBridge bus, so that any other consumer can take part: its source is `hookline.<source>`, its
//! detail type the event's type, its detail the CloudEvent in JSON, with `data` where the payload is JSON and
//! `data_base64` where it is not.
//!
//! Facts: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>.

use std::num::NonZeroU64;
use std::time::Duration;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use hookline_event::Event;
use hookline_telemetry::Trace;
use serde::Deserialize;

use super::{Attempt, DestinationError, Failure, aws};
use crate::egress::Guard;
use crate::reason::Reason;

/// The longest detail type, in characters.
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
#[derive(Debug)]
pub(crate) struct Eventbridge {
    bus: String,
    timeout: Duration,
}

impl Eventbridge {
    pub(super) fn new(_name: &str, config: Config, _guard: &Guard) -> Result<Self, DestinationError> {
        Ok(Self { bus: config.bus, timeout: Duration::from_millis(config.timeout_ms.get()) })
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let detail = event.to_readable_json().map_err(|_| Reason::UnreadableEvent)?;
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(format!("hookline.{}", event.source_name()))
            // The whole type is in the detail.
            .detail_type(event.event_type.chars().take(MAX_DETAIL_TYPE).collect::<String>())
            .detail(detail)
            .set_trace_header(attempt.trace.map(Trace::header))
            .build();
        let put = Box::pin(attempt.clients.eventbridge().put_events().entries(entry).send());
        let failed = |error| aws::failure("eventbridge", hookline_aws::Failure::of(&error));
        let put = super::in_time(attempt.until(self.timeout), async { put.await.map_err(failed) }).await?;
        if put.failed_entry_count == 0 {
            return Ok(());
        }
        // The call succeeds although its entry does not.
        let code = put.entries.into_iter().flatten().find_map(|entry| entry.error_code);
        let code = code.unwrap_or_else(|| "unknown".to_owned());
        let is_fault = matches!(code.as_str(), "InternalFailure" | "InternalException" | "unknown");
        Err(aws::refused("eventbridge", code, is_fault))
    }
}
