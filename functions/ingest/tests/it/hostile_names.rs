//! Attacks with methods, paths and names, and their log lines.

use hookline_telemetry::{Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, webhook_request};
use crate::signed_request::sign_request;

#[tokio::test]
async fn rejects_other_methods_and_paths() {
    let function = Function::new();
    for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post", "POST ", ""] {
        let mut event = sign_request("github", b"{}").event();
        event["httpMethod"] = json!(method);
        assert_eq!(function.status(event).await, 404, "{method:?}");
    }
    for source in
        ["../github", "github/..", "github%2f..", "github%2F", "./github", "github/", "Github", "github\0", " github"]
    {
        let mut event = sign_request("github", b"{}").event();
        event["resource"] = json!(format!("/webhooks/{source}"));
        assert_eq!(function.status(event).await, 404, "{source:?}");
    }
    for resource in
        ["/live/webhooks/github", "webhooks/github", "//webhooks/github", "/webhooks/", "/webhooks", "/github"]
    {
        let mut event = sign_request("github", b"{}").event();
        event["resource"] = json!(resource);
        assert_eq!(function.status(event).await, 404, "{resource:?}");
    }
    assert!(function.queued_events().is_empty());
    assert_eq!(function.secrets.calls(), 0);
}

/// A line break would start a second log line, and an escape sequence would change an operator's terminal.
#[tokio::test]
async fn hostile_names_are_escaped_or_omitted_in_the_log() {
    let log = capture(Settings::default());
    let function = Function::new();
    let hostile = "x\r\n{\"outcome\":\"accepted\"}\u{1b}[31m\u{2028}";
    let signed =
        sign_request("github", b"{}").with_header("X-GitHub-Event", hostile).with_header("X-GitHub-Delivery", hostile);
    assert_eq!(function.status(signed.event()).await, 202);
    assert_eq!(function.status(webhook_request(hostile, &[], b"{}")).await, 404);
    let mut event = sign_request("github", b"{}").without_header("X-Hub-Signature-256").event();
    event["requestContext"]["requestId"] = json!(hostile);
    assert_eq!(function.status(event).await, 401);

    let text = log.text();
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["cold_start", "accepted", "rejected", "rejected"]);
    let queued = &function.queued_events()[0];
    let escaped = "github.x%0D%0A{\"outcome\":\"accepted\"}%1B[31m%E2%80%A8";
    assert_eq!(queued.event_type, escaped, "the type is printable ASCII");
    assert_ne!(queued.id, hostile);
}
