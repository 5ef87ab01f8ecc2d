use std::time::Duration;

use clap::Args;
use wildmatch::WildMatch;

use super::DeadLetterMessage;
use crate::duration::duration;

/// Selects messages of the dead-letter queue. A message matches if it meets all conditions.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Filter")]
pub struct Filter {
    /// Select events of this source
    #[arg(long)]
    source: Option<String>,
    /// Select events whose type matches this glob, such as `github.*`
    #[arg(long = "type", value_name = "GLOB")]
    event_type: Option<String>,
    /// Select events whose reason code matches this glob, such as `http_5*`
    #[arg(long, value_name = "GLOB")]
    reason: Option<String>,
    /// Select events that failed at this destination
    #[arg(long)]
    destination: Option<String>,
    /// Select events that were first queued within this time: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    since: Option<Duration>,
}

impl Filter {
    /// Returns a filter for a reason code; `reason` is a glob.
    #[must_use]
    pub fn by_reason(reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..Self::default() }
    }

    /// Returns whether the filter has no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { source, event_type, reason, destination, since } = self;
        source.is_none() && event_type.is_none() && reason.is_none() && destination.is_none() && since.is_none()
    }

    /// Returns whether a message meets all conditions.
    #[must_use]
    pub fn matches(&self, message: &DeadLetterMessage) -> bool {
        let glob = |pattern: &Option<String>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| WildMatch::new(pattern).matches(text))
        };
        self.source.as_ref().is_none_or(|source| *source == message.source)
            && self.destination.as_ref().is_none_or(|destination| *destination == message.destination)
            && glob(&self.event_type, &message.event_type)
            && glob(&self.reason, &message.reason)
            && self.since.is_none_or(|since| message.age_seconds() <= since.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::types::{Message, MessageAttributeValue};
    use hookline_event::{Event, Payload};

    use super::*;
    use crate::dead_letter_queue::tests::event;

    fn github_message() -> DeadLetterMessage {
        let text =
            |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
        let message = Message::builder().message_id("m-1").body(event("github", "e-1").to_json().unwrap());
        let message =
            message.message_attributes("reason", text("http_503")).message_attributes("destination", text("orders"));
        DeadLetterMessage::new(message.message_attributes("first_seen", text("1000")).build())
    }

    #[track_caller]
    fn case(filter: Filter, expected: bool) {
        assert_eq!(filter.matches(&github_message()), expected, "{filter:?}");
    }

    #[test]
    fn matches_if_all_conditions_hold() {
        let some = |text: &str| Some(text.to_owned());
        case(Filter::default(), true);
        case(Filter { source: some("github"), reason: some("http_5*"), ..Filter::default() }, true);
        case(Filter { source: some("github"), reason: some("http_4*"), ..Filter::default() }, false);
        case(Filter { source: some("git"), ..Filter::default() }, false);
        case(Filter { event_type: some("github.pu?h"), destination: some("orders"), ..Filter::default() }, true);
        case(Filter { event_type: some("push"), ..Filter::default() }, false);
        case(Filter { since: Some(Duration::from_secs(60)), ..Filter::default() }, false);
        assert!(Filter::default().is_empty() && !Filter { source: some("x"), ..Filter::default() }.is_empty());
    }

    #[test]
    fn shows_the_location_of_an_offloaded_payload() {
        let uri = "s3://payloads/payloads/1".to_owned();
        let (event, _): (Event<Payload>, _) =
            event("github", "e-1").replace_data(Payload::Offloaded { uri: uri.clone() });
        let body = event.to_json().unwrap();
        let message = DeadLetterMessage::new(Message::builder().message_id("m-1").body(body).build());
        assert_eq!((message.payload(), message.id.as_str()), (Some(uri.as_str()), "e-1"));
    }

    #[test]
    fn message_without_an_event_has_the_message_id() {
        let message = DeadLetterMessage::new(Message::builder().message_id("m-1").body("not json").build());
        assert_eq!(
            (message.id.as_str(), message.source.as_str(), message.reason.as_str()),
            ("m-1", "", "receives_exhausted")
        );
        assert_eq!(message.payload(), None);
    }
}
