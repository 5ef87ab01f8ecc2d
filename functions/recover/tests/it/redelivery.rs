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
    setup.github.add(listed(1, "a", OLD + 360, 502, "push"));
    setup.github.add(attempt(2, "a", OLD + 340, 504));
    setup.github.add(attempt(3, "a", OLD + 330, 0));
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

/// An outage of half a day must not use up the attempts.
#[tokio::test]
async fn attempts_go_on_with_longer_waits_until_the_event_is_too_old() {
    let setup = Setup::new().await;
    let hours = |hours: u64| hours * 3600;
    setup.github.add(listed(1, "due", hours(40), 503, "push"));
    (2..=15).for_each(|id| setup.github.add(attempt(id, "due", hours(18) - id, 503)));
    setup.github.add(listed(21, "waits", hours(40), 503, "push"));
    (22..=35).for_each(|id| setup.github.add(attempt(id, "waits", hours(2) - id, 503)));
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [2, 1, 0, 0]), "both are missing");
    assert_eq!(setup.github.redelivered(), ["15"]);
    assert!(setup.state().settled_before.abs_diff(now() - hours(40)) <= 5, "neither event is settled");
}

#[tokio::test]
async fn rejected_redelivery_is_lost_if_another_is_accepted_and_is_not_requested_again() {
    for status in [400, 404, 410, 422] {
        let setup = Setup::new().await;
        setup.github.add_failed(2);
        let response = axum::http::StatusCode::from_u16(status).unwrap();
        let rejected = Override::Response(response, Vec::new(), Vec::new());
        setup.github.respond_next([Override::Documented, rejected]);
        let lines = setup.handle(r#"{"source":"github"}"#).await;
        assert_eq!((result(&lines[1]), metrics(&lines[1])), (("recovery_completed", ""), [2, 1, 1, 0]));
        assert_eq!(result(&lines[0]), ("delivery_lost", "redelivery_rejected"));
        assert!(lines[0]["detail"].as_str().unwrap().contains(&format!("responded {status}")), "{}", lines[0]);
        assert_eq!(setup.github.redelivered(), ["1", "2"]);
        assert_eq!(metrics(&setup.run().await), [0; 4]);
        assert_eq!(setup.github.redelivered(), [""; 0]);
    }
}

/// A credential without write access can list the deliveries, and GitHub may respond 404 to each redelivery.
#[tokio::test]
async fn nothing_is_lost_if_all_redeliveries_are_rejected() {
    for status in [400, 404, 410, 422] {
        let setup = Setup::new().await;
        setup.github.add_failed(2);
        setup.github.set_redelivery_status(Some(status));
        let reason = format!("http_{status}");
        for _ in 0..2 {
            let line = setup.run().await;
            assert_eq!((result(&line), metrics(&line)), (("recovery_failed", reason.as_str()), [2, 0, 0, 1]));
            assert_eq!(setup.github.redelivered(), ["1", "2"]);
        }
        setup.github.set_redelivery_status(None);
        assert_eq!(metrics(&setup.run().await), [2, 2, 0, 0]);
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
