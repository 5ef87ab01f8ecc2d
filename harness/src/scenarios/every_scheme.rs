//! One accepted and one refused delivery for every scheme, signed as its sender signs.

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;

use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::stack::sources;
use crate::traffic::sender::{Webhook, now};

pub(super) const DELIVERED: Scenario =
    Scenario::new("every-scheme-delivered", "what each sender has signed is accepted and arrives", |testbed| {
        Box::pin(delivered(testbed))
    });

pub(super) const REFUSED: Scenario = Scenario::new(
    "every-scheme-refused",
    "the same, changed on its way or signed with another key, is refused",
    |testbed| Box::pin(refused(testbed)),
);

/// The sources that stand for a scheme, and for each of its ways if it has two.
const SOURCES: [&str; 14] = [
    "acme",
    "bitbucket",
    "github",
    "gitlab",
    "gitlab-signing",
    "linear",
    "pagerduty",
    "shopify",
    "slack",
    "standard",
    "standard-ed25519",
    "stripe",
    "templated",
    "twilio",
];

async fn delivered(testbed: &Testbed) -> ScenarioResult {
    let all = SOURCES.map(async |source| {
        let webhook = testbed.signed(source, body(source))?;
        one(testbed, &webhook).await.with_context(|| format!("source {source}"))
    });
    try_join_all(all).await?;
    testbed.stack.at_rest().await?;
    Ok(format!("{} sources", SOURCES.len()))
}

async fn one(testbed: &Testbed, webhook: &Webhook) -> Result<()> {
    let event_id = expect::accepted(testbed, webhook).await?;
    let delivery = testbed.sink.wait_for(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body that arrived is not the one that was sent");
    let expected = format!("/webhooks/{}", webhook.source);
    ensure!(delivery.header("ce-source") == Some(expected.as_str()), "it came as {:?}", delivery.header("ce-source"));
    Ok(())
}

async fn refused(testbed: &Testbed) -> ScenarioResult {
    for source in SOURCES {
        let signed = testbed.signed(source, body(source))?;
        let other = sources().remove(source).and_then(|it| it.key.make()).context("every one of them has a key")?;
        let forged = Webhook::signed(source, "push", body(source), &other.sender)?;
        testbed.keep_out_of_logs(&other.sender);
        expect::not_authentic(testbed, &forged).await.with_context(|| format!("source {source}, another key"))?;
        // A secret token says nothing of the body.
        if source != "gitlab" {
            let changed = Webhook { body: [&signed.body[..], b" "].concat(), ..signed };
            expect::not_authentic(testbed, &changed).await.with_context(|| format!("source {source}, another body"))?;
        }
    }
    Ok(format!("{} sources, queue empty", SOURCES.len()))
}

/// What names an event, where its sender puts that into the body.
fn body(source: &str) -> String {
    let id = uuid::Uuid::new_v4();
    match source {
        "linear" => {
            format!("{{\"type\":\"Issue\",\"action\":\"update\",\"webhookTimestamp\":{}000,\"n\":\"{id}\"}}", now())
        }
        "pagerduty" => format!("{{\"event\":{{\"id\":\"{id}\",\"event_type\":\"incident.triggered\"}}}}"),
        "slack" => {
            format!("{{\"type\":\"event_callback\",\"event_id\":\"{id}\",\"event\":{{\"type\":\"app_mention\"}}}}")
        }
        "stripe" => format!("{{\"id\":\"{id}\",\"type\":\"invoice.paid\"}}"),
        _ => format!("{{\"id\":\"{id}\",\"type\":\"user.created\"}}"),
    }
}
