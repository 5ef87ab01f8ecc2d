//! Which requests belong to one event.
//!
//! An id alone does not tell it: two callers of `POST /events` can choose the same id, and their events are no duplicates of
//! each other. The deduplication key tells them apart. A replay has a key of its own, so that it is no duplicate either; the
//! id of its request ends with the beginning of the event's key.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use uuid::Uuid;

use super::logged_event::LoggedEvent;

/// The number of digits of a deduplication key that are shown and kept.
const KEY_DIGITS: usize = 16;

/// Returns the id of a new request for an event.
pub(super) fn new_request_id(logged: &LoggedEvent) -> String {
    let id = Uuid::now_v7();
    logged.key().map_or_else(|| id.to_string(), |key| format!("{id}.{key}"))
}

/// Returns the first digits of an event's deduplication key: those in the id of its request, which a replay has, or the
/// request's own, if it is no replay.
pub(crate) fn key_of<'k>(request_id: &'k str, own: Option<&'k str>) -> Option<&'k str> {
    let is_key =
        |key: &&str| key.len() == KEY_DIGITS && key.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let of_request = request_id.rsplit_once('.').map(|(_, key)| key).filter(is_key);
    of_request.or_else(|| own?.get(..KEY_DIGITS))
}

impl LoggedEvent {
    /// Returns the first 16 digits of the event's deduplication key; of a replay, those of the replayed event's key. `None` if
    /// the log does not have them.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        key_of(&self.event.request_id, self.event.dedup_key.as_deref().filter(|_| self.event.replay.is_none()))
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

    /// Whether two requests are of one event. An unknown key counts as that of any event with the id only if no two events have
    /// the id.
    #[must_use]
    pub fn is_same_event(&self, first: &LoggedEvent, second: &LoggedEvent) -> bool {
        let entry = |logged: &LoggedEvent| (logged.event.event.clone(), logged.event.position.clone());
        let are_known = first.key().is_some() && second.key().is_some();
        let can_match = are_known || !self.0.contains(&first.event.event);
        entry(first) == entry(second) || (can_match && first.is_same_event(second))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns the request of one event that is sent again: the newest one that has a payload. A newer one of which the log has
/// only attempts cannot be sent. Without any payload, the newest one, so that the replay says what is missing.
pub(crate) fn replayable(requests: Vec<LoggedEvent>) -> Option<LoggedEvent> {
    let index = requests.iter().position(|logged| logged.event.object.is_some()).unwrap_or_default();
    requests.into_iter().nth(index)
}

/// The key of one of the events that have an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedKey {
    /// The key or its beginning; `None` if no key is known and none is wanted.
    key: Option<String>,
    /// Whether the id has at most one known key. An unknown key then counts as the same one.
    is_only: bool,
}

impl SelectedKey {
    /// Selects the key of one event among those of all requests with an id. `wanted` is the beginning of the key, or more
    /// digits of it than are known.
    ///
    /// # Errors
    ///
    /// If there are several such keys, or requests and no such key. The error has the known keys.
    pub fn of<'k>(id: &str, requests: impl IntoIterator<Item = Option<&'k str>>, wanted: Option<&str>) -> Result<Self> {
        let requests: Vec<_> = requests.into_iter().collect();
        let known: BTreeSet<_> = requests.iter().flatten().copied().collect();
        let is_wanted = |key: &&str| wanted.is_none_or(|wanted| begin_alike(key, wanted));
        let selected: Vec<_> = known.iter().copied().filter(is_wanted).collect();
        if let Some(wanted) = wanted.filter(|_| selected.is_empty() && !requests.is_empty()) {
            let names = Vec::from_iter(known).join(", ");
            ensure!(!names.is_empty(), "no event with the id `{id}` has a known key: leave out --key");
            bail!("no event with the id `{id}` has the key `{wanted}`: add --key with the beginning of one of {names}");
        }
        let names = selected.join(", ");
        ensure!(
            selected.len() <= 1,
            "several events have the id `{id}`: add --key with the beginning of one of {names}"
        );
        let key = selected.first().copied().or(wanted).map(str::to_owned);
        Ok(Self { key, is_only: known.len() <= 1 })
    }

    /// Whether a request with this key is one of the event.
    #[must_use]
    pub fn includes(&self, key: Option<&str>) -> bool {
        match (key, &self.key) {
            (Some(key), Some(selected)) => begin_alike(key, selected),
            (Some(_), None) => true,
            (None, _) => self.is_only,
        }
    }
}

/// Whether one key is the beginning of the other.
fn begin_alike(key: &str, other: &str) -> bool {
    key.starts_with(other) || other.starts_with(key)
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
        // If two events have the id, it can be that of neither.
        let mut unknown = event.clone();
        unknown.event.dedup_key = None;
        unknown.event.position = "unknown".to_owned();
        let shared = |events: &[&LoggedEvent]| SharedIds::of(&Vec::from_iter(events.iter().copied().cloned()));
        assert!(shared(&[&event, &unknown]).is_same_event(&event, &unknown));
        let several = shared(&[&event, &unknown, &of_caller('b', "r-4")]);
        assert!(!several.is_same_event(&event, &unknown) && !several.is_same_event(&unknown, &event));
        assert!(several.is_same_event(&unknown, &unknown) && several.is_same_event(&event, &of_caller('a', "r-5")));
        other.event.event = "github/2".to_owned();
        assert!(!other.is_same_event(&event));
        assert!(of_caller('a', "r.1").key() == Some("aaaaaaaaaaaaaaaa"), "not a key after the full stop");
    }

    fn selected(requests: &[Option<&str>], wanted: Option<&str>) -> Result<SelectedKey, String> {
        SelectedKey::of("1", requests.iter().copied(), wanted).map_err(|error| error.to_string())
    }

    #[test]
    fn key_is_given_with_fewer_digits_than_are_known_or_with_all_of_them() {
        let (first, second) = ("a".repeat(16), "b".repeat(16));
        let requests = [Some(&*first), Some(&*second), None];
        for wanted in ["a", &first, &"a".repeat(64)] {
            let key = selected(&requests, Some(wanted)).unwrap();
            let included = requests.map(|request| key.includes(request));
            assert_eq!(included, [true, false, false], "{wanted}");
        }
        // One known key: an unknown one counts as the same event.
        for wanted in [None, Some("aa")] {
            assert!(selected(&[Some(&first), None], wanted).unwrap().includes(None), "{wanted:?}");
        }
        // Keys that are derived from the id, without a request.
        let derived = selected(&[], Some("a")).unwrap();
        assert!(derived.includes(Some(&first)) && !derived.includes(Some(&second)));
        assert!(selected(&[], None).unwrap().includes(Some(&first)));
    }

    #[test]
    fn error_of_a_selection_has_the_known_keys() {
        let (first, second) = ("a".repeat(16), format!("ab{}", "0".repeat(14)));
        let requests = [Some(&*first), Some(&*second), None];
        let several =
            format!("several events have the id `1`: add --key with the beginning of one of {first}, {second}");
        assert_eq!(selected(&requests, None), Err(several.clone()));
        assert_eq!(selected(&requests, Some("a")), Err(several));
        let other = format!(
            "no event with the id `1` has the key `c`: add --key with the beginning of one of {first}, {second}"
        );
        assert_eq!(selected(&requests, Some("c")), Err(other));
        let unknown = "no event with the id `1` has a known key: leave out --key";
        assert_eq!(selected(&[None], Some("c")), Err(unknown.to_owned()));
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
