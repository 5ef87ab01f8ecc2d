use std::time::Duration;

use clap::Args;
use wildmatch::WildMatch;

use super::Letter;
use crate::duration::duration;

/// Which messages are meant; all conditions have to hold.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    /// Only events of this source
    #[arg(long)]
    source: Option<String>,
    /// Only events whose type matches this glob, such as `github.*`
    #[arg(long = "type", value_name = "GLOB")]
    event_type: Option<String>,
    /// Only what failed for this reason, such as `http_503`; a glob
    #[arg(long, value_name = "GLOB")]
    reason: Option<String>,
    /// Only what failed at this destination
    #[arg(long)]
    destination: Option<String>,
    /// Only what came first within this time: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    since: Option<Duration>,
}

impl Filter {
    /// Only what failed for a reason; a glob.
    pub(crate) fn by_reason(reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..Self::default() }
    }

    /// Whether it means all.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { source, event_type, reason, destination, since } = self;
        source.is_none() && event_type.is_none() && reason.is_none() && destination.is_none() && since.is_none()
    }

    pub(crate) fn matches(&self, letter: &Letter) -> bool {
        let glob =
            |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|it| WildMatch::new(it).matches(text));
        self.source.as_ref().is_none_or(|source| *source == letter.source)
            && self.destination.as_ref().is_none_or(|destination| *destination == letter.destination)
            && glob(&self.event_type, &letter.event_type)
            && glob(&self.reason, &letter.reason)
            && self.since.is_none_or(|since| letter.age() <= since.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::types::{Message, MessageAttributeValue};
    use hookline_event::Payload;

    use super::*;

    fn letter() -> Letter {
        let text =
            |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
        let event = crate::scenario::ask_event("github", "e-1");
        let message = Message::builder().message_id("m-1").body(event.to_json().unwrap());
        let message =
            message.message_attributes("reason", text("http_503")).message_attributes("destination", text("orders"));
        Letter::new(message.message_attributes("first_seen", text("1000")).build())
    }

    #[track_caller]
    fn case(filter: Filter, expected: bool) {
        assert_eq!(filter.matches(&letter()), expected, "{filter:?}");
    }

    #[test]
    fn every_condition_has_to_hold() {
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
    fn of_a_kept_payload_its_place_is_shown() {
        let uri = "s3://payloads/payloads/1".to_owned();
        let (event, _) = crate::scenario::ask_event("github", "e-1").replace(Payload::Kept { uri: uri.clone() });
        let letter = Letter::new(Message::builder().message_id("m-1").body(event.to_json().unwrap()).build());
        assert_eq!((letter.payload(), letter.id.as_str()), (Some(uri.as_str()), "e-1"));
    }

    #[test]
    fn what_is_no_event_goes_by_its_message() {
        let letter = Letter::new(Message::builder().message_id("m-1").body("not json").build());
        assert_eq!(
            (letter.id.as_str(), letter.source.as_str(), letter.reason.as_str()),
            ("m-1", "", "receives_exhausted")
        );
        assert_eq!(letter.payload(), None);
    }
}
