//! Requests that ingest accepts, and their deliveries.

mod published;

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use self::published::published_signatures;
use super::support::{PUSH, Scenario, ScenarioResult, Testbed, expect, log, schemes};
use crate::emulator::Capability;
use crate::stack::{Route, Source, common_sources};
use crate::system::wait;
use crate::traffic::sender::{Content, Webhook};

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new("push-delivered", "a signed GitHub push arrives byte for byte", push).concurrent(),
        Scenario::new("minimal-json-delivered", "the shortest JSON body arrives", minimal_json).concurrent(),
        Scenario::new(
            "large-body-delivered",
            "150 KB of JSON arrive with each escape and space unchanged",
            async |testbed: &Testbed| intricate_json(testbed, 150_000).await,
        )
        .concurrent(),
        Scenario::new(
            "offloaded-body-delivered",
            "a body of 1.5 MB, too large for a message, arrives unchanged from the payload bucket",
            async |testbed: &Testbed| intricate_json(testbed, 1_500_000).await,
        )
        .concurrent(),
        Scenario::new(
            "json-bytes-preserved",
            "key order, escapes, numbers and spaces arrive as they were signed",
            json_bytes,
        )
        .concurrent(),
        Scenario::new(
            "binary-body-delivered",
            "arbitrary bytes of the type `application/octet-stream` arrive",
            binary_body,
        )
        .concurrent(),
        Scenario::new(
            "every-scheme-delivered",
            "a request of each common source is accepted and delivered",
            every_scheme,
        )
        .concurrent(),
        Scenario::new("handshake-not-queued", "a verified `ping` gets a response and is not queued", handshake)
            .concurrent(),
        Scenario::new("event-with-token-delivered", "`POST /events` with a valid token is delivered", event_with_token)
            .route(Route::new("events", "events", &["orders"]))
            .needs(&[Capability::Cognito])
            .concurrent(),
        // Not concurrent: it rotates secrets that `every-scheme-delivered` uses.
        Scenario::new(
            "published-signatures-accepted",
            "signatures published by senders are accepted and delivered",
            published_signatures,
        )
        .source(Source::github("published").sends_to("orders")),
        Scenario::new(
            "previous-secret-accepted",
            "after a rotation the new and the previous secret are accepted; the one before is not",
            previous_secret,
        )
        .source(Source::github("rotating").sends_to("orders"))
        .concurrent(),
        Scenario::new(
            "burst-delivered",
            "of 200 requests, 40 at a time, each is accepted, if necessary after retries, and delivered once",
            burst,
        ),
    ]
}

async fn push(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("github", PUSH)?;
    let details = expect::delivered(testbed, &webhook).await?;
    let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    for (name, expected) in [("ce-type", "github.push"), ("ce-source", "/webhooks/github"), ("ce-specversion", "1.0")] {
        ensure!(delivery.header(name) == Some(expected), "{name} is {:?}", delivery.header(name));
    }
    ensure!(delivery.path == "/orders", "the event arrived at {}", delivery.path);
    Ok(details)
}

async fn minimal_json(testbed: &Testbed) -> ScenarioResult {
    expect::delivered(testbed, &testbed.signed("github", "{}")?).await
}

async fn intricate_json(testbed: &Testbed, bytes: usize) -> ScenarioResult {
    expect::delivered(testbed, &testbed.signed("github", expect::intricate_json(bytes))?).await
}

async fn json_bytes(testbed: &Testbed) -> ScenarioResult {
    // A program that parses and serialises this text changes the order and repetition of keys, escapes, numbers, spaces and
    // line ends.
    const BODY: &str = "{\r\n\t\"z\" : 1.0, \"a\":1e3 ,\"\\u0061\": \"\\/ \\u00e9 \u{e9} \\ud83d\\ude00\",\n  \"a\" : \
                        -0, \"n\":12345678901234567890.10, \"deep\" : [ { } , [ ] ]\r\n}  \n";
    expect::delivered(testbed, &testbed.signed("github", BODY)?).await
}

async fn binary_body(testbed: &Testbed) -> ScenarioResult {
    let body: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let content = Content::new("application/octet-stream", body);
    expect::delivered(testbed, &testbed.signed_content("acme", content)?).await
}

async fn every_scheme(testbed: &Testbed) -> ScenarioResult {
    let sources = common_sources().map(|source| source.name);
    let requests = sources.map(async |source| {
        let webhook = testbed.signed(source, schemes::body(source))?;
        delivered_with_source(testbed, &webhook).await.with_context(|| format!("source `{source}`"))
    });
    try_join_all(requests).await?;
    Ok(format!("{} sources", sources.len()))
}

async fn delivered_with_source(testbed: &Testbed, webhook: &Webhook) -> Result<()> {
    let event_id = expect::accepted(testbed, webhook).await?;
    let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from the sent body");
    let expected = format!("/webhooks/{}", webhook.source);
    let source = delivery.header("ce-source");
    ensure!(source == Some(expected.as_str()), "the event's source is {source:?}");
    Ok(())
}

async fn handshake(testbed: &Testbed) -> ScenarioResult {
    let body = format!("{{\"zen\":\"Keep it logically awesome.\",\"hook_id\":\"{}\"}}", Uuid::new_v4());
    let webhook = testbed.signed_with("github", "ping", body, &testbed.signing_key("github")?)?;
    let response = testbed.send(&webhook).await?;
    let is_pong = (response.status, response.body.as_str()) == (200, "pong");
    ensure!(is_pong, "got {}: {}", response.status, response.body);
    testbed.forbid_delivery(&webhook.event_id, &webhook.body);
    log::wait_for_line(testbed, &[("outcome", "handshake"), ("source", "github")]).await?;
    expect::not_delivered(testbed, &webhook)?;
    Ok("200, logged as handshake, not delivered".to_owned())
}

async fn event_with_token(testbed: &Testbed) -> ScenarioResult {
    let scope = testbed.stack.outputs.scope.clone().unwrap_or_default();
    let token = testbed.stack.access_token(&scope).await?;
    testbed.keep_out_of_logs(&token);
    let (id, body) = (Uuid::new_v4().to_string(), b"{\"order\": 17}");
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Authorization", format!("Bearer {token}")),
        ("Ce-Id", id.clone()),
        ("Ce-Type", "order.paid".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    let response = testbed.stack.post("/events", &headers, body.to_vec()).await?;
    testbed.record_response(&response);
    ensure!(response.status == 202, "expected 202, got {}: {}", response.status, response.body);
    let delivery = testbed.sink.wait_for_delivery(&id).await?;
    ensure!(delivery.body[..] == body[..], "the body has changed");
    ensure!(delivery.header("ce-type") == Some("events.order.paid"), "{:?}", delivery.header("ce-type"));
    ensure!(delivery.header("authorization").is_none(), "the token was passed on");
    Ok("202, delivered".to_owned())
}

async fn previous_secret(testbed: &Testbed) -> ScenarioResult {
    let first = testbed.signing_key("rotating")?;
    wait_until_accepted(testbed, &first).await?;
    let second = testbed.rotate("rotating").await?;
    wait_until_accepted(testbed, &second).await?;
    let previous = testbed.send(&signed_with(testbed, &first)?).await?;
    ensure!(previous.status == 202, "the previous secret: {}", previous.status);

    let third = testbed.rotate("rotating").await?;
    wait_until_accepted(testbed, &third).await?;
    let previous = testbed.send(&signed_with(testbed, &second)?).await?;
    ensure!(previous.status == 202, "the previous secret: {}", previous.status);
    // Each environment of the function reads the secret again only when it receives a signature by an unknown secret.
    wait::until("the secret before the previous one to be rejected", Duration::from_secs(10), async || {
        testbed.send(&signed_with(testbed, &third)?).await?;
        Ok((testbed.send(&signed_with(testbed, &first)?).await?.status == 401).then_some(()))
    })
    .await?;
    Ok("two rotations without a deployment".to_owned())
}

/// Waits for the first request that is accepted. The function reads the secret again when its cached secret is old enough.
async fn wait_until_accepted(testbed: &Testbed, secret: &str) -> Result<()> {
    wait::until("the new secret to be accepted", Duration::from_secs(10), async || {
        Ok((testbed.send(&signed_with(testbed, secret)?).await?.status == 202).then_some(()))
    })
    .await
}

fn signed_with(testbed: &Testbed, secret: &str) -> Result<Webhook> {
    // Each body is unique, because equal bodies are duplicates and are delivered once.
    testbed.signed_with("rotating", "push", expect::unique_body(0), secret)
}

async fn burst(testbed: &Testbed) -> ScenarioResult {
    const REQUESTS: usize = 200;
    const CONCURRENCY: usize = 40;
    let webhooks: Vec<_> = stream::iter(0..REQUESTS)
        .map(async |number| {
            let webhook = testbed.signed("github", format!("{{\"number\":{number}}}"))?;
            let rejections = send_until_accepted(testbed, &webhook).await?;
            anyhow::Ok((webhook, rejections))
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    for (webhook, _) in &webhooks {
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
    }
    testbed.wait_until_idle().await?;
    let attempts = |webhook: &Webhook| testbed.sink.attempts(&webhook.event_id).len();
    let duplicates = webhooks.iter().filter(|(webhook, _)| attempts(webhook) != 1).count();
    ensure!(duplicates == 0, "{duplicates} events were delivered more than once");
    let rejections: u32 = webhooks.iter().map(|(_, rejections)| rejections).sum();
    Ok(format!("{REQUESTS} accepted after {rejections} responses 429 or 503, each delivered once"))
}

/// Sends a request again after 429 and 503, as a sender does. Returns how often that was.
async fn send_until_accepted(testbed: &Testbed, webhook: &Webhook) -> Result<u32> {
    let rejections = Cell::new(0);
    wait::until("a request of the burst to be accepted", Duration::from_secs(30), async || {
        let response = testbed.send(webhook).await?;
        let is_temporary = matches!(response.status, 429 | 503);
        ensure!(response.status == 202 || is_temporary, "unexpected response: {} {}", response.status, response.body);
        rejections.set(rejections.get() + u32::from(is_temporary));
        Ok((!is_temporary).then_some(()))
    })
    .await?;
    Ok(rejections.get())
}
