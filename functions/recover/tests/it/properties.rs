//! Properties of runs over any list of deliveries.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use recover::{Delivery, End, State, run};
use serde_json::json;

use crate::fixture::{FakeApi, NOW, limits, source};

const RECENT: u64 = 300;
const LOOKBACK: u64 = 72 * 3600;

/// An event with the age of its first attempt, and the delay and result of each attempt.
#[derive(Debug, Clone)]
struct Event {
    name: &'static str,
    age: u64,
    attempts: Vec<(u64, bool)>,
}

fn event() -> impl Strategy<Value = Event> {
    let age = prop_oneof![0..2 * RECENT, 0..LOOKBACK, LOOKBACK..LOOKBACK + 7200];
    let attempts = prop::collection::vec((1..4000_u64, prop::bool::weighted(0.15)), 1..13);
    (prop_oneof![Just("push"), Just("issues")], age, attempts).prop_map(|(name, age, attempts)| Event {
        name,
        age,
        attempts,
    })
}

/// Returns all attempts, newest first. Attempts that would be in the future are left out.
fn list(events: &[Event]) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let mut time = NOW - event.age;
        for (attempt, (delay, is_successful)) in event.attempts.iter().enumerate() {
            time += if attempt == 0 { 0 } else { *delay };
            if time <= NOW {
                deliveries.push(Delivery {
                    id: 0,
                    guid: format!("guid-{index}"),
                    delivered_at: time,
                    is_redelivery: attempt > 0,
                    is_successful: *is_successful,
                    event: event.name.to_owned(),
                });
            }
        }
    }
    // IDs grow with the time.
    deliveries.sort_by_key(|delivery| delivery.delivered_at);
    (1..).zip(&mut deliveries).for_each(|(id, delivery)| delivery.id = id);
    deliveries.reverse();
    deliveries
}

/// Returns the GUIDs that a complete run has to request, by the rules of the contract.
fn expected(deliveries: &[Delivery]) -> BTreeSet<String> {
    let guids: BTreeSet<_> = deliveries.iter().map(|delivery| delivery.guid.clone()).collect();
    let is_due = |guid: &String| {
        let attempts: Vec<_> = deliveries.iter().filter(|delivery| delivery.guid == *guid).collect();
        let first = attempts.last().unwrap();
        first.event == "push"
            && attempts.iter().all(|attempt| !attempt.is_successful)
            && attempts.iter().all(|attempt| attempt.delivered_at + RECENT <= NOW)
            && attempts[0].delivered_at + (300 << (attempts.len() - 1)).min(10_800) <= NOW
            && first.delivered_at >= NOW - LOOKBACK
    };
    guids.into_iter().filter(is_due).collect()
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn each_redeliverable_event_that_never_succeeded_is_requested_exactly_once(
        events in prop::collection::vec(event(), 0..12),
        page_size in 1..8_usize,
    ) {
        let source = source(&json!({ "events": ["push"] }));
        let mut api = FakeApi { deliveries: list(&events), page_size, ..FakeApi::default() };
        let expected = expected(&api.deliveries);
        let requested = block_on(async {
            let time = Duration::from_secs(3600);
            let (state, report) = run(&source, &mut api, State::default(), limits(NOW, time)).await;
            assert!(matches!(report.end, End::Completed));
            let first = api.take_requested();
            let (_, report) = run(&source, &mut api, state, limits(NOW, time)).await;
            assert!(matches!(report.end, End::Completed));
            assert_eq!(api.take_requested(), [""; 0], "a second run does nothing");
            first
        });
        prop_assert_eq!(requested.len(), expected.len(), "each one once");
        prop_assert_eq!(requested.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    /// Runs of any length lead to the same requests as one long run.
    #[test]
    fn interruptions_change_neither_what_is_requested_nor_how_often(
        events in prop::collection::vec(event(), 0..12),
        page_size in 1..5_usize,
        times in prop::collection::vec(1..6_u64, 0..8),
    ) {
        let source = source(&json!({ "events": ["push"] }));
        let mut api = FakeApi { deliveries: list(&events), page_size, ..FakeApi::default() };
        let expected = expected(&api.deliveries);
        let requested = block_on(async {
            let (mut state, mut requested) = (State::default(), Vec::new());
            // Two complete runs at the end: the first one may only end the list of the others.
            for time in times.into_iter().chain([3600, 3600]) {
                state = run(&source, &mut api, state, limits(NOW, Duration::from_secs(time))).await.0;
                requested.extend(api.take_requested());
            }
            requested
        });
        prop_assert_eq!(requested.len(), expected.len(), "each one once");
        prop_assert_eq!(requested.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    /// No response of GitHub is a panic.
    #[test]
    fn any_delivery_is_read_or_rejected(text in "\\PC{0,80}", id: u64, status: i64) {
        let value = json!({ "id": id, "guid": text, "delivered_at": text, "status_code": status, "event": text });
        let _ = serde_json::from_value::<Delivery>(value);
        let _ = serde_json::from_str::<Delivery>(&text);
    }
}
