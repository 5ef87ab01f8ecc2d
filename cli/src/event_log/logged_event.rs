use std::collections::BTreeMap;

use hookline_event_log::{Attempt, AttemptEntry, Entry, EventEntry, EventSummary};
use serde_json::{Value, json};

/// An event of the log with its later attempts.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// The event. If the log has only attempts, it has what these tell.
    pub event: EventEntry,
    /// The attempts after the first receive, oldest first.
    pub attempts: Vec<AttemptEntry>,
    /// Whether the log has the entry of the event. It has none if the entry was dropped, or if the log was switched on
    /// between the first attempt and a later one.
    pub is_complete: bool,
}

impl LoggedEvent {
    /// Derives what became of the event.
    #[must_use]
    pub fn summary(&self) -> EventSummary {
        EventSummary::new(&self.event, &self.attempts)
    }

    /// Returns all attempts, oldest first: those of the first receive, and the later ones.
    pub fn all_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.event.attempts.iter().chain(self.attempts.iter().map(|entry| &entry.attempt))
    }

    /// Describes the event in a list: whether it is a replay, the reason, and the status at each destination.
    #[must_use]
    pub fn details(&self) -> String {
        let summary = self.summary();
        let destinations = summary.destinations.iter().filter(|(name, _)| !name.is_empty());
        let destinations = destinations.map(|(name, destination)| format!("{name} {}", destination.status));
        let replay = self.event.replay.is_some().then(|| "replay".to_owned());
        replay.into_iter().chain(self.event.reason.clone()).chain(destinations).collect::<Vec<_>>().join(", ")
    }

    /// Groups the entries of one or several events, in any order. The newest event is first.
    #[must_use]
    pub fn group(entries: impl IntoIterator<Item = Entry>) -> Vec<Self> {
        let mut groups = BTreeMap::<_, (Option<EventEntry>, Vec<AttemptEntry>)>::new();
        for entry in entries {
            match entry {
                Entry::Event(event) => {
                    let key = (event.received.clone(), event.request_id.clone(), event.event.clone());
                    groups.entry(key).or_default().0 = Some(*event);
                }
                Entry::Attempt(attempt) => {
                    let key = (attempt.received.clone(), attempt.request_id.clone(), attempt.event.clone());
                    groups.entry(key).or_default().1.push(*attempt);
                }
            }
        }
        groups.into_values().rev().filter_map(|(event, attempts)| Self::new(event, attempts)).collect()
    }

    fn new(event: Option<EventEntry>, mut attempts: Vec<AttemptEntry>) -> Option<Self> {
        attempts.sort_by(|a, b| a.attempt.at.cmp(&b.attempt.at));
        let is_complete = event.is_some();
        let event = event.or_else(|| attempts.first().map(event_of_attempt))?;
        Some(Self { event, attempts, is_complete })
    }

    /// Returns the event as JSON: its entry, all attempts, and what became of it.
    #[must_use]
    pub fn json(&self) -> Value {
        let EventSummary { status, destinations } = self.summary();
        let mut event = serde_json::to_value(&self.event).unwrap_or_default();
        event["attempts"] = json!(self.all_attempts().collect::<Vec<_>>());
        event["status"] = json!(status);
        event["destinations"] = json!(destinations);
        if let Some(members) = event.as_object_mut() {
            for name in ["event", "position", "expires_at"] {
                members.remove(name);
            }
        }
        event
    }
}

/// Returns what an attempt tells about its event.
fn event_of_attempt(attempt: &AttemptEntry) -> EventEntry {
    EventEntry {
        event: attempt.event.clone(),
        position: attempt.position.clone(),
        source: attempt.source.clone(),
        id: attempt.id.clone(),
        request_id: attempt.request_id.clone(),
        received: attempt.received.clone(),
        expires_at: attempt.expires_at,
        ..EventEntry::default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use hookline_event_log::{Attempt, Outcome, Status, attempt_position, event_key, event_position};

    use super::*;

    /// Returns an event that was received at this second, with an attempt at `orders`.
    pub(crate) fn event(id: &str, second: u32, outcome: Outcome) -> EventEntry {
        let received = format!("2026-01-02T03:04:{second:02}.000Z");
        EventEntry {
            event: event_key("github", id),
            position: event_position(&received, &format!("request-{id}")),
            source: "github".to_owned(),
            id: id.to_owned(),
            request_id: format!("request-{id}"),
            r#type: "github.push".to_owned(),
            size: Some(2048),
            content_type: Some("application/json".to_owned()),
            dedup_key: Some("4cb24aeed275".to_owned()),
            trace_id: Some("1-5759e988-bd862e3fe1be46a994272793".to_owned()),
            attempts: vec![attempt(outcome, 1, &received)],
            received,
            ..EventEntry::default()
        }
    }

    pub(crate) fn attempt(outcome: Outcome, number: u32, at: &str) -> Attempt {
        let reason =
            (!matches!(outcome, Outcome::Delivered | Outcome::AlreadyDelivered)).then(|| "http_503".to_owned());
        Attempt {
            destination: "orders".to_owned(),
            kind: "http".to_owned(),
            outcome,
            reason,
            number,
            at: at.to_owned(),
            duration_ms: 12,
            retry_in_seconds: (outcome == Outcome::Retried).then_some(30),
        }
    }

    pub(crate) fn later(event: &EventEntry, outcome: Outcome, number: u32, second: u32) -> AttemptEntry {
        let at = format!("2026-01-02T03:05:{second:02}.000Z");
        AttemptEntry {
            event: event.event.clone(),
            position: attempt_position(&event.received, &event.request_id, &at, "orders"),
            source: event.source.clone(),
            id: event.id.clone(),
            request_id: event.request_id.clone(),
            received: event.received.clone(),
            attempt: attempt(outcome, number, &at),
            expires_at: 0,
        }
    }

    #[test]
    fn groups_have_the_attempts_of_one_request_and_the_newest_is_first() {
        let (old, new) = (event("1", 1, Outcome::Retried), event("2", 2, Outcome::Delivered));
        let entries = [
            Entry::Attempt(Box::new(later(&old, Outcome::DeadLettered, 3, 40))),
            Entry::Event(Box::new(new.clone())),
            Entry::Attempt(Box::new(later(&old, Outcome::Retried, 2, 20))),
            Entry::Event(Box::new(old.clone())),
        ];
        let events = LoggedEvent::group(entries);
        assert_eq!(events.iter().map(|event| event.event.id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
        let numbers: Vec<_> = events[1].attempts.iter().map(|entry| entry.attempt.number).collect();
        assert_eq!((numbers, events[1].summary().status), (vec![2, 3], Status::DeadLettered));
        assert!(events[0].attempts.is_empty() && events.iter().all(|event| event.is_complete));
    }

    #[test]
    fn two_requests_with_one_id_are_two_events() {
        let first = event("1", 1, Outcome::Delivered);
        let second = EventEntry { request_id: "request-other".to_owned(), ..event("1", 5, Outcome::AlreadyDelivered) };
        let events = LoggedEvent::group([first, second].map(|event| Entry::Event(Box::new(event))));
        assert_eq!(
            events.iter().map(|event| event.event.request_id.as_str()).collect::<Vec<_>>(),
            ["request-other", "request-1"]
        );
    }

    #[test]
    fn attempts_without_their_event_are_shown() {
        let event = event("1", 1, Outcome::Retried);
        let events = LoggedEvent::group([Entry::Attempt(Box::new(later(&event, Outcome::Delivered, 2, 20)))]);
        assert_eq!((events.len(), events[0].is_complete, events[0].event.id.as_str()), (1, false, "1"));
        assert_eq!(events[0].summary().status, Status::Delivered);
    }

    #[test]
    fn json_has_all_attempts_and_the_status() {
        let event = event("1", 1, Outcome::Retried);
        let attempts = vec![later(&event, Outcome::Delivered, 2, 20)];
        insta::assert_json_snapshot!(LoggedEvent { event, attempts, is_complete: true }.json());
    }
}
