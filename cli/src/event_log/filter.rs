use std::str::FromStr;

use hookline_event_log::Status;
use serde_json::Value;
use wildmatch::WildMatch;

use super::logged_event::LoggedEvent;

/// Which events are listed. An absent condition matches each event.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// What became of the event.
    pub status: Option<Status>,
    /// The type, with `*` for any text.
    pub event_type: Option<String>,
    /// A destination that the event was sent to. With `status`, the status is that at the destination.
    pub destination: Option<String>,
}

impl EventFilter {
    /// Whether the event meets all conditions.
    #[must_use]
    pub fn matches(&self, event: &LoggedEvent) -> bool {
        let matches_type = |pattern: &String| WildMatch::new(pattern).matches(&event.event.r#type);
        if !self.event_type.as_ref().is_none_or(matches_type) {
            return false;
        }
        let summary = event.summary();
        let status = match &self.destination {
            None => summary.status,
            Some(name) => match summary.destinations.get(name) {
                None => return false,
                Some(destination) => destination.status,
            },
        };
        self.status.is_none_or(|expected| expected == status)
    }
}

/// A text that is no condition about the payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a JSON Pointer and a value, for instance '/action=opened'")]
pub struct InvalidPayloadFilter;

/// A condition about a value of a JSON payload.
#[derive(Debug, Clone, PartialEq)]
pub struct PayloadFilter {
    pointer: String,
    /// The value as JSON, if the text is JSON.
    value: Option<Value>,
    text: String,
}

impl FromStr for PayloadFilter {
    type Err = InvalidPayloadFilter;

    fn from_str(text: &str) -> Result<Self, InvalidPayloadFilter> {
        let (pointer, text) = text.split_once('=').ok_or(InvalidPayloadFilter)?;
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(InvalidPayloadFilter);
        }
        Ok(Self { pointer: pointer.to_owned(), value: serde_json::from_str(text).ok(), text: text.to_owned() })
    }
}

impl PayloadFilter {
    /// Whether the payload has the value: as JSON, or as a text. Other payloads than JSON do not match.
    #[must_use]
    pub fn matches(&self, payload: &[u8]) -> bool {
        let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return false };
        let found = payload.pointer(&self.pointer);
        found.is_some_and(|found| found.as_str() == Some(&self.text) || Some(found) == self.value.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::super::logged_event::tests::event;
    use super::*;

    fn logged(outcome: Outcome) -> LoggedEvent {
        LoggedEvent { event: event("1", 1, outcome), attempts: Vec::new(), is_complete: true }
    }

    #[test]
    fn each_condition_has_to_match() {
        let matches = |filter: EventFilter| filter.matches(&logged(Outcome::Retried));
        assert!(matches(EventFilter::default()));
        let by_type = |pattern: &str| EventFilter { event_type: Some(pattern.to_owned()), ..EventFilter::default() };
        assert!(matches(by_type("github.*")) && !matches(by_type("github.issues")));
        let by_status = |status| EventFilter { status: Some(status), ..EventFilter::default() };
        assert!(matches(by_status(Status::Retrying)) && !matches(by_status(Status::Delivered)));
        let at =
            |name: &str, status| EventFilter { destination: Some(name.to_owned()), status, ..EventFilter::default() };
        assert!(matches(at("orders", None)) && matches(at("orders", Some(Status::Retrying))));
        assert!(!matches(at("audit", None)) && !matches(at("orders", Some(Status::Delivered))));
    }

    #[test]
    fn payloads_are_compared_as_json_or_as_text() {
        let payload = br#"{"action":"opened","number":7,"flag":true,"text":"7","list":["a=b"]}"#;
        for filter in ["/action=opened", "/number=7", "/flag=true", "/text=7", "/list/0=a=b", "/action=\"opened\""] {
            assert!(filter.parse::<PayloadFilter>().unwrap().matches(payload), "{filter}");
        }
        for filter in ["/action=closed", "/number=8", "/missing=", "/number=\"7\""] {
            assert!(!filter.parse::<PayloadFilter>().unwrap().matches(payload), "{filter}");
        }
        assert!(!"/a=1".parse::<PayloadFilter>().unwrap().matches(b"a=1"));
        for text in ["action=opened", "/action", ""] {
            assert_eq!(text.parse::<PayloadFilter>(), Err(InvalidPayloadFilter), "{text}");
        }
    }
}
