//! What a run leaves for the next one.

mod dynamodb;
mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::dynamodb::DynamoDbStateStore;
pub use self::store::{BeginResult, Lease, StateStore};
use crate::groups::Attempts;

/// The most events that each of the lists has. With them an item has at most about 300 KB, and DynamoDB allows 400 KB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>). An event that is left out can be
/// requested once more, which idempotency absorbs.
const MAX_EVENTS: usize = 1500;

/// The state of a source. Times are in seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The low-water mark: all deliveries before it are settled. They succeeded, are lost, or are not to be recovered.
    pub settled_before: u64,
    /// All deliveries up to this time were listed, by one run or by several ones. Before the first complete list it is
    /// the time of the first run. Unlike the low-water mark, it does not wait for events that keep failing.
    #[serde(skip_serializing_if = "is_zero")]
    pub listed_until: u64,
    /// Until then a rate limit allows no request.
    #[serde(skip_serializing_if = "is_zero")]
    pub limited_until: u64,
    /// The list that no run has read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<Unfinished>,
    /// The events whose redelivery was requested, with the time of the request. GitHub may not list the attempt yet.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requested: BTreeMap<String, u64>,
    /// The lost events with the time of their first attempt. They are reported once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<String, u64>,
}

/// A list that was read down to a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unfinished {
    /// The next page.
    pub cursor: String,
    /// The deliveries from the cursor up to this time were read.
    pub read_until: u64,
    /// The oldest event among them that is not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_unsettled: Option<u64>,
    /// Redeliveries among them whose first attempt is on a later page.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub redelivered: BTreeMap<String, Attempts>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_zero(time: &u64) -> bool {
    *time == 0
}

impl State {
    /// Begins to measure the lag, if no earlier run has.
    pub(crate) fn begin_lag(&mut self, now: u64) {
        if self.listed_until == 0 {
            self.listed_until = now;
        }
    }

    /// Returns the seconds since the last complete list.
    pub(crate) fn lag(&self, now: u64) -> u64 {
        now.saturating_sub(self.listed_until)
    }

    /// Removes what no later run needs, and limits the size. Requests before `requested_after` are dropped.
    pub(crate) fn prune(&mut self, requested_after: u64) {
        self.requested.retain(|_, time| *time > requested_after);
        // The next list ends at the low-water mark.
        self.lost.retain(|_, first_at| *first_at >= self.settled_before);
        keep_newest(&mut self.requested, |time| *time);
        keep_newest(&mut self.lost, |first_at| *first_at);
        if let Some(unfinished) = &mut self.unfinished {
            // A forgotten success would be requested again, a forgotten failure only has fewer attempts.
            keep_newest(&mut unfinished.redelivered, Attempts::is_successful);
        }
    }
}

/// Keeps the entries with the highest ranks.
fn keep_newest<V, R: Ord>(entries: &mut BTreeMap<String, V>, rank: impl Fn(&V) -> R) {
    if entries.len() <= MAX_EVENTS {
        return;
    }
    let mut sorted: Vec<_> = std::mem::take(entries).into_iter().collect();
    sorted.sort_by_key(|(_, value)| std::cmp::Reverse(rank(value)));
    entries.extend(sorted.into_iter().take(MAX_EVENTS));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_bounded_and_keep_the_newest_events() {
        let events = || (0..2000_u64).map(|time| (format!("guid-{time:04}"), time));
        let mut state =
            State { settled_before: 100, requested: events().collect(), lost: events().collect(), ..State::default() };
        state.prune(50);
        let range = |events: &BTreeMap<String, u64>| (events.len(), events.values().min().copied());
        assert_eq!((range(&state.requested), range(&state.lost)), ((1500, Some(500)), (1500, Some(500))));
        state.settled_before = 1999;
        state.prune(1998);
        assert_eq!((range(&state.requested), range(&state.lost)), ((1, Some(1999)), (1, Some(1999))));
    }

    #[test]
    fn lag_counts_from_the_first_run_or_the_last_complete_list() {
        let mut state = State::default();
        state.begin_lag(1000);
        assert_eq!((state.lag(1000), state.lag(4600)), (0, 3600));
        state.begin_lag(4600);
        assert_eq!(state.lag(4600), 3600, "a later run does not begin again");
        assert_eq!(state.lag(999), 0, "the clock was set back");
    }

    #[test]
    fn state_of_the_largest_size_fits_into_an_item() {
        let guid = |number: u64| format!("0b989ba4-242f-11e5-81e1-{number:012}");
        let events: BTreeMap<_, _> = (0..5000).map(|number| (guid(number), 1_800_000_000)).collect();
        let attempts = r#"{"times":{"18446744073709551614":1800000000,"18446744073709551615":1800000000}}"#;
        let attempts: Attempts = serde_json::from_str(attempts).unwrap();
        let redelivered = events.keys().map(|guid| (guid.clone(), attempts.clone())).collect();
        let unfinished = Some(Unfinished { redelivered, ..Unfinished::default() });
        let mut state = State { requested: events.clone(), lost: events, unfinished, ..State::default() };
        state.prune(0);
        assert!(serde_json::to_string(&state).unwrap().len() < 380_000);
    }

    #[test]
    fn empty_state_is_short_and_unknown_members_are_ignored() {
        let state = State { settled_before: 7, ..State::default() };
        assert_eq!(serde_json::to_string(&state).unwrap(), r#"{"settled_before":7}"#);
        assert_eq!(serde_json::from_str::<State>(r#"{"settled_before":7,"new":1}"#).unwrap(), state);
    }
}
