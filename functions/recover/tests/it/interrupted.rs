//! Runs whose time ends before the list does: later runs continue at the cursor.

use std::time::Duration;

use recover::{Delivery, End, Report, State, run};
use serde_json::json;

use crate::fixture::{FakeApi, NOW, delivery, limits, remembered, source};

/// Ten failed events, the oldest with the lowest ID, one delivery per page.
fn api() -> FakeApi {
    let deliveries = (1..=10).rev().map(|id| delivery(id, &format!("guid-{id}"), 10_000 - id * 100, false, false));
    FakeApi { deliveries: deliveries.collect(), page_size: 1, ..FakeApi::default() }
}

async fn run_for(seconds: u64, api: &mut FakeApi, state: State) -> (State, Report) {
    run(&source(&json!({})), api, state, limits(NOW, Duration::from_secs(seconds))).await
}

#[tokio::test(start_paused = true)]
async fn later_runs_continue_at_the_cursor_and_read_what_is_new() {
    let mut api = api();
    let (state, report) = run_for(4, &mut api, State::default()).await;
    assert!(matches!(report.end, End::DeadlineExceeded), "{:?}", report.end);
    assert_eq!(api.take_requested(), ["guid-7", "guid-8", "guid-9", "guid-10"]);
    let unfinished = state.unfinished.as_ref().unwrap();
    assert_eq!((unfinished.cursor.as_str(), unfinished.read_until), ("6", NOW - 300));
    assert_eq!((unfinished.oldest_unsettled, state.settled_before), (Some(NOW - 9300), 0));
    assert_eq!(state.listed_until, 0, "the list is not complete");

    // The new deliveries are the four redeliveries. One more page reaches what the first run has read.
    let (state, _) = run_for(8, &mut api, state).await;
    assert_eq!(api.take_requested(), ["guid-4", "guid-5", "guid-6"]);
    assert_eq!(state.unfinished.as_ref().unwrap().cursor, "3");

    let (state, report) = run_for(100, &mut api, state).await;
    assert!(matches!(report.end, End::Completed), "{:?}", report.end);
    assert_eq!(api.take_requested(), ["guid-1", "guid-2", "guid-3"]);
    assert_eq!((state.unfinished.as_ref(), state.settled_before), (None, NOW - 9900), "each success has to be seen");
    assert_eq!(state.listed_until, NOW);

    let (state, _) = run_for(100, &mut api, state).await;
    assert_eq!((api.take_requested().len(), state.settled_before), (0, NOW - 300));
}

/// The success is on a page that only the first run reads.
#[tokio::test(start_paused = true)]
async fn redelivery_on_an_earlier_page_is_remembered() {
    let mut api = api();
    api.deliveries.insert(0, delivery(20, "guid-1", 1000, true, true));
    api.deliveries.insert(0, delivery(21, "guid-2", 900, true, false));
    let (state, _) = run_for(3, &mut api, State::default()).await;
    assert_eq!(remembered(&state).iter().map(|(guid, _)| *guid).collect::<Vec<_>>(), ["guid-1", "guid-2"]);
    api.take_requested();
    run_for(100, &mut api, state).await;
    let requested = api.requested.clone();
    assert!(requested.contains(&21), "the newest attempt of guid-2: {requested:?}");
    assert!(!requested.contains(&1) && !requested.contains(&2) && !requested.contains(&20), "{requested:?}");
}

#[tokio::test(start_paused = true)]
async fn run_that_does_not_reach_the_read_part_keeps_the_cursor() {
    let mut api = api();
    let (state, _) = run_for(4, &mut api, State::default()).await;
    let (kept, report) = run_for(2, &mut api, state.clone()).await;
    assert!(matches!(report.end, End::DeadlineExceeded), "{:?}", report.end);
    assert_eq!(kept.unfinished, state.unfinished);
}

#[tokio::test(start_paused = true)]
async fn unknown_cursor_begins_the_list_again() {
    let mut api = api();
    let (state, _) = run_for(4, &mut api, State::default()).await;
    api.unknown_cursor = Some("6".to_owned());
    let (state, report) = run_for(100, &mut api, state).await;
    assert!(matches!(report.end, End::Failed(_)), "{:?}", report.end);
    assert_eq!((state.unfinished.as_ref(), state.settled_before), (None, 0), "nothing below the cursor is settled");
    api.unknown_cursor = None;
    api.take_requested();
    let (_, report) = run_for(100, &mut api, state).await;
    assert!(matches!(report.end, End::Completed), "{:?}", report.end);
    assert_eq!(api.take_requested(), (1..=6).map(|id| format!("guid-{id}")).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn requests_end_with_the_run_and_the_rest_follows_in_the_next_one() {
    let mut api = FakeApi { page_size: 100, ..api() };
    let mut limits = limits(NOW, Duration::from_secs(2));
    limits.pause = Duration::from_secs(1);
    let (state, report) = run(&source(&json!({})), &mut api, State::default(), limits).await;
    assert!(matches!(report.end, End::DeadlineExceeded), "{:?}", report.end);
    assert_eq!((report.missing, report.requested), (10, 3), "one second for the page and three for the requests");
    assert_eq!(api.take_requested(), ["guid-1", "guid-2", "guid-3"]);
    assert_eq!((state.unfinished.as_ref(), state.settled_before), (None, NOW - 9900));
    run_for(100, &mut api, state).await;
    assert_eq!(api.take_requested(), (4..=10).map(|id| format!("guid-{id}")).collect::<Vec<_>>());
}

/// GitHub returns a page that is its own next page.
#[tokio::test(start_paused = true)]
async fn page_that_repeats_itself_ends_the_list() {
    struct Repeating(Delivery, usize);
    impl recover::DeliveriesApi for Repeating {
        async fn list(&mut self, _: Option<&str>) -> Result<recover::Page, recover::GithubError> {
            self.1 += 1;
            Ok(recover::Page { deliveries: vec![self.0.clone()], next: Some("same".to_owned()) })
        }
        async fn redeliver(&mut self, _: u64) -> Result<recover::Redelivery, recover::GithubError> {
            Ok(recover::Redelivery::Requested)
        }
    }
    let mut api = Repeating(delivery(1, "a", 1000, false, false), 0);
    let limits = limits(NOW, Duration::from_secs(60));
    let (_, report) = run(&source(&json!({})), &mut api, State::default(), limits).await;
    assert_eq!((api.1, report.missing, report.requested), (2, 1, 1));
}
