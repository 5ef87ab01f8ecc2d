//! What several scenarios ask in the same way.

use anyhow::{Context, Result, ensure};
use hookline_event::{DedupKey, Event, Payload};
use serde_json::Value;

use super::{ScenarioResult, Testbed};
use crate::traffic::sender::{Response, Webhook};

/// Sends, expects 202, and gives the event's id.
pub(crate) async fn accepted(testbed: &Testbed, webhook: &Webhook) -> Result<String> {
    let answer = testbed.send(webhook).await?;
    ensure!(answer.status == 202, "expected 202, got {}: {}", answer.status, answer.body);
    answer.event_id().context("the answer has no id")
}

/// Sends, expects 202, and the exact body at the destination exactly once.
pub(crate) async fn delivered(testbed: &Testbed, webhook: &Webhook) -> ScenarioResult {
    let event_id = accepted(testbed, webhook).await?;
    let delivery = testbed.sink.wait_for(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body that arrived is not the one that was sent");
    ensure!(delivery.header("content-type") == webhook.header("Content-Type"), "the content type has changed");
    testbed.stack.at_rest().await?;
    let attempts = testbed.sink.attempts(&event_id).len();
    ensure!(attempts == 1, "delivered {attempts} times");
    Ok(format!("{} bytes", webhook.body.len()))
}

/// Sends, expects a refusal, and nothing on any queue or at any destination.
pub(crate) async fn refused(testbed: &Testbed, webhook: &Webhook, status: u16) -> Result<Response> {
    let answer = testbed.send(webhook).await?;
    ensure!(answer.status == status, "expected {status}, got {}: {}", answer.status, answer.body);
    problem(&answer)?;
    let depth = testbed.stack.depth().await?;
    ensure!(depth.intake == 0 && depth.dlq == 0, "the queues are not empty: {depth:?}");
    ensure!(testbed.sink.attempts(&webhook.event_id).is_empty(), "it arrived at a destination");
    Ok(answer)
}

/// Whether the function or the gateway refuses: the answer has the same form.
pub(crate) fn problem(answer: &Response) -> Result<()> {
    let problem: Value = serde_json::from_str(&answer.body).context("the answer is not a problem")?;
    let content_type = answer.headers.get("content-type").map(String::as_str);
    ensure!(content_type == Some("application/problem+json"), "the content type is {content_type:?}");
    ensure!(problem["status"] == answer.status && problem["request_id"].is_string(), "not a problem: {}", answer.body);
    Ok(())
}

/// What the gateway answers by itself has that form too, where it can be told: an HTTP API says it in its own words.
pub(crate) fn problem_of_gateway(testbed: &Testbed, answer: &Response) -> Result<()> {
    if testbed.stack.outputs.api_type == "http" { Ok(()) } else { problem(answer) }
}

/// About so many bytes of JSON with every escape and space that a careless reader would change.
pub(crate) fn intricate(bytes: usize) -> String {
    let line = "  {\"b\": 1, \"a\": \"\\u001B \\u001b \u{2665}\"},\r\n";
    format!("[\r\n{}  null ]\n", line.repeat(bytes / line.len()))
}

/// Refused with 401 and the one body that says nothing.
pub(crate) async fn not_authentic(testbed: &Testbed, webhook: &Webhook) -> ScenarioResult {
    let answer = refused(testbed, webhook, 401).await?;
    let mut problem: Value = serde_json::from_str(&answer.body)?;
    problem["request_id"] = Value::Null;
    let expected = serde_json::json!({
        "title": "Unauthorized",
        "status": 401,
        "detail": "The request could not be authenticated.",
        "request_id": null,
    });
    ensure!(problem == expected, "the answer tells more than it should: {}", answer.body);
    Ok("401, queue empty".to_owned())
}

/// An event as ingest would have queued it.
pub(crate) fn event(source: &str, id: &str) -> Event<Payload> {
    let path = format!("/webhooks/{source}");
    Event {
        id: id.to_owned(),
        event_type: format!("{source}.push"),
        time: "2026-01-01T00:00:00Z".to_owned(),
        content_type: Some("application/json".to_owned()),
        dedup_key: DedupKey::from_signed_id(&path, id),
        traceparent: None,
        source: path,
        data: b"{}".to_vec().into(),
    }
}
