//! What became of an event, derived from its entries.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::entry::{Attempt, AttemptEntry, EventEntry, EventStatus, Outcome};

/// What became of an event. Of several destinations, the worst one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No destination has a result yet.
    Pending,
    /// Each destination has the event.
    Delivered,
    /// No route matches.
    Filtered,
    /// A delivery waits for its next attempt.
    Retrying,
    /// A delivery is or was in the dead-letter queue, and was not made since.
    DeadLettered,
    /// Ingest rejected the request.
    Rejected,
}

impl Status {
    /// All values, as users write them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Delivered, Self::Filtered, Self::Retrying, Self::DeadLettered, Self::Rejected];

    /// Returns the name, for instance `dead_lettered`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Filtered => "filtered",
            Self::Retrying => "retrying",
            Self::DeadLettered => "dead_lettered",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl From<Outcome> for Status {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Delivered | Outcome::AlreadyDelivered => Self::Delivered,
            Outcome::Retried | Outcome::Deferred => Self::Retrying,
            Outcome::DeadLettered => Self::DeadLettered,
        }
    }
}

/// What became of an event at one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestinationSummary {
    /// The result of the last attempt.
    pub status: Status,
    /// The highest number of an attempt.
    pub attempts: u32,
    /// The reason code of the last failure; `None` after a success.
    pub reason: Option<String>,
    /// When the last attempt ended.
    pub at: String,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventSummary {
    /// The worst status of a destination.
    pub status: Status,
    /// The destinations by name. An event without a destination that was dead-lettered has the empty name.
    pub destinations: BTreeMap<String, DestinationSummary>,
}

impl EventSummary {
    /// Derives the summary from the entry of an event and those of its later attempts, in any order.
    #[must_use]
    pub fn new(event: &EventEntry, later: &[AttemptEntry]) -> Self {
        let mut attempts: Vec<&Attempt> =
            event.attempts.iter().chain(later.iter().map(|entry| &entry.attempt)).collect();
        attempts.sort_by(|a, b| a.at.cmp(&b.at));
        let mut destinations = BTreeMap::<String, DestinationSummary>::new();
        for attempt in attempts {
            let before = destinations.get(&attempt.destination).map_or(0, |summary| summary.attempts);
            let status = Status::from(attempt.outcome);
            let reason = attempt.reason.clone().filter(|_| status != Status::Delivered);
            let summary =
                DestinationSummary { status, attempts: before.max(attempt.number), reason, at: attempt.at.clone() };
            destinations.insert(attempt.destination.clone(), summary);
        }
        // An event whose routes were unknown at its first receive has other destinations after a redrive.
        if destinations.len() > 1 {
            destinations.remove("");
        }
        let worst = destinations.values().map(|summary| summary.status).max();
        let status = match event.status {
            EventStatus::Rejected => Status::Rejected,
            EventStatus::Filtered => Status::Filtered,
            EventStatus::Routed => worst.unwrap_or(Status::Pending),
        };
        Self { status, destinations }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(destination: &str, outcome: Outcome, number: u32, second: u32) -> Attempt {
        Attempt {
            destination: destination.to_owned(),
            kind: "http".to_owned(),
            outcome,
            reason: Some("http_503".to_owned()).filter(|_| outcome != Outcome::Delivered),
            number,
            at: format!("2026-01-02T03:04:{second:02}.000Z"),
            duration_ms: 1,
            retry_in_seconds: None,
        }
    }

    fn summary(first: &[Attempt], later: &[Attempt]) -> EventSummary {
        let entry = |attempt: &Attempt| AttemptEntry {
            event: String::new(),
            position: String::new(),
            source: String::new(),
            id: String::new(),
            request_id: String::new(),
            received: String::new(),
            attempt: attempt.clone(),
            expires_at: 0,
        };
        let later: Vec<_> = later.iter().map(entry).collect();
        EventSummary::new(&EventEntry { attempts: first.to_vec(), ..EventEntry::default() }, &later)
    }

    #[test]
    fn the_last_attempt_of_each_destination_and_the_worst_destination_count() {
        let first = [attempt("a", Outcome::Delivered, 1, 0), attempt("b", Outcome::Retried, 1, 0)];
        assert_eq!(summary(&first, &[]).status, Status::Retrying);
        // The entries of attempts are not in the order of time.
        let later = [attempt("b", Outcome::DeadLettered, 3, 9), attempt("b", Outcome::Retried, 2, 5)];
        let given_up = summary(&first, &later);
        assert_eq!(given_up.status, Status::DeadLettered);
        assert_eq!((given_up.destinations["b"].attempts, given_up.destinations["a"].attempts), (3, 1));
        let redriven = summary(&first, &[later[0].clone(), attempt("b", Outcome::Delivered, 1, 30)]);
        assert_eq!((redriven.status, redriven.destinations["b"].reason.clone()), (Status::Delivered, None));
    }

    #[test]
    fn events_without_attempts_have_the_status_of_their_entry() {
        let status = |status| EventSummary::new(&EventEntry { status, ..EventEntry::default() }, &[]).status;
        assert_eq!(status(EventStatus::Routed), Status::Pending);
        assert_eq!(status(EventStatus::Filtered), Status::Filtered);
        assert_eq!(status(EventStatus::Rejected), Status::Rejected);
    }

    #[test]
    fn an_event_that_found_its_routes_after_a_redrive_is_no_longer_dead_lettered() {
        let first = [attempt("", Outcome::DeadLettered, 1, 0)];
        assert_eq!(summary(&first, &[]).status, Status::DeadLettered);
        assert_eq!(summary(&first, &[attempt("a", Outcome::Delivered, 1, 9)]).status, Status::Delivered);
    }

    #[test]
    fn names_are_those_of_the_json() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
    }
}
