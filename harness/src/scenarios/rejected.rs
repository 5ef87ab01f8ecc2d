//! Requests that ingest or API Gateway rejects.

use anyhow::{Context, Result, ensure};
use futures_util::future::{try_join, try_join_all};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use uuid::Uuid;

use super::support::{Scenario, ScenarioResult, Testbed, expect, log, schemes};
use crate::emulator::{Capability, EmulatorKind};
use crate::stack::{Source, common_sources};
use crate::traffic::sender::{Content, Response, Webhook};

/// The requests of the flood in `throttled-source-isolated`.
const FLOOD: usize = 40;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "every-scheme-rejected",
            "for each common source, a modified body and a signature by another key are rejected",
            every_scheme,
        )
        .concurrent(),
        Scenario::new("wrong-signature-rejected", "a signature by another secret is rejected", wrong_signature)
            .concurrent(),
        Scenario::new("missing-signature-rejected", "a request without a signature is rejected", missing_signature)
            .concurrent(),
        Scenario::new("modified-body-rejected", "a body that was modified after signing is rejected", modified_body)
            .concurrent(),
        Scenario::new("sha1-signature-rejected", "GitHub's old SHA-1 header alone is rejected", sha1_signature)
            .concurrent(),
        Scenario::new(
            "duplicate-header-rejected",
            "a repeated signature header is rejected, even if both values are valid",
            duplicate_header,
        )
        .concurrent(),
        Scenario::new(
            "unknown-source-rejected",
            "API Gateway returns 404 for a source that is not configured, without invoking ingest",
            unknown_source,
        )
        .concurrent(),
        Scenario::new(
            "throttled-source-isolated",
            "a flood of junk to one source gets 429, and another source's requests are accepted meanwhile",
            throttled_source,
        )
        .source(Source::github("flooded").sends_to("orders").throttled(1, 3))
        .skip_if(|testbed| {
            let is_http = testbed.stack.outputs.api_type == "http";
            let throttles = !is_http && !matches!(testbed.emulator_info.kind, EmulatorKind::Localstack { .. });
            (!throttles).then(|| "the emulator does not throttle this API".to_owned())
        })
        .concurrent(),
        Scenario::new(
            "unlisted-address-rejected",
            "API Gateway returns 403 to an address outside of the source's `allowed_ips`",
            unlisted_address,
        )
        // The network is for documentation, so no request comes from it.
        .source(Source::github("restricted").sends_to("orders").allowed_from("192.0.2.0/24"))
        .needs(&[Capability::Iam])
        .skip_if(|testbed| {
            (testbed.stack.outputs.api_type == "http").then(|| "an HTTP API has no resource policy".to_owned())
        })
        .concurrent(),
        Scenario::new("oversized-body-rejected", "a body that is too large to store returns 413", oversized_body)
            .concurrent(),
        Scenario::new(
            "missing-secret-returns-503",
            "a source without a stored secret returns 503 and accepts nothing",
            missing_secret,
        )
        .source(Source::github("unfilled").sends_to("orders").without_secret())
        .concurrent(),
        Scenario::new(
            "event-without-token-rejected",
            "API Gateway rejects `POST /events` without a token",
            event_without_token,
        )
        .needs(&[Capability::Cognito])
        .concurrent(),
        Scenario::new(
            "event-with-wrong-scope-rejected",
            "API Gateway rejects `POST /events` with a token for another scope",
            event_with_wrong_scope,
        )
        .needs(&[Capability::Cognito])
        .concurrent(),
    ]
}

async fn every_scheme(testbed: &Testbed) -> ScenarioResult {
    let sources = common_sources();
    for source in &sources {
        forged(testbed, source).await?;
    }
    Ok(format!("{} sources, nothing delivered", sources.len()))
}

/// Expects that a signature by another key and a modified body are rejected.
async fn forged(testbed: &Testbed, source: &Source) -> Result<()> {
    let signed = testbed.signed(source.name, schemes::body(source.name))?;
    let other = source.generate_other_key()?;
    testbed.keep_out_of_logs(&other);
    let forged = Webhook::signed(source, "push", Content::json(schemes::body(source.name)), &other)?;
    let context = |cause: &str| format!("source `{}`, {cause}", source.name);
    expect::unauthenticated(testbed, &forged).await.with_context(|| context("another key"))?;
    // GitLab's secret token does not cover the body.
    if source.scheme()?.signs_body() {
        let modified = Webhook { body: [&signed.body[..], b" "].concat(), ..signed };
        expect::unauthenticated(testbed, &modified).await.with_context(|| context("modified body"))?;
    }
    Ok(())
}

async fn wrong_signature(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed_with("github", "push", expect::unique_body(0), "another secret")?;
    expect::unauthenticated(testbed, &webhook).await
}

async fn missing_signature(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("github", expect::unique_body(0))?.with_header("X-Hub-Signature-256", None);
    expect::unauthenticated(testbed, &webhook).await
}

async fn modified_body(testbed: &Testbed) -> ScenarioResult {
    let body = format!("{{\"amount\":10,\"n\":\"{}\"}}", Uuid::new_v4());
    let mut webhook = testbed.signed("github", body.clone())?;
    webhook.body = body.replace(":10,", ":99,").into_bytes();
    expect::unauthenticated(testbed, &webhook).await
}

async fn sha1_signature(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("github", expect::unique_body(0))?.with_header("X-Hub-Signature-256", None);
    // The SHA-1 signature is valid.
    let mac = Hmac::<Sha1>::new_from_slice(testbed.signing_key("github")?.as_bytes())?.chain_update(&webhook.body);
    let signature = hex::encode(mac.finalize().into_bytes());
    testbed.keep_out_of_logs(&signature);
    let webhook = webhook.with_header("X-Hub-Signature", Some(&format!("sha1={signature}")));
    expect::unauthenticated(testbed, &webhook).await
}

async fn duplicate_header(testbed: &Testbed) -> ScenarioResult {
    let mut webhook = testbed.signed("github", expect::unique_body(0))?;
    let repeated = webhook.headers.iter().find(|(name, _)| name == "X-Hub-Signature-256").cloned();
    webhook.headers.extend(repeated);
    expect::unauthenticated(testbed, &webhook).await
}

async fn unknown_source(testbed: &Testbed) -> ScenarioResult {
    let mut webhook = testbed.signed("github", expect::unique_body(0))?;
    webhook.source = "unknown".to_owned();
    let response = testbed.send(&webhook).await?;
    ensure!(response.status == 404, "expected 404, got {}: {}", response.status, response.body);
    expect::gateway_problem_document(testbed, &response)?;
    testbed.forbid_delivery(&webhook.event_id, &webhook.body);
    // Ingest logs a request before it responds, so the line of a later request is in the log after it.
    let later = expect::accepted(testbed, &testbed.signed("github", expect::unique_body(0))?).await?;
    log::wait_for_line(testbed, &[("event_id", &later), ("outcome", "accepted")]).await?;
    let lines = log::lines_with(testbed, "unknown_source").await?;
    ensure!(lines.is_empty(), "ingest was invoked: {lines:?}");
    expect::not_delivered(testbed, &webhook)?;
    Ok("404 from API Gateway, ingest was not invoked, not delivered".to_owned())
}

async fn throttled_source(testbed: &Testbed) -> ScenarioResult {
    let post = |_| async { testbed.stack.post("/webhooks/flooded", &[], b"junk".to_vec()).await };
    let flood = try_join_all((0..FLOOD).map(post));
    let others = async {
        for _ in 0..5 {
            expect::accepted(testbed, &testbed.signed("github", expect::unique_body(0))?).await?;
        }
        Ok(())
    };
    let (responses, ()) = try_join(flood, others).await?;
    let (throttled, passed): (Vec<_>, Vec<_>) = responses.iter().partition(|response| response.status == 429);
    ensure!(throttled.len() > FLOOD / 2, "only {} of {FLOOD} requests were throttled", throttled.len());
    for response in &throttled {
        expect::problem_document(response)?;
        ensure!(response.headers.contains_key("retry-after"), "no Retry-After: {:?}", response.headers);
    }
    let unexpected = passed.iter().find(|response| response.status != 401);
    ensure!(unexpected.is_none(), "expected 401 or 429, got {unexpected:?}");
    Ok(format!("{} of {FLOOD} requests throttled, all requests of the other source accepted", throttled.len()))
}

async fn unlisted_address(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("restricted", expect::unique_body(0))?;
    expect::error_response(testbed, &webhook, 403).await?;
    testbed.forbid_delivery(&webhook.event_id, &webhook.body);
    expect::not_delivered(testbed, &webhook)?;
    Ok("403 from API Gateway, not delivered".to_owned())
}

async fn oversized_body(testbed: &Testbed) -> ScenarioResult {
    expect::rejected(testbed, &testbed.signed("github", expect::unique_body(4_800_000))?, 413).await?;
    Ok("413, logged as rejected, not delivered".to_owned())
}

async fn missing_secret(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed_with("unfilled", "push", expect::unique_body(0), "anything")?;
    let response = expect::rejected(testbed, &webhook, 503).await?;
    ensure!(response.headers.contains_key("retry-after"), "no Retry-After: {:?}", response.headers);
    Ok("503, logged as failed, not delivered".to_owned())
}

async fn event_without_token(testbed: &Testbed) -> ScenarioResult {
    let response = post_event(testbed, None).await?;
    ensure!(response.status == 401, "expected 401, got {}: {}", response.status, response.body);
    Ok("401, not delivered".to_owned())
}

async fn event_with_wrong_scope(testbed: &Testbed) -> ScenarioResult {
    let token = testbed.stack.access_token_with_wrong_scope().await?;
    testbed.keep_out_of_logs(&token);
    let response = post_event(testbed, Some(token)).await?;
    // AWS returns 403, MiniStack 401.
    let is_rejected = matches!(response.status, 401 | 403);
    ensure!(is_rejected, "expected 401 or 403, got {}: {}", response.status, response.body);
    Ok(format!("{}, not delivered", response.status))
}

/// Sends an event that API Gateway has to reject, so that ingest does not receive it.
async fn post_event(testbed: &Testbed, token: Option<String>) -> Result<Response> {
    let (id, body) = (Uuid::new_v4().to_string(), expect::unique_body(0).into_bytes());
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/json".to_owned()),
        ("Ce-Id".to_owned(), id.clone()),
        ("Ce-Type".to_owned(), "order.paid".to_owned()),
    ];
    headers.extend(token.map(|token| ("Authorization".to_owned(), format!("Bearer {token}"))));
    let response = testbed.stack.post("/events", &headers, body.clone()).await?;
    expect::gateway_problem_document(testbed, &response)?;
    testbed.forbid_delivery(&id, &body);
    ensure!(!testbed.sink.has_received(&body), "the event was delivered");
    Ok(response)
}
