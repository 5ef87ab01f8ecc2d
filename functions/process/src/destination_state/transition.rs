use std::borrow::Cow;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use hookline_telemetry::{Level, Line, Metric};
use serde_json::json;

use super::store::OpenState;
use crate::clock;
use crate::destinations::Clients;

/// A change of a circuit breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Transition {
    /// Consecutive failures have opened the breaker.
    Opened { open: OpenState, reason: Cow<'static, str> },
    /// A probe has failed.
    Reopened { open: OpenState, reason: Cow<'static, str> },
    /// A probe has succeeded.
    Closed,
}

impl Transition {
    /// Returns the state of the breaker if it is open after the transition.
    pub(super) fn open_state(&self) -> Option<OpenState> {
        match self {
            Self::Opened { open, .. } | Self::Reopened { open, .. } => Some(*open),
            Self::Closed => None,
        }
    }

    /// Logs and counts the transition. A failed probe changes nothing for an operator, so it is only logged.
    pub(super) fn log(&self, destination: &str) {
        match self {
            Self::Opened { open, reason } => {
                let line = Line { destination, reason, retry_in_seconds: Some(open.cool_down), ..Line::default() };
                let line = Line { level: Level::Error, outcome: "breaker_opened", ..line };
                line.write(&[(Metric::BreakerOpened, 1.0)]);
            }
            Self::Reopened { open, reason } => {
                let line = Line { destination, reason, retry_in_seconds: Some(open.cool_down), ..Line::default() };
                Line { level: Level::Warn, outcome: "breaker_reopened", ..line }.write(&[]);
            }
            Self::Closed => {
                let line = Line { destination, ..Line::new(Level::Info, "breaker_closed") };
                line.write(&[(Metric::BreakerClosed, 1.0)]);
            }
        }
    }

    /// Sends an event to the EventBridge bus if the breaker has opened or closed.
    pub(super) async fn publish(&self, service: &str, destination: &str, bus: Option<&str>, clients: &Clients) {
        let (change, reason, cool_down) = match self {
            Self::Opened { open, reason } => ("Opened", reason.as_ref(), open.cool_down),
            Self::Closed => ("Closed", "", 0),
            Self::Reopened { .. } => return,
        };
        let Some(bus) = bus else { return };
        let detail = json!({
            "service": service,
            "destination": destination,
            "reason": reason,
            "cool_down_seconds": cool_down,
            "at": clock::now(),
        });
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(bus)
            .source("hookline")
            .detail_type(format!("Hookline Destination Breaker {change}"))
            .detail(detail.to_string())
            .build();
        let put = clients.eventbridge(bus).put_events().entries(entry);
        let failure = match Box::pin(put.send()).await {
            Ok(response) if response.failed_entry_count == 0 => return,
            Ok(response) => response.entries().iter().find_map(|entry| entry.error_code().map(str::to_owned)),
            Err(error) => Some(hookline_aws::PortError::new("events:PutEvents", error).to_string()),
        };
        let detail = failure.unwrap_or_else(|| "EventBridge rejected the event".to_owned());
        Line { destination, detail: Some(&detail), ..Line::new(Level::Warn, "transition_not_published") }.write(&[]);
    }
}
