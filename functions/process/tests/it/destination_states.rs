//! Paused destinations, slow destinations and circuit breakers.

use hookline_telemetry::{Level, Settings, capture};
use process::{OpenState, StoredState};
use serde_json::{Value, json};

use crate::fixture::{Function, message_body, now, retry_record, unique_event, unique_record};

const BREAKER: &str = r#"{"failures":3,"cool_down_seconds":30,"max_cool_down_seconds":300,"event_bus":"default"}"#;

async fn function() -> Function {
    Function::with_variable("HOOKLINE_BREAKER", Some(BREAKER)).await
}

fn set_state(function: &Function, state: StoredState) {
    function.claims.states.lock().unwrap().insert("orders".to_owned(), state);
}

/// A message of the retry queue that is due, `age` seconds after its first failure.
fn due_retry(id: &str, age: u64) -> Value {
    let retry = json!({
        "message": message_body(unique_event(id, "github")),
        "destination": "orders",
        "attempts": 2,
        "first_failed_at": now() - age,
        "not_before": now(),
        "first_seen": "1767323045700",
        "reason": "http_503",
    });
    retry_record(id, &retry)
}

/// Fails until the breaker of `orders` opens.
async fn open_breaker(function: &Function) {
    for id in ["f1", "f2", "f3"] {
        function.receiver.respond_with(503, None);
        assert_eq!(function.retried_destinations(vec![unique_record(id, "github", 1)]).await, ["orders"]);
    }
    assert_eq!(function.received_requests(), 3);
}

/// Ends the cool-down in the shared state, and lets the function read it.
fn end_cool_down(function: &Function) {
    let open = OpenState { until: now(), cool_down: 30 };
    set_state(function, StoredState { is_paused: false, open: Some(open) });
}

#[tokio::test]
async fn consecutive_failures_open_the_breaker() {
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    let function = function().await;
    open_breaker(&function).await;
    assert_eq!(function.retried_destinations(vec![unique_record("m", "both", 1)]).await, ["orders"]);
    assert_eq!(function.received_requests(), 4, "the other destination has the event");
    let deferred = function.retries().pop().unwrap();
    let wait = deferred["delay_seconds"].as_u64().unwrap();
    assert!((25..=45).contains(&wait), "the rest of the cool-down and a random part, not {wait} s");
    assert_eq!((&deferred["attempts"], &deferred["reason"]), (&json!(0), &json!("")));
    let lines = log.lines();
    let line = |outcome: &str| lines.iter().find(|line| line["outcome"] == outcome).unwrap();
    let opened = line("breaker_opened");
    let facts = ["level", "destination", "reason", "retry_in_seconds", "BreakerOpened"].map(|name| &opened[name]);
    assert_eq!(facts, [&json!("ERROR"), &json!("orders"), &json!("http_503"), &json!(30), &json!(1)]);
    assert_eq!((&line("deferred")["reason"], &line("deferred")["Deferred"]), (&json!("breaker_open"), &json!(1)));
}

#[tokio::test]
async fn opened_and_closed_breakers_are_published() {
    let function = function().await;
    function.aws.set_response("PutEvents", 200, json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] }));
    open_breaker(&function).await;
    let entries = || -> Vec<Value> {
        let calls = function.aws.calls.lock().unwrap().clone();
        calls.iter().map(|(_, request)| request["Entries"][0].clone()).collect()
    };
    let mut opened = entries().remove(0);
    let mut detail: Value = serde_json::from_str(opened["Detail"].as_str().unwrap()).unwrap();
    assert!(detail["at"].is_u64());
    detail["at"] = json!("[time]");
    opened["Detail"] = detail;
    insta::assert_json_snapshot!(opened);
}

#[tokio::test]
async fn transition_is_published_in_the_region_of_the_bus() {
    let bus = "arn:aws:events:us-west-2:210987654321:event-bus/orders";
    let breaker = BREAKER.replace("default", bus);
    let function = Function::with_variable("HOOKLINE_BREAKER", Some(&breaker)).await;
    function.aws.set_response("PutEvents", 200, json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e" }] }));
    open_breaker(&function).await;
    assert_eq!(function.aws.calls.lock().unwrap()[0].1["Entries"][0]["EventBusName"], bus);
    assert_eq!(*function.aws.regions.lock().unwrap(), ["us-west-2"]);
}

#[tokio::test]
async fn open_breaker_of_another_execution_environment_is_respected() {
    let function = function().await;
    set_state(&function, StoredState { is_paused: false, open: Some(OpenState { until: now() + 20, cool_down: 30 }) });
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    assert_eq!(function.retried_destinations(vec![due_retry("r", 60)]).await, ["orders"]);
    assert_eq!(function.received_requests(), 0);
    assert_eq!(*function.claims.state_reads.lock().unwrap(), 1, "read once in a cool-down");
}

/// Another execution environment has opened the breaker while this one waited for its own call.
#[tokio::test]
async fn failed_call_reads_the_shared_state_again() {
    let function = function().await;
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("a", "github", 1)]).await, ["orders"]);
    set_state(&function, StoredState { is_paused: false, open: Some(OpenState { until: now() + 20, cool_down: 30 }) });
    assert_eq!(function.retried_destinations(vec![unique_record("b", "github", 1)]).await, ["orders"]);
    assert_eq!((function.received_requests(), *function.claims.state_reads.lock().unwrap()), (1, 2));
}

#[tokio::test]
async fn one_probe_of_the_retry_lane_closes_the_breaker() {
    let function = function().await;
    end_cool_down(&function);
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    assert_eq!(function.retried_destinations(vec![unique_record("i", "github", 1)]).await, ["orders"]);
    assert_eq!(function.received_requests(), 0, "the intake lane makes no probe");
    let batch = vec![due_retry("a", 60), due_retry("b", 60), due_retry("c", 60)];
    assert_eq!(function.retried_destinations(batch).await, ["orders", "orders"]);
    assert_eq!(function.received_requests(), 1);
    assert_eq!(function.claims.states.lock().unwrap()["orders"].open, None);
    assert!(log.lines().iter().any(|line| line["outcome"] == "breaker_closed" && line["BreakerClosed"] == 1));
    assert!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await.is_empty());
    assert_eq!(function.received_requests(), 2);
}

#[tokio::test]
async fn failed_probe_doubles_the_cool_down() {
    let function = function().await;
    end_cool_down(&function);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![due_retry("a", 60)]).await, ["orders"]);
    assert_eq!(function.retries()[0]["attempts"], 3, "a probe is an attempt");
    let open = function.claims.states.lock().unwrap()["orders"].open.unwrap();
    assert_eq!(open.cool_down, 60);
    assert_eq!(function.retried_destinations(vec![due_retry("b", 60)]).await, ["orders"]);
    assert_eq!(function.received_requests(), 1);
}

/// An event that another execution environment has delivered needs no call, so the next message makes the probe.
#[tokio::test]
async fn probe_without_a_call_is_made_by_the_next_message() {
    let function = function().await;
    for _ in 0..2 {
        end_cool_down(&function);
        let retry = due_retry("a", 60);
        assert!(function.failed_ids(vec![retry]).await.is_empty());
    }
    assert_eq!(function.received_requests(), 1, "the second receive has the same key");
    end_cool_down(&function);
    assert!(function.failed_ids(vec![due_retry("b", 60)]).await.is_empty());
    assert_eq!(function.received_requests(), 2);
}

#[tokio::test]
async fn permanent_failure_is_a_response() {
    let function = function().await;
    for id in ["a", "b", "c", "d", "e"] {
        function.receiver.respond_with(404, None);
        assert!(function.failed_ids(vec![unique_record(id, "github", 1)]).await.is_empty());
    }
    assert_eq!((function.received_requests(), function.dead_letters().len()), (5, 5));
}

/// A destination that limits its rate works. Its `Retry-After` says how long to wait.
#[tokio::test]
async fn rate_limit_is_a_response() {
    let function = function().await;
    for id in ["a", "b", "c", "d", "e"] {
        function.receiver.respond_with(429, Some("1"));
        assert_eq!(function.retried_destinations(vec![unique_record(id, "github", 1)]).await, ["orders"]);
    }
    assert_eq!(function.received_requests(), 5);
}

/// A failure before the call says nothing about the destination.
#[tokio::test]
async fn failure_without_a_call_neither_opens_nor_closes() {
    let slack = json!({ "kind": "slack", "timeout_ms": 4000 });
    let http = json!({ "kind": "http", "url": "RECEIVER/other", "timeout_ms": 4000 });
    let destinations = json!({ "orders": slack, "audit": http, "hangs": http }).to_string();
    let variables = [("HOOKLINE_DESTINATIONS", destinations), ("HOOKLINE_BREAKER", BREAKER.to_owned())];
    let function = Function::with_variables(&variables).await;
    end_cool_down(&function);
    // The secret is missing, so there is no call.
    assert_eq!(function.retried_destinations(vec![due_retry("a", 60)]).await, ["orders"]);
    assert_eq!(function.retries().pop().unwrap()["reason"], "secret_missing");
    assert!(function.claims.states.lock().unwrap()["orders"].open.is_some(), "the breaker stays open");
}

/// The offloaded payload of a delivery that has to wait is not fetched.
#[tokio::test]
async fn payload_of_a_paused_delivery_is_not_fetched() {
    let function = function().await;
    set_state(&function, StoredState { is_paused: true, open: None });
    *function.payloads.is_unavailable.lock().unwrap() = true;
    let uri = "s3://payloads/payloads/1".to_owned();
    let event = unique_event("m", "github").replace_data(hookline_event::Payload::Offloaded { uri }).0;
    let mut retry = due_retry("m", 60);
    retry["body"] = json!(event.to_json().unwrap());
    assert_eq!(function.retried_destinations(vec![retry]).await, ["orders"]);
    assert_eq!(function.retries()[0]["attempts"], 2, "there was no attempt");
}

#[tokio::test]
async fn paused_destination_gets_no_event() {
    let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    let function = function().await;
    set_state(&function, StoredState { is_paused: true, open: None });
    assert_eq!(function.retried_destinations(vec![unique_record("m", "both", 1)]).await, ["orders"]);
    let waits = [(60, 30), (1200, 300), (20_000, 900)];
    for (age, expected) in waits {
        assert_eq!(function.retried_destinations(vec![due_retry("r", age)]).await, ["orders"]);
        let deferred = function.retries().pop().unwrap();
        assert_eq!((&deferred["delay_seconds"], &deferred["attempts"]), (&json!(expected), &json!(2)), "age {age}");
        assert_eq!(deferred["reason"], "http_503", "the reason of the last attempt stays");
    }
    assert_eq!(function.received_requests(), 1, "only the other destination");
    assert!(log.lines().iter().any(|line| line["reason"] == "destination_paused" && line["Deferred"] == 1));
}

#[tokio::test]
async fn paused_delivery_is_given_up_at_its_age_with_the_last_reason() {
    let function = function().await;
    set_state(&function, StoredState { is_paused: true, open: None });
    assert!(function.retried_destinations(vec![due_retry("r", 86_400)]).await.is_empty());
    let dead_letter = &function.dead_letters()[0];
    assert_eq!((&dead_letter["reason"], &dead_letter["attempts"]), (&json!("http_503"), &json!(2)));
    assert_eq!(function.received_requests(), 0);
}

#[tokio::test]
async fn slow_destination_is_called_on_the_retry_lane_only() {
    let slow = json!({ "kind": "http", "url": "RECEIVER/orders", "timeout_ms": 5001 });
    let function = Function::with_destination(slow).await;
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    let retry = function.retries()[0].clone();
    assert_eq!((&retry["delay_seconds"], &retry["attempts"]), (&json!(0), &json!(0)));
    assert_eq!(function.received_requests(), 0);
    let retry = function.take_due_retry("r", 0);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    assert_eq!(function.received_requests(), 1);
}

#[tokio::test]
async fn unavailable_state_stops_nothing() {
    let function = function().await;
    *function.claims.states_are_unavailable.lock().unwrap() = true;
    assert!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await.is_empty());
    assert_eq!(function.received_requests(), 1);
}

/// Without a table, each execution environment has its own breakers.
#[tokio::test]
async fn breaker_works_without_a_table() {
    let variables = [("HOOKLINE_IDEMPOTENCY_TABLE", String::new()), ("HOOKLINE_BREAKER", BREAKER.to_owned())];
    let function = Function::with_variables(&variables).await;
    open_breaker(&function).await;
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    assert_eq!((function.received_requests(), *function.claims.state_reads.lock().unwrap()), (3, 0));
}
