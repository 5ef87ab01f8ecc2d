//! The time since the last complete list: an alarm reports a recovery that never reads GitHub's list to its end.

use std::time::Duration;

use axum::http::StatusCode;
use recover::{Lease, State};
use serde_json::{Value, json};

use crate::fixture::{OLD, Override, Setup, listed, metrics, now, result};

/// The lag before the run, in seconds.
const LAG: u64 = 7200;

fn lag(line: &Value) -> Option<u64> {
    line.get("RecoveryLag").map(|lag| lag.as_u64().unwrap())
}

/// Returns a state whose last complete list was read `LAG` seconds ago.
fn lagging() -> State {
    State { settled_before: now() - LAG, listed_until: now() - LAG, ..State::default() }
}

async fn lagging_setup() -> Setup {
    let setup = Setup::new().await;
    setup.states.set("github", None, lagging());
    setup
}

fn response(status: u16, headers: &[(&'static str, String)]) -> Override {
    Override::Response(StatusCode::from_u16(status).unwrap(), headers.to_vec(), Vec::new())
}

/// Makes a run that must not end the lag.
async fn expect_lag(setup: &Setup, expected: (&str, &str)) {
    let before = setup.state().listed_until;
    let line = setup.run().await;
    assert_eq!(result(&line), expected);
    assert!(lag(&line).unwrap().abs_diff(LAG) <= 5, "{line}");
    assert_eq!(setup.state().listed_until, before, "{expected:?}");
}

#[tokio::test]
async fn complete_list_ends_the_lag() {
    let setup = lagging_setup().await;
    let line = setup.run().await;
    assert_eq!((result(&line), lag(&line)), (("recovery_completed", ""), Some(0)));
    assert!(setup.state().listed_until.abs_diff(now()) <= 5);
}

/// It holds back the low-water mark until it is older than `lookback_hours`, and `RecoveryMissing` reports it.
#[tokio::test]
async fn event_that_keeps_failing_is_no_lag() {
    let setup = Setup::new().await;
    setup.github.add(listed(1, "a", 40 * 3600, 503, "push"));
    let mut attempt = listed(2, "a", 3600, 503, "push");
    attempt["redelivery"] = json!(true);
    setup.github.add(attempt);
    setup.github.set_receiver_status(503);
    for _ in 0..2 {
        let line = setup.run().await;
        assert_eq!((result(&line), lag(&line)), (("recovery_completed", ""), Some(0)));
        assert!(setup.state().settled_before.abs_diff(now() - 40 * 3600) <= 5, "the event is not settled");
    }
}

/// The list is complete. The events are missing, which is another metric.
#[tokio::test]
async fn requests_that_fail_are_no_lag() {
    for (status, expected) in
        [(403, ("recovery_failed", "access_denied")), (429, ("recovery_interrupted", "rate_limited"))]
    {
        let setup = lagging_setup().await;
        setup.github.add_failed(2);
        setup.github.set_redelivery_status(Some(status));
        let line = setup.run().await;
        assert_eq!((result(&line), lag(&line)), (expected, Some(0)));
        assert_eq!(metrics(&line)[..2], [2, 0]);
    }
}

#[tokio::test]
async fn run_that_a_rate_limit_skips_or_ends_keeps_the_lag() {
    let setup = Setup::new().await;
    setup.states.set("github", None, State { limited_until: now() + 900, ..lagging() });
    expect_lag(&setup, ("recovery_skipped", "rate_limited")).await;

    let setup = lagging_setup().await;
    setup.github.respond_next([response(429, &[("retry-after", "900".to_owned())])]);
    expect_lag(&setup, ("recovery_interrupted", "rate_limited")).await;
    expect_lag(&setup, ("recovery_skipped", "rate_limited")).await;
}

#[tokio::test]
async fn run_without_enough_time_keeps_the_lag() {
    let mut setup = lagging_setup().await;
    setup.timeout = Duration::ZERO;
    expect_lag(&setup, ("recovery_interrupted", "deadline_exceeded")).await;
}

/// The older part of the list would be forgotten otherwise.
#[tokio::test]
async fn part_of_the_list_keeps_the_lag() {
    let setup = lagging_setup().await;
    (1..=4).for_each(|id| setup.github.add(listed(id, &format!("guid-{id}"), OLD, 200, "push")));
    setup.github.set_page_size(2);
    setup.github.respond_next([Override::Documented, response(503, &[])]);
    expect_lag(&setup, ("recovery_failed", "http_503")).await;
    assert!(setup.state().unfinished.is_some());
    let line = setup.run().await;
    assert_eq!((result(&line), lag(&line)), (("recovery_completed", ""), Some(0)));
}

#[tokio::test]
async fn failed_run_keeps_the_lag() {
    let setup = lagging_setup().await;
    setup.github.respond_next([response(404, &[])]);
    expect_lag(&setup, ("recovery_failed", "webhook_not_found")).await;
    setup.secrets.remove();
    expect_lag(&setup, ("recovery_failed", "secret_missing")).await;
}

/// A source that never had a complete list has no other time to count from.
#[tokio::test]
async fn lag_counts_from_the_first_run() {
    let setup = Setup::new().await;
    setup.secrets.remove();
    let line = setup.run().await;
    assert_eq!((result(&line), lag(&line)), (("recovery_failed", "secret_missing"), Some(0)));
    let first = setup.state();
    assert!(first.listed_until.abs_diff(now()) <= 5);

    setup.states.set("github", None, State { listed_until: first.listed_until - LAG, ..first });
    expect_lag(&setup, ("recovery_failed", "secret_missing")).await;
}

#[tokio::test]
async fn run_that_cannot_read_the_state_writes_no_lag() {
    let setup = lagging_setup().await;
    *setup.states.fails_to_begin.lock().unwrap() = true;
    let line = setup.run().await;
    assert_eq!((result(&line), lag(&line)), (("recovery_failed", "state_unavailable"), None));

    *setup.states.fails_to_begin.lock().unwrap() = false;
    setup.states.set("github", Some(Lease { owner: "other".to_owned(), until: now() + 60 }), lagging());
    let line = setup.run().await;
    assert_eq!((result(&line), lag(&line)), (("recovery_skipped", "in_progress"), None), "the other one writes it");
}

/// The next run begins with the earlier state.
#[tokio::test]
async fn run_that_cannot_store_the_state_keeps_the_lag() {
    let setup = lagging_setup().await;
    *setup.states.fails_to_finish.lock().unwrap() = true;
    let lines = setup.handle(r#"{"source":"github"}"#).await;
    assert_eq!((result(&lines[0]), lag(&lines[0])), (("recovery_completed", ""), None));
    assert_eq!(result(&lines[1]), ("recovery_failed", "state_unavailable"));
    assert!(lag(&lines[1]).unwrap().abs_diff(LAG) <= 5, "{}", lines[1]);
}
