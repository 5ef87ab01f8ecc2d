//! One scenario for each way in which an `http` destination authenticates requests.

use anyhow::{Result, bail, ensure};
use serde_json::json;

use super::super::support::{Scenario, ScenarioResult, Testbed, expect, log};
use crate::stack::{Destination, DestinationKind, Route, Source, aws_receivers};
use crate::system::repository::Repository;
use crate::traffic::certificates::Authority;
use crate::traffic::credential::{API_KEY, SCOPE};
use crate::traffic::script::Script;
use crate::traffic::sender::Webhook;
use crate::traffic::sink::Delivery;

/// Adds the source `authenticated`, and destinations with constant credentials.
pub(super) fn resources(scenario: Scenario) -> Scenario {
    scenario
        .source(Source::github("authenticated"))
        .destination(Destination::authenticated("api-key", "header").option("auth_header", json!(API_KEY)))
        .destination(Destination::authenticated("basic", "basic"))
        .destination(Destination::authenticated("bearer", "bearer"))
        .route(Route::new("authenticated", "authenticated", &["api-key", "basic", "bearer"]))
}

/// Adds a destination with OAuth2, whose first token of an event expires before its time.
pub(super) fn oauth2(scenario: Scenario) -> Scenario {
    let destination = Destination::authenticated("oauth2", "oauth2_client_credentials");
    let destination = destination.option("scope", json!(SCOPE)).with_script(Script::ExpiresOnce);
    scenario.source(Source::github("oauth2").sends_to("oauth2")).destination(destination)
}

/// Adds a destination with mutual TLS.
pub(super) fn mutual_tls(scenario: Scenario) -> Scenario {
    let destination = Destination::new("mutual-tls", DestinationKind::MutualTls);
    scenario.source(Source::github("mutual-tls").sends_to("mutual-tls")).destination(destination)
}

pub(super) async fn bearer(testbed: &Testbed) -> ScenarioResult {
    delivered_at(testbed, "/bearer").await?;
    Ok("the sink accepted the token".to_owned())
}

pub(super) async fn basic(testbed: &Testbed) -> ScenarioResult {
    delivered_at(testbed, "/basic").await?;
    Ok("the sink accepted the password".to_owned())
}

pub(super) async fn api_key(testbed: &Testbed) -> ScenarioResult {
    let delivery = delivered_at(testbed, "/api-key").await?;
    ensure!(delivery.header("authorization").is_none(), "the request has another credential");
    Ok("the sink accepted the key".to_owned())
}

pub(super) async fn signed_api(testbed: &Testbed) -> ScenarioResult {
    // The API accepts only requests with a valid signature of a role that may invoke it.
    let url = aws_receivers::api_url(&testbed.stack.endpoint);
    let unsigned = testbed.stack.http.post(url).body("{}").send().await?;
    ensure!(unsigned.status() == 403, "the API accepts a request without a signature: {}", unsigned.status());
    expect::delivered(testbed, &testbed.signed("signed-api", expect::unique_body(0))?).await?;
    Ok("API Gateway accepted the signature".to_owned())
}

/// Sends an event, and waits for its delivery at a path with the sent bytes. The sink rejects wrong credentials, and each
/// destination must succeed with its first attempt.
async fn delivered_at(testbed: &Testbed, path: &str) -> Result<Delivery> {
    let webhook = send(testbed, "authenticated").await?;
    let delivery = testbed.sink.wait_for_delivery_at(&webhook.event_id, path).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from the sent body");
    testbed.expect_attempts(&webhook.event_id, &[("/api-key", 200), ("/basic", 200), ("/bearer", 200)]);
    Ok(delivery)
}

async fn send(testbed: &Testbed, source: &str) -> Result<Webhook> {
    let webhook = testbed.signed(source, expect::unique_body(0))?;
    expect::accepted(testbed, &webhook).await?;
    Ok(webhook)
}

pub(super) async fn token_renewed(testbed: &Testbed) -> ScenarioResult {
    let webhook = send(testbed, "oauth2").await?;
    testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    let attempts = testbed.sink.attempts(&webhook.event_id);
    let [rejected, accepted] = attempts.as_slice() else { bail!("{} requests instead of 2", attempts.len()) };
    let tokens = [rejected, accepted].map(|attempt| attempt.header("authorization").unwrap_or_default());
    ensure!(tokens[0] != tokens[1], "the second request has the expired token");
    ensure!(rejected.body == accepted.body, "the second request has another body");
    testbed.expect_attempts(&webhook.event_id, &[("/oauth2", 401), ("/oauth2", 200)]);
    let line = [("event_id", webhook.event_id.as_str()), ("outcome", "delivered")];
    let line = log::wait_for_line(testbed, &line).await?;
    ensure!(line["attempt"].as_u64().is_none_or(|attempt| attempt == 1), "the event was retried: {line}");
    Ok("401, a new token, 200 in one attempt".to_owned())
}

pub(super) async fn certificate_corrected(testbed: &Testbed) -> ScenarioResult {
    let wrong = Authority::untrusted()?.client_secret()?;
    testbed.set_destination_secret("mutual-tls", wrong.clone()).await?;
    let result = corrected(testbed, &testbed.repository).await;
    // A further run on this stack begins with the wrong certificate again.
    testbed.set_destination_secret("mutual-tls", wrong).await?;
    result
}

async fn corrected(testbed: &Testbed, repository: &Repository) -> ScenarioResult {
    let webhook = send(testbed, "mutual-tls").await?;
    let rejected = [
        ("event_id", webhook.event_id.as_str()),
        ("destination", "mutual-tls"),
        ("outcome", "retried"),
        ("reason", "certificate_rejected"),
    ];
    log::wait_for_line(testbed, &rejected).await?;
    let right = Authority::open(&repository.harness_directory)?.client_secret()?;
    testbed.set_destination_secret("mutual-tls", right).await?;
    let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from the sent body");
    testbed.expect_attempts(&webhook.event_id, &[("/mutual-tls", 200)]);
    Ok("certificate_rejected, then delivered".to_owned())
}
