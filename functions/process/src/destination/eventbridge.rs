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
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_event::Event;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{DestinationError, Failure, Shared, aws};

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

#[derive(Serialize)]
struct Detail<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'a str,
    time: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<&'a str>,
    dedupkey: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

impl Eventbridge {
    pub(super) fn new(_name: &str, config: Config, shared: &Shared) -> Result<Self, DestinationError> {
        let timeout = Duration::from_millis(config.timeout_ms.get());
        Ok(Self { client: Client::new(&shared.sdk), bus: config.bus, timeout })
    }

    pub(super) async fn deliver(&self, event: &Event, time: Duration) -> Result<(), Failure> {
        let detail = detail(event).map_err(|_| Failure::permanent("unreadable_event"))?;
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(format!("hookline.{}", event.source_name()))
            // It takes 128 characters; the whole type is in the detail.
            .detail_type(event.event_type.chars().take(MAX_DETAIL_TYPE).collect::<String>())
            .detail(detail);
        let put = self.client.put_events().entries(entry.build()).send();
        let put = tokio::time::timeout(self.timeout.min(time), put).await.map_err(|_| Failure::retryable("timeout"))?;
        let put = put.map_err(|error| aws::failure("eventbridge", &error))?;
        if put.failed_entry_count() == 0 {
            return Ok(());
        }
        // The call succeeds although its entry does not.
        let code = put.entries().iter().find_map(|entry| entry.error_code()).unwrap_or("unknown");
        Err(aws::refused("eventbridge", code, matches!(code, "InternalFailure" | "InternalException" | "unknown")))
    }
}

fn detail(event: &Event) -> Result<String, serde_json::Error> {
    let json = std::str::from_utf8(&event.data).ok().and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
    serde_json::to_string(&Detail {
        specversion: "1.0",
        id: &event.id,
        source: &event.source,
        r#type: &event.event_type,
        time: &event.time,
        datacontenttype: event.content_type.as_deref(),
        dedupkey: event.dedup_key.as_str(),
        traceparent: event.traceparent.as_deref(),
        data: json,
        data_base64: json.is_none().then(|| STANDARD.encode(&event.data)),
    })
}
