use std::cell::OnceCell;

use hookline_event::Event;
use hookline_telemetry::{Level, Line, Metric};
use minijinja::{Value, context};

use crate::payload::{ReadablePayload, Unreadable};

/// The values of an event for all templates of a delivery. The payload is read once, and only if a template names it.
pub(super) struct TemplateContext<'e> {
    pub(super) event: &'e Event,
    payload: OnceCell<Result<Value, Unreadable>>,
}

impl<'e> TemplateContext<'e> {
    pub(super) fn new(event: &'e Event) -> Self {
        Self { event, payload: OnceCell::new() }
    }

    /// Returns the payload if its values fit into the memory that a message may use. The first failure is logged.
    pub(super) fn payload(&self) -> Result<Value, Unreadable> {
        let read = || {
            let Event { data, content_type, content_encoding, .. } = self.event;
            let payload = ReadablePayload::read(data, content_type.as_deref(), content_encoding.as_deref());
            payload.and_then(|payload| payload.to_value()).inspect_err(|reason| log_unreadable(*reason))
        };
        self.payload.get_or_init(read).clone()
    }

    /// Returns the values that a template can name.
    pub(super) fn values(&self, payload: Option<Value>) -> Value {
        context! { event => event_values(self.event), payload => payload }
    }
}

/// Returns the attributes of an event that a template can name.
pub(super) fn event_values(event: &Event) -> Value {
    context! {
        id => event.id.as_str(),
        source => event.source_name(),
        type => event.event_type.as_str(),
        time => event.time.as_str(),
        dedup_key => event.dedup_key.as_str(),
    }
}

/// Logs and counts that a message is rendered without the payload.
fn log_unreadable(reason: Unreadable) {
    let line = Line { detail: Some(&reason), ..Line::new(Level::Warn, "template_unreadable") };
    line.write(&[(Metric::TemplateUnreadable, 1.0)]);
}
