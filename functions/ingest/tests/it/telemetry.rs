//! Log lines, metrics and trace segments of the function.

use hookline_telemetry::{Level, Metric, MetricValue, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, QueueBehavior, SECRET, github_request, strict_request, webhook_request};

fn settings(level: Level) -> Settings {
    Settings { level, service: "hookline-test".into(), function: "ingest" }
}

/// Name, value and dimensions of each metric of a line.
fn metrics(line: &Value) -> Vec<(String, f64, Vec<String>)> {
    let metrics = MetricValue::parse_line(line).unwrap().into_iter();
    metrics.map(|metric| (metric.name, metric.value, metric.dimensions)).collect()
}

#[tokio::test]
async fn accepted_event_is_logged_with_its_metrics() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    let lines = log.lines();
    let [cold_start, first, second] = &lines[..] else { panic!("{lines:?}") };
    let dimensions = vec!["service=hookline-test,function=ingest".to_owned()];
    assert_eq!(metrics(cold_start), [("ColdStarts".to_owned(), 1.0, dimensions)]);
    insta::assert_json_snapshot!(first, {
        ".timestamp" => "[time]", "._aws.Timestamp" => "[time]", ".duration_ms" => "[ms]", ".QueueSendTime" => "[ms]",
    });
    assert_eq!(second["cold_start"], Value::Null, "only the first invocation of an environment is a cold start");
    assert_eq!(metrics(second)[0].2, ["service=hookline-test", "service=hookline-test,source=github"]);
}

#[tokio::test]
async fn event_without_type_is_logged_and_counted() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    assert_eq!(function.status(github_request("", SECRET, b"{}")).await, 202);
    let line = log.lines().pop().unwrap();
    assert_eq!((&line["type"], &line["reason"]), (&json!("github.unknown"), &json!("type_unknown")));
    let counted = (
        "TypeUnknown".to_owned(),
        1.0,
        vec!["service=hookline-test".to_owned(), "service=hookline-test,source=github".to_owned()],
    );
    assert!(metrics(&line).contains(&counted), "{line}");
}

/// A sender chooses the path, and must not create a metric with it.
#[tokio::test]
async fn rejections_are_counted_by_reason_and_not_by_the_senders_text() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    for (event, status, metric, reason) in [
        (webhook_request("a-source-that-does-not-exist", &[], b"{}"), 404, Metric::Rejected, "unknown_source"),
        (github_request("push", "another secret", b"{}"), 401, Metric::Rejected, "signature_mismatch"),
        (strict_request(b"{"), 400, Metric::Rejected, "invalid_json"),
    ] {
        assert_eq!(function.status(event).await, status);
        let line = log.lines().pop().unwrap();
        let sets = vec!["service=hookline-test".to_owned(), format!("service=hookline-test,reason={reason}")];
        assert_eq!(metrics(&line), [(metric.name().to_owned(), 1.0, sets)]);
        assert_eq!((&line["level"], &line["outcome"]), (&json!("WARN"), &json!("rejected")));
    }
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Rejects;
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 503);
    let line = log.lines().pop().unwrap();
    assert_eq!((&line["level"], &line["outcome"]), (&json!("ERROR"), &json!("failed")));
    assert_eq!(metrics(&line)[0].0, "ServerErrors");
}

#[tokio::test]
async fn below_the_log_level_only_metrics_are_written() {
    let log = capture(settings(Level::Warn));
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    assert_eq!(function.status(github_request("ping", SECRET, b"{}")).await, 200);
    let lines = log.lines();
    let [_, accepted] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(metrics(accepted).len(), 2);
    let mut members: Vec<_> = accepted.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let expected = ["Accepted", "QueueSendTime", "_aws", "service", "source"];
    assert_eq!(members, expected);
}

/// An alarm needs the rejections. The queue's own metrics count the accepted events without extra cost.
#[tokio::test]
async fn at_level_error_only_metrics_with_alarms_are_written() {
    let log = capture(settings(Level::Error));
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    assert_eq!(log.text(), "");
    assert_eq!(function.status(github_request("push", "another secret", b"{}")).await, 401);
    let lines = log.lines();
    let [rejected] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((metrics(rejected)[0].0.as_str(), &rejected["outcome"]), ("Rejected", &Value::Null));
}

#[tokio::test]
async fn message_carries_the_trace_with_the_queue_segment_as_parent() {
    let output = capture(settings(Level::Info));
    let function = Function::new();
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 202);
    let segments = output.segments();
    let names: Vec<_> = segments.iter().map(|segment| segment["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["secret", "signature", "queue"]);
    assert!(segments.iter().all(|segment| segment["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"));
    assert!(segments.iter().all(|segment| segment["parent_id"] == "53995c3f42cd8ad8"));
    let queue = segments[2]["id"].as_str().unwrap();
    let header = format!("Root=1-5759e988-bd862e3fe1be46a994272793;Parent={queue};Sampled=1");
    assert_eq!(*function.queue.trace_headers.lock().unwrap(), [header]);
    let traceparent = format!("00-5759e988bd862e3fe1be46a994272793-{queue}-01");
    assert_eq!(function.queued_events()[0].traceparent.as_deref(), Some(traceparent.as_str()));
}

#[tokio::test]
async fn panic_returns_500_and_is_logged_with_its_request_id() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Panics;
    assert_eq!(function.status(github_request("push", SECRET, b"{}")).await, 500);
    *function.queue.behavior.lock().unwrap() = QueueBehavior::Confirms;
    assert_eq!(
        function.status(github_request("push", SECRET, b"{}")).await,
        202,
        "the process continues after the panic"
    );
    let lines = log.lines();
    let failed = lines.iter().find(|line| line["reason"] == "internal").unwrap();
    assert_eq!(failed["request_id"], "c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
    assert_eq!(failed["outcome"], "failed");
}
