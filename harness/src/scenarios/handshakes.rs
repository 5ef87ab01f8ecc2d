//! Requests with which senders check an endpoint. They are no events.

mod requests;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use self::requests::{Expected, Handshake, with_query};
use super::support::permissions::{Policy, without};
use super::support::{Scenario, ScenarioResult, Testbed, expect, log};
use crate::emulator::Capability;
use crate::traffic::sender::{Content, Webhook};

pub(super) fn all() -> Vec<Scenario> {
    let sources = |scenario: Scenario| requests::sources().into_iter().fold(scenario, Scenario::source);
    vec![
        Scenario::new(
            "handshakes-responded",
            "each form of handshake gets the response that its sender expects, and is not queued",
            responded,
        )
        .with(sources)
        .concurrent(),
        Scenario::new(
            "handshakes-rejected",
            "a handshake with a wrong verify token, a wrong signature or a challenge that could be an event is rejected",
            rejected,
        )
        .with(sources)
        .concurrent(),
        Scenario::new(
            "handshake-key-not-trusted",
            "a key that a handshake brings is in the log, and signs no event",
            key_not_trusted,
        )
        .with(sources)
        .concurrent(),
        // Not concurrent: it removes a permission.
        Scenario::new(
            "handshakes-without-queue",
            "while the queue is unavailable, events get 503 and handshakes get their responses",
            responded_without_queue,
        )
        .with(sources)
        .needs(&[Capability::Iam]),
    ]
}

async fn responded(testbed: &Testbed) -> ScenarioResult {
    let count = all_responded(testbed).await?;
    for source in requests::sources() {
        log::wait_for_line(testbed, &[("outcome", "handshake"), ("source", source.name)]).await?;
    }
    Ok(format!("{count} handshakes, none delivered"))
}

/// Sends each handshake and checks its response. Returns how many there are.
async fn all_responded(testbed: &Testbed) -> Result<usize> {
    let handshakes = requests::all(testbed)?;
    let requests = handshakes.iter().map(async |handshake| {
        let Handshake { method, webhook, expected } = handshake;
        let context = || format!("{method} of source `{}`", webhook.source);
        expect_response(testbed, method, webhook, expected).await.with_context(context)
    });
    try_join_all(requests).await?;
    Ok(handshakes.len())
}

async fn expect_response(testbed: &Testbed, method: &Method, webhook: &Webhook, expected: &Expected) -> Result<()> {
    let response = testbed.stack.send_with_method(method.clone(), webhook).await?;
    let (status, body) = (response.status, response.body.as_str());
    let content_type = response.header("content-type").unwrap_or_default();
    let is_expected = match expected {
        Expected::Status(code) => status == *code && body.is_empty(),
        Expected::Text(text) => status == 200 && body == text && content_type.starts_with("text/plain"),
        Expected::Json(json) => {
            let is_json = content_type.starts_with("application/json");
            status == 200 && is_json && serde_json::from_str::<Value>(body).is_ok_and(|value| value == *json)
        }
        Expected::Header(name, value) => status == 200 && response.header(name) == Some(value),
    };
    ensure!(is_expected, "expected {expected:?}, got {status} {content_type}: {body}");
    ensure!(response.event_id().is_none(), "the handshake is an event");
    testbed.forbid_delivery(&webhook.event_id, &webhook.body);
    expect::not_delivered(testbed, webhook)
}

async fn rejected(testbed: &Testbed) -> ScenarioResult {
    let unsigned = [
        (
            "a wrong verify token",
            with_query("meta", &[("hub.mode", "subscribe"), ("hub.challenge", "7"), ("hub.verify_token", "x")]),
            401,
        ),
        ("a wrong verify token", with_query("oura", &[("verification_token", "x"), ("challenge", "7")]), 401),
        ("no verify token", with_query("meta", &[("hub.mode", "subscribe"), ("hub.challenge", "7")]), 401),
        ("no challenge", with_query("meta", &[("hub.mode", "subscribe")]), 400),
        ("a challenge that could be an event", with_query("x", &[("crc_token", r#"{"a":1}"#)]), 400),
    ];
    for (cause, webhook, status) in &unsigned {
        let response = testbed.stack.send_with_method(Method::GET, webhook).await?;
        ensure!(response.status == *status, "{cause} of `{}`: {} {}", webhook.source, response.status, response.body);
        expect::problem_document(&response)?;
    }
    let mut count = unsigned.len();
    for (source, content) in requests::signed_contents() {
        let other_key = testbed.config.source(source)?.generate_other_key()?;
        testbed.keep_out_of_logs(&other_key);
        let forged = Webhook::signed(testbed.config.source(source)?, "", content, &other_key)?;
        expect::unauthenticated(testbed, &forged).await.with_context(|| format!("source `{source}`"))?;
        count += 1;
    }
    // The gateway responds itself to methods that a source does not have.
    let response =
        testbed.stack.send_with_method(Method::GET, &with_query("github", &[("hub.challenge", "7")])).await?;
    ensure!([403, 404, 405].contains(&response.status), "GET of `github`: {}", response.status);
    Ok(format!("{} requests", count + 1))
}

async fn key_not_trusted(testbed: &Testbed) -> ScenarioResult {
    let key = Uuid::new_v4().simple().to_string();
    let content = Content::json(expect::unique_body(0)).with_header("X-Hook-Secret", &key);
    let handshake = Webhook::unsigned("asana", content);
    let expected = Expected::Header("x-hook-secret", key.clone());
    expect_response(testbed, &Method::POST, &handshake, &expected).await?;
    log::wait_for_line(testbed, &[("handshake_key", &key), ("outcome", "handshake"), ("source", "asana")]).await?;
    let event = testbed.signed_with("asana", "", expect::unique_body(0), &key)?;
    expect::unauthenticated(testbed, &event).await?;
    expect::delivered(testbed, &testbed.signed("asana", expect::unique_body(0))?).await?;
    Ok("logged, not trusted".to_owned())
}

async fn responded_without_queue(testbed: &Testbed) -> ScenarioResult {
    let count = without(testbed, Policy::Ingest, &["sqs:SendMessage"], async {
        let event = testbed.signed("github", expect::unique_body(0))?;
        expect::error_response(testbed, &event, 503).await?;
        all_responded(testbed).await
    });
    Ok(format!("{} handshakes", count.await?))
}
