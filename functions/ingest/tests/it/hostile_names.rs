//! What people try with methods, paths and names, and what of it is in the log.

use hookline_telemetry::{Settings, capture};
use serde_json::{Value, json};

use crate::fixture::{Function, webhook};
use crate::sent::signed;

#[tokio::test]
async fn only_the_one_method_of_the_one_path_is_there() {
    let function = Function::new();
    for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post", "POST ", ""] {
        let mut event = signed("github", b"{}").event();
        event["httpMethod"] = json!(method);
        assert_eq!(function.status(event).await, 404, "{method:?}");
    }
    for source in
        ["../github", "github/..", "github%2f..", "github%2F", "./github", "github/", "Github", "github\0", " github"]
    {
        let mut event = signed("github", b"{}").event();
        event["pathParameters"] = json!({ "source": source });
        assert_eq!(function.status(event).await, 404, "{source:?}");
    }
    assert!(function.queued().is_empty());
    assert_eq!(function.secrets.calls(), 0);
}

/// Line ends would make a second line of the log, escapes would paint an operator's terminal.
#[tokio::test]
async fn names_are_escaped_or_left_out_of_the_log() {
    let log = capture(Settings::default());
    let function = Function::new();
    let evil = "x\r\n{\"outcome\":\"queued\"}\u{1b}[31m\u{2028}";
    let named = signed("github", b"{}").with("X-GitHub-Event", evil).with("X-GitHub-Delivery", evil);
    assert_eq!(function.status(named.event()).await, 202);
    assert_eq!(function.status(webhook(evil, &[], b"{}")).await, 404);
    let mut event = signed("github", b"{}").without("X-Hub-Signature-256").event();
    event["requestContext"]["requestId"] = json!(evil);
    assert_eq!(function.status(event).await, 401);

    let text = log.text();
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["cold_start", "queued", "refused", "refused"]);
    let queued = &function.queued()[0];
    assert_eq!(queued.event_type, "github.received", "a name that is none is replaced");
    assert_ne!(queued.id, evil);
}
