//! Which deliveries are requested again.

use serde_json::{Value, json};

use crate::fixture::{OLD, Override, Setup, listed, metrics, now, result};

fn attempt(id: u64, guid: &str, age: u64, status: u16) -> Value {
    let mut delivery = listed(id, guid, age, status, "push");
    delivery["redelivery"] = json!(true);
    delivery
}

#[tokio::test]
async fn ten_missing_events_are_requested_once_and_a_second_run_does_nothing() {
    let setup = Setup::new().await;
    setup.github.add(listed(100, "before", OLD + 100, 200, "push"));
    setup.github.add_failed(10);
    setup.github.add(listed(200, "after", OLD - 10, 202, "push"));
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [10, 10, 0, 0]));
    let expected: Vec<_> = (1..=10).map(|id| id.to_string()).collect();
    assert_eq!(setup.github.redelivered(), expected, "the oldest first");

    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [0; 4]));
    assert_eq!(setup.github.redelivered(), [""; 0]);
    assert!(setup.state().settled_before.abs_diff(now() - 300) <= 5);
}

#[tokio::test]
async fn event_with_any_successful_attempt_is_not_requested() {
    let setup = Setup::new().await;
    setup.github.add(listed(1, "a", OLD + 60, 502, "push"));
    setup.github.add(listed(2, "b", OLD + 50, 200, "push"));
    setup.github.add(attempt(3, "a", OLD + 40, 504));
    setup.github.add(attempt(4, "a", OLD + 30, 202));
    setup.github.add(attempt(5, "a", OLD + 20, 500));
    setup.github.add(attempt(6, "b", OLD + 10, 500));
    assert_eq!(metrics(&setup.run().await), [0; 4]);
    assert_eq!(setup.github.redelivered(), [""; 0]);
}

#[tokio::test]
async fn newest_attempt_of_an_event_is_repeated() {
    let setup = Setup::new().await;
    setup.github.add(listed(1, "a", OLD + 60, 502, "push"));
    setup.github.add(attempt(2, "a", OLD + 40, 504));
    setup.github.add(attempt(3, "a", OLD + 30, 0));
    assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0]);
    assert_eq!(setup.github.redelivered(), ["3"]);
}

#[tokio::test]
async fn recent_attempt_is_left_for_a_later_run() {
    let setup = Setup::new().await;
    setup.github.add(listed(1, "first-is-recent", 200, 502, "push"));
    setup.github.add(listed(2, "last-is-recent", OLD, 502, "push"));
    setup.github.add(attempt(3, "last-is-recent", 200, 502));
    assert_eq!(metrics(&setup.run().await), [0; 4]);
    assert_eq!(setup.github.redelivered(), [""; 0]);
    assert!(setup.state().settled_before.abs_diff(now() - OLD) <= 5, "the event is not settled");
}

#[tokio::test]
async fn failed_redelivery_is_repeated_after_some_time() {
    let setup = Setup::new().await;
    setup.github.add_failed(1);
    setup.github.set_receiver_status(503);
    assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0]);
    assert_eq!(metrics(&setup.run().await), [0; 4], "the attempt is recent");
    assert_eq!(setup.github.redelivered(), ["1"]);
    assert!(setup.state().settled_before.abs_diff(now() - OLD) <= 5);
}

/// GitHub may not list the attempt yet.
#[tokio::test]
async fn requested_event_is_not_requested_again_before_its_attempt_can_be_listed() {
    let setup = Setup::new().await;
    setup.github.add_failed(1);
    setup.github.set_redelivery_status(Some(202));
    assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0]);
    assert_eq!(metrics(&setup.run().await), [0; 4]);
    assert_eq!(setup.github.redelivered(), ["1"]);

    let mut state = setup.state();
    state.requested.values_mut().for_each(|time| *time -= 301);
    setup.states.set("github", None, state);
    assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0]);
}

#[tokio::test]
async fn event_is_lost_after_ten_attempts_and_is_reported_once() {
    let setup = Setup::new().await;
    setup.github.add(listed(1, "nine", OLD + 60, 422, "push"));
    setup.github.add(listed(11, "ten", OLD + 60, 422, "push"));
    (2..=9).for_each(|id| setup.github.add(attempt(id, "nine", OLD + 50 - id, 422)));
    (12..=20).for_each(|id| setup.github.add(attempt(id, "ten", OLD + 50 - id, 422)));
    let lines = setup.handle(r#"{"source":"github"}"#).await;
    assert_eq!(metrics(&lines[1]), [2, 1, 1, 0]);
    assert_eq!(result(&lines[0]), ("delivery_lost", "attempts_exhausted"));
    assert!(lines[0]["detail"].as_str().unwrap().contains("ten"), "{}", lines[0]);
    assert_eq!(setup.github.redelivered(), ["9"]);
    assert_eq!(metrics(&setup.run().await), [0; 4]);
}

#[tokio::test]
async fn rejected_redelivery_is_lost_and_is_not_requested_again() {
    for status in [400, 404, 410, 422] {
        let setup = Setup::new().await;
        setup.github.add_failed(2);
        setup.github.set_redelivery_status(Some(status));
        let lines = setup.handle(r#"{"source":"github"}"#).await;
        assert_eq!((result(&lines[2]), metrics(&lines[2])), (("recovery_completed", ""), [2, 0, 2, 0]));
        assert_eq!(result(&lines[0]), ("delivery_lost", "redelivery_rejected"));
        assert!(lines[0]["detail"].as_str().unwrap().contains(&format!("responded {status}")), "{}", lines[0]);
        assert_eq!(setup.github.redelivered(), ["1", "2"]);
        assert_eq!(metrics(&setup.run().await), [0; 4]);
        assert_eq!(setup.github.redelivered(), [""; 0]);
    }
}

/// An older event that is not settled keeps the low-water mark, so that lost ones are listed again.
#[tokio::test]
async fn lost_event_above_the_low_water_mark_is_remembered() {
    let setup = Setup::new().await;
    setup.github.add_failed(2);
    let response =
        |status| Override::Response(axum::http::StatusCode::from_u16(status).unwrap(), Vec::new(), Vec::new());
    setup.github.respond_next([Override::Documented, response(202), response(422)]);
    assert_eq!(metrics(&setup.run().await), [2, 1, 1, 0]);
    let mut state = setup.state();
    assert_eq!(state.lost.keys().collect::<Vec<_>>(), ["guid-2"]);
    state.requested.clear();
    setup.states.set("github", None, state);
    setup.github.requests();
    assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0]);
    assert_eq!(setup.github.redelivered(), ["1"]);
}

#[tokio::test]
async fn event_that_became_too_old_is_lost() {
    let setup = Setup::with_options(json!({ "lookback_hours": 1 })).await;
    setup.github.add(listed(1, "a", 3700, 502, "push"));
    setup.states.set("github", None, recover::State { settled_before: now() - 3800, ..recover::State::default() });
    let lines = setup.handle(r#"{"source":"github"}"#).await;
    assert_eq!((result(&lines[0]), metrics(&lines[1])), (("delivery_lost", "delivery_expired"), [1, 0, 1, 0]));
    assert_eq!(metrics(&setup.run().await), [0; 4]);
    assert_eq!(setup.github.redelivered(), [""; 0]);
}

/// The operator of the webhook has repeated an old delivery. Its first attempt is settled.
#[tokio::test]
async fn redelivery_of_an_event_before_the_listed_range_is_ignored() {
    let setup = Setup::new().await;
    setup.github.add(listed(1, "b", OLD + 10, 200, "push"));
    setup.github.add(attempt(2, "a", OLD, 500));
    assert_eq!(metrics(&setup.run().await), [0; 4]);
    assert_eq!(setup.github.redelivered(), [""; 0]);
}
