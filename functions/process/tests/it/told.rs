//! What the function tells of itself: lines, metrics and segments.

use hookline_event::Event;
use hookline_telemetry::{Captured, Datum, Level, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, event, message, queued, record};

fn captured() -> Captured {
    capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" })
}

/// Each metric of a line as its name and its dimensions.
fn metrics(line: &Value) -> Vec<(String, Vec<String>)> {
    Datum::of(line).unwrap().into_iter().map(|datum| (datum.name, datum.dimensions)).collect()
}

fn by_kind(name: &str, kind: &str) -> (String, Vec<String>) {
    (name.to_owned(), vec!["service=hookline-test".into(), format!("service=hookline-test,kind={kind}")])
}

fn alone(name: &str) -> (String, Vec<String>) {
    (name.to_owned(), vec!["service=hookline-test".into()])
}

#[tokio::test]
async fn a_delivery_is_told_with_its_metrics() {
    let log = captured();
    let function = Function::new().await;
    assert!(function.failures(vec![message("m-1", "github", 2)]).await.is_empty());
    let lines = log.lines();
    let [cold, delivered, batch] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(metrics(cold)[0].1, ["service=hookline-test,function=process"]);
    assert_eq!(metrics(delivered), [], "the batch counts it");
    assert_eq!(metrics(batch), [by_kind("Delivered", "http"), alone("DeliveryAge")]);
    insta::assert_json_snapshot!([delivered, batch], {
        "[].timestamp" => "[time]", "[]._aws.Timestamp" => "[time]", "[].duration_ms" => "[ms]", "[].age_ms" => "[ms]",
        "[].DeliveryAge" => "[ms]",
    });
}

#[tokio::test]
async fn a_batch_counts_its_deliveries_in_one_line() {
    let log = capture(Settings { level: Level::Warn, service: "hookline-test".into(), function: "process" });
    let function = Function::new().await;
    let records = (0..10).map(|id| message(&id.to_string(), "github", 1)).collect();
    assert!(function.failures(records).await.is_empty());
    let lines = log.lines();
    let [_, batch] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(batch["Delivered"], 10.0);
    assert_eq!(batch["DeliveryAge"].as_array().unwrap().len(), 10);
    assert_eq!(batch["outcome"], Value::Null, "below the level, a line is its metrics");
}

/// What an alarm looks at is counted whatever the level.
#[tokio::test]
async fn at_error_only_what_alarms_look_at_is_counted() {
    let log = capture(Settings { level: Level::Error, service: "hookline-test".into(), function: "process" });
    let function = Function::new().await;
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    let lines = log.lines();
    let [batch] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(metrics(batch), [alone("DeliveryAge")]);
    function.sink.answer(503, None);
    assert_eq!(function.failures(vec![message("n", "github", 1)]).await, ["n"]);
    assert_eq!(metrics(&log.lines().pop().unwrap()), [by_kind("DeliveryFailed", "http")]);
}

#[tokio::test]
async fn a_failure_is_told_until_it_is_given_up() {
    let log = captured();
    let function = Function::new().await;
    function.sink.answer(503, None);
    function.sink.answer(503, None);
    assert_eq!(function.failures(vec![message("m", "github", 1)]).await, ["m"]);
    let failed = log.lines().pop().unwrap();
    assert_eq!(metrics(&failed), [by_kind("DeliveryFailed", "http"), alone("Retries")]);
    assert_eq!(
        (&failed["level"], &failed["outcome"], &failed["reason"]),
        (&json!("WARN"), &json!("failed"), &json!("http_503"))
    );
    assert!(failed["retry_in_seconds"].is_u64());

    assert!(function.failures(vec![message("m", "github", 5)]).await.is_empty());
    let given_up = log.lines().pop().unwrap();
    assert_eq!(metrics(&given_up), [by_kind("DeliveryFailed", "http"), alone("DeadLettered")]);
    assert_eq!((&given_up["level"], &given_up["outcome"]), (&json!("ERROR"), &json!("dead_lettered")));
    assert_eq!((&given_up["destination"], &given_up["attempt"]), (&json!("orders"), &json!(5)));
}

#[tokio::test]
async fn what_comes_to_no_destination_counts_as_none() {
    let log = captured();
    let function = Function::new().await;
    let unreadable = record("m-1", "no event", 1);
    assert!(function.failures(vec![unreadable, message("m-2", "nobody", 1)]).await.is_empty());
    let lines = log.lines();
    for (reason, detail) in [("unreadable_event", "message m-1: not a CloudEvent in JSON"), ("no_route", "")] {
        let line = lines.iter().find(|line| line["reason"] == reason).unwrap();
        assert_eq!(metrics(line), [by_kind("DeliveryFailed", "none"), alone("DeadLettered")]);
        assert_eq!(line["detail"].as_str().unwrap_or_default(), detail);
    }
}

#[tokio::test]
async fn a_delivery_is_below_the_queue_in_the_requests_own_trace() {
    let told = captured();
    let function = Function::new().await;
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    let segments = told.segments();
    let [delivery] = &segments[..] else { panic!("{segments:?}") };
    assert_eq!(delivery["name"], "orders");
    assert_eq!(delivery["trace_id"], "1-4bf92f35-77b34da6a3ce929d0e0e4736", "that of the event's traceparent");
    assert_eq!(delivery["parent_id"], "00f067aa0ba902b7");
    let sent = function.sink.requests.lock().unwrap()[0].0["traceparent"].clone();
    let id = delivery["id"].as_str().unwrap();
    assert_eq!(sent, format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{id}-01"));
}

#[tokio::test]
async fn an_event_without_a_trace_has_that_of_its_message() {
    let log = captured();
    let function = Function::new().await;
    let mut message = record("m", &queued(Event { traceparent: None, ..event("github") }), 1);
    message["attributes"]["AWSTraceHeader"] =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".into();
    assert!(function.failures(vec![message]).await.is_empty());
    let lines = log.lines();
    let delivered = lines.iter().find(|line| line["outcome"] == "delivered").unwrap();
    assert_eq!(delivered["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
}
