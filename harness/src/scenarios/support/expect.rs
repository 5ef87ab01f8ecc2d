//! Requests with an expected result.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline_event::{DedupKey, Event, ForwardedHeaders, Payload};
use serde_json::{Value, json};
use uuid::Uuid;

use super::log;
use super::scenario::ScenarioResult;
use super::testbed::Testbed;
use crate::emulator::EmulatorKind;
use crate::system::wait;
use crate::traffic::sender::{Response, Webhook};

/// The time for which a request is sent again after a 503. On a busy machine, the first start of a function can take
/// longer than ingest may wait for a secret.
const RETRY_LIMIT: Duration = Duration::from_secs(15);

/// Sends the request, expects the source's response to an event, and returns the event's id. Like a sender, it sends the
/// request again after a 503.
pub(crate) async fn accepted(testbed: &Testbed, webhook: &Webhook) -> Result<String> {
    let response = accepted_response(testbed, webhook).await?;
    response.event_id().with_context(|| format!("the response has no event id: {:?}", response.headers))
}

/// Sends the request, and expects the source's response to an event.
pub(crate) async fn accepted_response(testbed: &Testbed, webhook: &Webhook) -> Result<Response> {
    response(testbed, webhook, testbed.config.source(&webhook.source)?.accepted_status()?).await
}

/// Sends the request until the response has this status, and at most [`RETRY_LIMIT`]. No other status than 503 may come
/// before.
async fn response(testbed: &Testbed, webhook: &Webhook, status: u16) -> Result<Response> {
    wait::until(&format!("a response {status}"), RETRY_LIMIT, async || {
        let response = testbed.send(webhook).await?;
        let Response { status: actual, body, .. } = &response;
        ensure!([status, 503].contains(actual), "expected {status}, got {actual}: {body}");
        Ok((*actual == status).then_some(response))
    })
    .await
}

/// Sends the request, and expects that it is accepted, and one attempt, which delivers the same bytes.
pub(crate) async fn delivered(testbed: &Testbed, webhook: &Webhook) -> ScenarioResult {
    let event_id = accepted(testbed, webhook).await?;
    let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from the sent body");
    ensure!(delivery.header("content-type") == webhook.header("Content-Type"), "the content type has changed");
    testbed.expect_attempts(&event_id, &[(&delivery.path, 200)]);
    Ok(format!("{} bytes", webhook.body.len()))
}

/// Sends a request with a unique body, and expects the error response `status`. Ingest has to log the request as rejected,
/// or as failed if the status is a 5xx, and has to accept nothing. No destination receives the body until the end of the
/// run.
pub(crate) async fn rejected(testbed: &Testbed, webhook: &Webhook, status: u16) -> Result<Response> {
    let response = error_response(testbed, webhook, status).await?;
    testbed.forbid_delivery(&webhook.event_id, &webhook.body);
    let outcome = if status < 500 { "rejected" } else { "failed" };
    let request_id = request_id(&response)?;
    log::wait_for_line(testbed, &[("request_id", &request_id), ("outcome", outcome)]).await?;
    for line in log::lines_with(testbed, &request_id).await? {
        let other = line["outcome"] != outcome && line["outcome"] != "cold_start";
        ensure!(!other, "the request has another outcome too: {line}");
    }
    not_delivered(testbed, webhook)?;
    Ok(response)
}

/// Sends the request, and expects a problem document with this status. Like a sender, it sends the request again after a
/// 503, unless that is expected.
pub(crate) async fn error_response(testbed: &Testbed, webhook: &Webhook, status: u16) -> Result<Response> {
    let response = response(testbed, webhook, status).await?;
    problem_document(&response)?;
    Ok(response)
}

/// Expects that neither the id nor the unique body of the request is at a destination.
pub(crate) fn not_delivered(testbed: &Testbed, webhook: &Webhook) -> Result<()> {
    let arrived = !testbed.sink.attempts(&webhook.event_id).is_empty() || testbed.sink.has_received(&webhook.body);
    ensure!(!arrived, "the request arrived at a destination");
    Ok(())
}

/// Expects a problem document. The function and the gateway use the same form.
pub(crate) fn problem_document(response: &Response) -> Result<()> {
    let problem: Value = serde_json::from_str(&response.body).context("the response is no problem document")?;
    let content_type = response.headers.get("content-type").map(String::as_str);
    ensure!(content_type == Some("application/problem+json"), "the content type is {content_type:?}");
    let is_complete = problem["status"] == response.status && problem["request_id"].is_string();
    ensure!(is_complete, "not a problem document: {}", response.body);
    Ok(())
}

/// Expects a problem document from the gateway itself. The errors of an HTTP API have a fixed form, and LocalStack applies
/// only the status of a gateway response, so any body is accepted there.
pub(crate) fn gateway_problem_document(testbed: &Testbed, response: &Response) -> Result<()> {
    let is_fixed = testbed.stack.outputs.api_type == "http"
        || matches!(testbed.emulator_info.kind, EmulatorKind::Localstack { .. });
    if is_fixed { Ok(()) } else { problem_document(response) }
}

/// Returns the request's id of a problem document.
pub(crate) fn request_id(response: &Response) -> Result<String> {
    let problem: Value = serde_json::from_str(&response.body)?;
    Ok(problem["request_id"].as_str().context("the problem document has no request id")?.to_owned())
}

/// Expects a rejection with 401 and the public text that does not reveal the cause.
pub(crate) async fn unauthenticated(testbed: &Testbed, webhook: &Webhook) -> ScenarioResult {
    let response = rejected(testbed, webhook, 401).await?;
    let mut problem: Value = serde_json::from_str(&response.body)?;
    problem["request_id"] = Value::Null;
    let expected = json!({
        "title": "Unauthorized",
        "status": 401,
        "detail": "The request could not be authenticated.",
        "request_id": null,
    });
    ensure!(problem == expected, "the response reveals more than it should: {}", response.body);
    Ok("401, logged as rejected, not delivered".to_owned())
}

/// Returns about `bytes` bytes of JSON with escapes and spaces that a parser would not preserve.
pub(crate) fn intricate_json(bytes: usize) -> String {
    let line = "  {\"b\": 1, \"a\": \"\\u001B \\u001b \u{2665}\"},\r\n";
    format!("[\r\n{}  null ]\n", line.repeat(bytes / line.len()))
}

/// Returns a unique JSON body of more than `bytes` bytes.
pub(crate) fn unique_body(bytes: usize) -> String {
    format!("{{\"n\":\"{}\",\"x\":\"{}\"}}", Uuid::new_v4(), "x".repeat(bytes))
}

/// Returns an event as ingest queues it.
pub(crate) fn event(source: &str, id: &str) -> Event<Payload> {
    let path = format!("/webhooks/{source}");
    Event {
        id: id.to_owned(),
        event_type: format!("{source}.push"),
        time: "2026-01-01T00:00:00Z".to_owned(),
        content_type: Some("application/json".to_owned()),
        dedup_key: DedupKey::from_signed_id(&path, id),
        data_hash: None,
        recorded_time: None,
        sender_source: None,
        request_id: None,
        content_encoding: None,
        traceparent: None,
        hops: 0,
        forwarded: ForwardedHeaders::default(),
        payload_uri: None,
        replay: None,
        source: path,
        data: b"{}".to_vec().into(),
    }
}

/// Returns events with unique ids, for the sources in this order.
pub(crate) fn events(sources: &[&str]) -> Vec<Event<Payload>> {
    sources.iter().map(|source| event(source, &Uuid::new_v4().to_string())).collect()
}
