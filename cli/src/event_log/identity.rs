//! Which requests belong to one event.
//!
//! An id alone does not tell it: two callers of `POST /events` can choose the same id, and their events are no duplicates of
//! each other. The deduplication key tells them apart. A replay has a key of its own, so that it is no duplicate either; the
//! id of its request ends with the beginning of the event's key.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::logged_event::LoggedEvent;

/// The number of digits of a deduplication key that are shown and kept.
const KEY_DIGITS: usize = 16;

/// Returns the id of a new request for an event.
pub(super) fn new_request_id(logged: &LoggedEvent) -> String {
    let id = Uuid::now_v7();
    logged.key().map_or_else(|| id.to_string(), |key| format!("{id}.{key}"))
}

impl LoggedEvent {
    /// Returns the first 16 digits of the event's deduplication key; of a replay, those of the replayed event's key. `None` if
    /// the log does not have them.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        let is_key =
            |key: &&str| key.len() == KEY_DIGITS && key.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let of_request = self.event.request_id.rsplit_once('.').map(|(_, key)| key).filter(is_key);
        let own = self.event.dedup_key.as_deref().filter(|_| self.event.replay.is_none());
        of_request.or_else(|| own?.get(..KEY_DIGITS))
    }

    /// Whether both are requests of one event. An unknown key can be that of any event with the id.
    #[must_use]
    pub fn is_same_event(&self, other: &Self) -> bool {
        let has_same_key = self.key().zip(other.key()).is_none_or(|(key, other)| key == other);
        self.event.event == other.event.event && has_same_key
    }

    /// Describes the event in a list, with its key if other events of the list have the same id.
    #[must_use]
    pub fn details_among(&self, shared: &SharedIds) -> String {
        let key = self.key().filter(|_| shared.0.contains(&self.event.event)).map(|key| format!("key {key}"));
        key.into_iter().chain(Some(self.details()).filter(|details| !details.is_empty())).collect::<Vec<_>>().join(", ")
    }
}

/// The ids that several events of a list have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedIds(BTreeSet<String>);

impl SharedIds {
    /// Finds the ids of several events.
    #[must_use]
    pub fn of(events: &[LoggedEvent]) -> Self {
        let mut keys = BTreeMap::<&str, BTreeSet<&str>>::new();
        for logged in events {
            keys.entry(&logged.event.event).or_default().extend(logged.key());
        }
        let shared = keys.into_iter().filter(|(_, keys)| keys.len() > 1);
        Self(shared.map(|(event, _)| event.to_owned()).collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns the keys of the events.
#[must_use]
pub fn keys(events: &[LoggedEvent]) -> BTreeSet<&str> {
    events.iter().filter_map(LoggedEvent::key).collect()
}

#[cfg(test)]
mod tests {
    use hookline_event_log::{EventEntry, Outcome};

    use super::super::logged_event::tests::event;
    use super::*;

    fn of_caller(digit: char, request_id: &str) -> LoggedEvent {
        let dedup_key = Some(digit.to_string().repeat(64));
        let event = EventEntry { dedup_key, request_id: request_id.to_owned(), ..event("1", 1, Outcome::Delivered) };
        LoggedEvent { event, attempts: Vec::new(), is_complete: true }
    }

    fn replay_of(logged: &LoggedEvent) -> LoggedEvent {
        let mut replay = of_caller('f', &new_request_id(logged));
        replay.event.replay = Some("replay-1".to_owned());
        replay
    }

    #[test]
    fn events_of_two_callers_differ_and_a_replay_belongs_to_one_of_them() {
        let (first, second) = (of_caller('a', "r-1"), of_caller('b', "r-2"));
        assert!(!first.is_same_event(&second) && first.is_same_event(&of_caller('a', "r-3")));
        let replay = replay_of(&first);
        assert!(replay.is_same_event(&first) && !replay.is_same_event(&second));
        assert!(replay_of(&replay).is_same_event(&first), "a replay of a replay");
        assert_eq!(keys(&[first, second, replay]), BTreeSet::from(["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"]));
    }

    #[test]
    fn unknown_key_can_be_that_of_any_event_with_the_id() {
        let event = of_caller('a', "r-1");
        // A replay of an earlier version, and an event of which only later attempts are logged.
        let mut earlier = of_caller('f', "r-2");
        earlier.event.replay = Some("replay-1".to_owned());
        let mut attempts = of_caller('a', "r-3");
        attempts.event.dedup_key = None;
        for unknown in [earlier, attempts] {
            assert!(unknown.key().is_none() && unknown.is_same_event(&event));
        }
        let mut other = event.clone();
        other.event.event = "github/2".to_owned();
        assert!(!other.is_same_event(&event));
        assert!(of_caller('a', "r.1").key() == Some("aaaaaaaaaaaaaaaa"), "not a key after the full stop");
    }

    #[test]
    fn list_has_the_key_if_events_share_an_id() {
        let events = [of_caller('a', "r-1"), of_caller('b', "r-2")];
        let shared = SharedIds::of(&events);
        assert_eq!(events[0].details_among(&shared), "key aaaaaaaaaaaaaaaa, orders delivered");
        let alone = SharedIds::of(&[events[0].clone(), replay_of(&events[0])]);
        assert!(alone.is_empty() && events[0].details_among(&alone) == "orders delivered");
    }
}
