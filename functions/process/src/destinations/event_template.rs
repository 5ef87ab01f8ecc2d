//! Texts with attributes of an event, such as the values of headers. Text from the payload cannot be a part of them.

use hookline_event::{DedupKey, Event, ForwardedHeaders};
use hookline_telemetry::{Level, Line};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, context};

use super::bounded::BoundedOutput;
use super::error::DestinationError;
use super::template_context::event_values;
use crate::failure::Failure;
use crate::reason::Reason;

const NAME: &str = "text";

/// The maximum number of steps of a template.
const FUEL: u64 = 10_000;

/// A compiled template that can name `event`.
#[derive(Debug)]
pub(super) struct EventTemplate(Environment<'static>);

impl EventTemplate {
    /// Compiles a template and renders it for an example.
    ///
    /// # Errors
    ///
    /// [`DestinationError::InvalidTemplate`], also if the template names anything else than an attribute of the event.
    pub(super) fn new(text: String) -> Result<Self, DestinationError> {
        let invalid = |error: Error| {
            let advice = match error.kind() {
                ErrorKind::UndefinedError => ": use event.id, .source, .type, .time or .dedup_key",
                _ => "",
            };
            DestinationError::InvalidTemplate { detail: format!("{error}{advice}") }
        };
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(50);
        environment.add_template_owned(NAME, text).map_err(invalid)?;
        let template = Self(environment);
        template.text(&example()).map_err(invalid)?;
        Ok(template)
    }

    /// Renders the text for an event.
    ///
    /// # Errors
    ///
    /// [`Reason::TemplateFailed`]: the template fails for this event.
    pub(super) fn render(&self, event: &Event) -> Result<String, Failure> {
        self.text(event).map_err(|error| {
            let line = Line { reason: "template_failed", ..Line::new(Level::Warn, "message_not_rendered") };
            Line { detail: Some(&error), ..line }.write(&[]);
            Failure::from(Reason::TemplateFailed)
        })
    }

    fn text(&self, event: &Event) -> Result<String, Error> {
        let mut output = BoundedOutput::default();
        let values = context! { event => event_values(event) };
        self.0.get_template(NAME)?.render_captured_to(values, &mut output)?;
        Ok(output.into_text())
    }
}

/// Returns an event that has every attribute.
fn example() -> Event {
    Event {
        id: "1".to_owned(),
        source: "/webhooks/example".to_owned(),
        event_type: "example.type".to_owned(),
        time: "2026-01-01T00:00:00Z".to_owned(),
        recorded_time: None,
        sender_source: None,
        request_id: None,
        content_type: None,
        content_encoding: None,
        dedup_key: DedupKey::from_signed_id("/webhooks/example", "1"),
        data_hash: None,
        traceparent: None,
        hops: 0,
        payload_uri: None,
        replay: None,
        forwarded: ForwardedHeaders::default(),
        data: bytes::Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_the_event_are_rendered() {
        let text = "{{ event.source }}/{{ event.type|upper }}{% if event.id == '1' %}!{% endif %}".to_owned();
        assert_eq!(EventTemplate::new(text).unwrap().render(&example()).unwrap(), "example/EXAMPLE.TYPE!");
    }

    #[test]
    fn other_names_are_reported_at_the_start() {
        for text in ["{{ payload.id }}", "{{ event.tpye }}", "{{ headers }}", "{{ event.id|nosuch }}", "{{", "{% if %}"]
        {
            assert!(EventTemplate::new(text.to_owned()).is_err(), "{text}");
        }
        let error = EventTemplate::new("{{ payload.id }}".to_owned()).unwrap_err().to_string();
        assert!(error.contains("use event.id"), "{error}");
    }
}
