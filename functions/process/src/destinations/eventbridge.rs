//! Puts the event on an EventBridge bus for other consumers. The source is `hookline.<source>`, and the detail type is
//! the event's type. The detail is the CloudEvent in JSON, with `data` for a JSON payload that EventBridge can read and
//! `data_base64` for any other payload.
//!
//! API: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use hookline_event::{Event, name};
use hookline_telemetry::Trace;
use serde::Deserialize;

use super::attempt::{Attempt, before_deadline};
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use super::{aws, eventbridge_json, limits};
use crate::failure::Failure;
use crate::reason::Reason;

/// The configuration of an EventBridge destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The name of the event bus, or the ARN of a bus in another account or region.
    bus: String,
}

/// An event bus.
#[derive(Debug)]
pub(crate) struct Eventbridge {
    bus: String,
}

impl Kind for Eventbridge {
    const NAME: &'static str = "eventbridge";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        Ok(Self { bus: config.bus })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let Entry { source, detail_type, detail } = entry(event)?;
        let headers = [("source", source), ("detail-type", detail_type)];
        Ok(Preview {
            target: self.bus.clone(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: detail.into(),
        })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Entry { source, detail_type, detail } = entry(event)?;
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(source)
            .detail_type(detail_type)
            .detail(detail)
            .set_trace_header(attempt.trace.map(Trace::header))
            .build();
        let put = Box::pin(attempt.clients.eventbridge(&self.bus).put_events().entries(entry).send());
        let failure = |error| aws::call_failure("eventbridge", hookline_aws::Failure::from_sdk_error(&error));
        let put = async { put.await.map_err(failure) };
        let response = before_deadline(attempt.deadline, put).await?;
        if response.failed_entry_count == 0 {
            return Ok(());
        }
        // The call succeeds even if the entry fails.
        let code = response.entries.into_iter().flatten().find_map(|entry| entry.error_code);
        let code = code.unwrap_or_else(|| "unknown".to_owned());
        let is_server_error = matches!(code.as_str(), "InternalFailure" | "InternalException" | "unknown");
        Err(aws::service_failure("eventbridge", code, is_server_error))
    }
}

/// The texts of an entry.
struct Entry {
    source: String,
    detail_type: String,
    detail: String,
}

/// Writes the entry of an event, if EventBridge accepts its size.
fn entry(event: &Event) -> Result<Entry, Failure> {
    if event.data.len() >= limits::EVENTBRIDGE_ENTRY_BYTES {
        return Err(Reason::EventTooLarge.into());
    }
    let source = format!("hookline.{}", event.source_name());
    // The detail contains the complete type.
    let detail_type = name::shorten(&event.event_type, limits::EVENTBRIDGE_DETAIL_TYPE).into_owned();
    let detail = event.to_readable_json(eventbridge_json::is_accepted).map_err(|_| Reason::UnreadableEvent)?;
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/calculate-putevents-entry-size.html
    if source.len() + detail_type.len() + detail.len() >= limits::EVENTBRIDGE_ENTRY_BYTES {
        return Err(Reason::EventTooLarge.into());
    }
    Ok(Entry { source, detail_type, detail })
}
