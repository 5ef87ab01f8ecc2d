//! What the function tells of itself: lines, metrics and segments.

use hookline_telemetry::{Datum, Level, Metric, Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, Mood, SECRET, github, webhook};

fn settings(level: Level) -> Settings {
    Settings { level, service: "hookline-test".into(), function: "ingest" }
}

/// Each metric of a line as its name, its value and its dimensions.
fn metrics(line: &Value) -> Vec<(String, f64, Vec<String>)> {
    let data = Datum::of(line).unwrap().into_iter();
    data.map(|datum| (datum.name, datum.value, datum.dimensions)).collect()
}

#[tokio::test]
async fn an_accepted_event_is_told_with_its_metrics() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    let lines = log.lines();
    let [cold, first, second] = &lines[..] else { panic!("{lines:?}") };
    let of_function = vec!["service=hookline-test,function=ingest".to_owned()];
    assert_eq!(metrics(cold), [("ColdStarts".to_owned(), 1.0, of_function)]);
    insta::assert_json_snapshot!(first, {
        ".timestamp" => "[time]", "._aws.Timestamp" => "[time]", ".duration_ms" => "[ms]", ".QueueSendTime" => "[ms]",
    });
    assert_eq!(second["cold_start"], Value::Null, "only the first call of an environment is cold");
    assert_eq!(metrics(second)[0].2, ["service=hookline-test", "service=hookline-test,source=github"]);
}

/// Whoever calls can write anything into the path, and must not make a metric by it.
#[tokio::test]
async fn a_refusal_counts_by_its_reason_and_never_by_what_a_stranger_wrote() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    for (event, status, metric, reason) in [
        (webhook("a-name-that-nobody-has", &[], b"{}"), 404, Metric::Refused, "unknown_source"),
        (github("push", "another secret", b"{}"), 401, Metric::Refused, "signature_mismatch"),
        (github("push", SECRET, b"{"), 400, Metric::Refused, "not_json"),
    ] {
        assert_eq!(function.status(event).await, status);
        let line = log.lines().pop().unwrap();
        let sets = vec!["service=hookline-test".to_owned(), format!("service=hookline-test,reason={reason}")];
        assert_eq!(metrics(&line), [(metric.name().to_owned(), 1.0, sets)]);
        assert_eq!((&line["level"], &line["outcome"]), (&json!("WARN"), &json!("refused")));
    }
    *function.queue.mood.lock().unwrap() = Mood::Refuses;
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 503);
    let line = log.lines().pop().unwrap();
    assert_eq!((&line["level"], &line["outcome"]), (&json!("ERROR"), &json!("failed")));
    assert_eq!(metrics(&line)[0].0, "Unavailable");
}

#[tokio::test]
async fn below_the_level_only_the_metrics_are_written() {
    let log = capture(settings(Level::Warn));
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    assert_eq!(function.status(github("ping", SECRET, b"{}")).await, 200);
    let lines = log.lines();
    let [_, queued] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(metrics(queued).len(), 2);
    let mut members: Vec<_> = queued.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let expected = ["Accepted", "QueueSendTime", "_aws", "service", "source"];
    assert_eq!(members, expected);
}

/// What is accepted is counted by the queue too, and for nothing; what is refused, an alarm looks at.
#[tokio::test]
async fn at_error_only_what_alarms_look_at_is_counted() {
    let log = capture(settings(Level::Error));
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    assert_eq!(log.text(), "");
    assert_eq!(function.status(github("push", "another secret", b"{}")).await, 401);
    let lines = log.lines();
    let [refused] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((metrics(refused)[0].0.as_str(), &refused["outcome"]), ("Refused", &Value::Null));
}

#[tokio::test]
async fn the_trace_goes_on_with_the_message_below_the_segment_of_the_queue() {
    let told = capture(settings(Level::Info));
    let function = Function::new();
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202);
    let segments = told.segments();
    let names: Vec<_> = segments.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["secret", "signature", "queue"]);
    assert!(segments.iter().all(|it| it["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"));
    assert!(segments.iter().all(|it| it["parent_id"] == "53995c3f42cd8ad8"));
    let queue = segments[2]["id"].as_str().unwrap();
    let header = format!("Root=1-5759e988-bd862e3fe1be46a994272793;Parent={queue};Sampled=1");
    assert_eq!(*function.queue.traces.lock().unwrap(), [header]);
    let traceparent = format!("00-5759e988bd862e3fe1be46a994272793-{queue}-01");
    assert_eq!(function.queued()[0].traceparent.as_deref(), Some(traceparent.as_str()));
}

#[tokio::test]
async fn a_panic_is_a_500_that_is_told_with_its_request() {
    let log = capture(settings(Level::Info));
    let function = Function::new();
    *function.queue.mood.lock().unwrap() = Mood::Panics;
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 500);
    *function.queue.mood.lock().unwrap() = Mood::Confirms;
    assert_eq!(function.status(github("push", SECRET, b"{}")).await, 202, "the process lives");
    let lines = log.lines();
    let failed = lines.iter().find(|line| line["reason"] == "internal").unwrap();
    assert_eq!(failed["request_id"], "c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
    assert_eq!(failed["outcome"], "failed");
}
