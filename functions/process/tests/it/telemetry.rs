//! The log lines, metrics and trace segments of the function.

use hookline_event::Event;
use hookline_telemetry::{CapturedOutput, Level, MetricValue, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, event, message_body, record, unique_record};

fn capture_output() -> CapturedOutput {
    capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" })
}

/// Returns the name and the dimensions of each metric of a line.
fn metrics(line: &Value) -> Vec<(String, Vec<String>)> {
    MetricValue::parse_line(line).unwrap().into_iter().map(|metric| (metric.name, metric.dimensions)).collect()
}

fn by_kind(name: &str, kind: &str) -> (String, Vec<String>) {
    (name.to_owned(), vec!["service=hookline-test".into(), format!("service=hookline-test,kind={kind}")])
}

fn without_kind(name: &str) -> (String, Vec<String>) {
    (name.to_owned(), vec!["service=hookline-test".into()])
}

#[tokio::test]
async fn delivery_is_logged_and_counted_in_the_batch_summary() {
    let log = capture_output();
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m-1", "github", 2)]).await.is_empty());
    let lines = log.lines();
    let [cold_start, delivered, summary] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(cold_start["version"], env!("CARGO_PKG_VERSION"), "a build for tests has no commit");
    assert_eq!(metrics(cold_start)[0].1, ["service=hookline-test,function=process"]);
    assert_eq!(metrics(delivered), [], "the summary counts the delivery");
    assert_eq!(metrics(summary), [by_kind("Delivered", "http"), without_kind("DeliveryAge")]);
    insta::assert_json_snapshot!([delivered, summary], {
        "[].timestamp" => "[time]", "[]._aws.Timestamp" => "[time]", "[].duration_ms" => "[ms]", "[].age_ms" => "[ms]",
        "[].DeliveryAge" => "[ms]",
    });
}

#[tokio::test]
async fn batch_summary_counts_deliveries_in_one_line() {
    let log = capture(Settings { level: Level::Warn, service: "hookline-test".into(), function: "process" });
    let function = Function::new().await;
    let records = (0..10).map(|id| unique_record(&id.to_string(), "github", 1)).collect();
    assert!(function.failed_ids(records).await.is_empty());
    let lines = log.lines();
    let [_, summary] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(summary["Delivered"], 10.0);
    assert_eq!(summary["DeliveryAge"].as_array().unwrap().len(), 10);
    assert_eq!(summary["outcome"], Value::Null, "a line below the log level has only metrics");
}

/// Metrics with an alarm are written at every log level.
#[tokio::test]
async fn level_error_writes_only_metrics_with_an_alarm() {
    let log = capture(Settings { level: Level::Error, service: "hookline-test".into(), function: "process" });
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    let lines = log.lines();
    let [summary] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(metrics(summary), [without_kind("DeliveryAge")]);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("n", "github", 1)]).await, ["orders"]);
    assert_eq!(metrics(&log.lines().pop().unwrap()), [by_kind("DeliveryFailed", "http")]);
}

#[tokio::test]
async fn failure_is_logged_as_retried_and_then_as_dead_lettered() {
    let log = capture_output();
    let function = Function::new().await;
    function.receiver.respond_with(503, None);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "github", 1)]).await, ["orders"]);
    let retried = log.lines().pop().unwrap();
    assert_eq!(metrics(&retried), [by_kind("DeliveryFailed", "http"), without_kind("Retries")]);
    assert_eq!(
        (&retried["level"], &retried["outcome"], &retried["reason"]),
        (&json!("WARN"), &json!("retried"), &json!("http_503"))
    );
    assert!(retried["retry_in_seconds"].is_u64());

    let last = function.take_due_retry("r", 86_400);
    assert!(function.retried_destinations(vec![last]).await.is_empty());
    let dead_lettered = log.lines().pop().unwrap();
    assert_eq!(metrics(&dead_lettered), [by_kind("DeliveryFailed", "http"), without_kind("DeadLettered")]);
    assert_eq!((&dead_lettered["level"], &dead_lettered["outcome"]), (&json!("ERROR"), &json!("dead_lettered")));
    assert_eq!((&dead_lettered["destination"], &dead_lettered["attempt"]), (&json!("orders"), &json!(2)));
}

#[tokio::test]
async fn failure_without_destination_has_kind_none() {
    let log = capture_output();
    let function = Function::new().await;
    let unreadable = record("m-1", "no event", 1);
    assert!(function.failed_ids(vec![unreadable, unique_record("m-2", "unrouted", 1)]).await.is_empty());
    let lines = log.lines();
    for (reason, detail) in [("unreadable_event", "message m-1: not a CloudEvent in JSON"), ("no_route", "")] {
        let line = lines.iter().find(|line| line["reason"] == reason).unwrap();
        assert_eq!(metrics(line), [by_kind("DeliveryFailed", "none"), without_kind("DeadLettered")]);
        assert_eq!(line["detail"].as_str().unwrap_or_default(), detail);
    }
}

#[tokio::test]
async fn delivery_segment_continues_the_trace_of_the_request() {
    let output = capture_output();
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    let segments = output.segments();
    let [delivery] = &segments[..] else { panic!("{segments:?}") };
    assert_eq!(delivery["name"], "orders");
    assert_eq!(delivery["trace_id"], "1-4bf92f35-77b34da6a3ce929d0e0e4736", "the trace of the event's traceparent");
    assert_eq!(delivery["parent_id"], "00f067aa0ba902b7");
    let sent = function.receiver.requests.lock().unwrap()[0].0["traceparent"].clone();
    let id = delivery["id"].as_str().unwrap();
    assert_eq!(sent, format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{id}-01"));
}

#[tokio::test]
async fn event_without_trace_uses_the_trace_of_its_message() {
    let log = capture_output();
    let function = Function::new().await;
    let mut message = record("m", &message_body(Event { traceparent: None, ..event("github") }), 1);
    message["attributes"]["AWSTraceHeader"] =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".into();
    assert!(function.failed_ids(vec![message]).await.is_empty());
    let lines = log.lines();
    let delivered = lines.iter().find(|line| line["outcome"] == "delivered").unwrap();
    assert_eq!(delivered["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
}
