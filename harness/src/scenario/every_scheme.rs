//! One accepted and one refused delivery for every scheme, signed as its sender signs.

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;

use super::{Found, Scenario, World, ask};
use crate::sender::{Webhook, now};
use crate::stack::sources;

pub(super) const DELIVERED: Scenario =
    Scenario::new("every-scheme-delivered", "what each sender has signed is accepted and arrives", |world| {
        Box::pin(delivered(world))
    });

pub(super) const REFUSED: Scenario = Scenario::new(
    "every-scheme-refused",
    "the same, changed on its way or signed with another key, is refused",
    |world| Box::pin(refused(world)),
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

async fn delivered(world: &World) -> Found {
    let all = SOURCES.map(async |source| {
        let webhook = world.signed(source, body(source))?;
        one(world, &webhook).await.with_context(|| format!("source {source}"))
    });
    try_join_all(all).await?;
    world.stack.at_rest().await?;
    Ok(format!("{} sources", SOURCES.len()))
}

async fn one(world: &World, webhook: &Webhook) -> Result<()> {
    let event_id = ask::accepted(world, webhook).await?;
    let delivery = world.sink.wait_for(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body that arrived is not the one that was sent");
    let expected = format!("/webhooks/{}", webhook.source);
    ensure!(delivery.header("ce-source") == Some(expected.as_str()), "it came as {:?}", delivery.header("ce-source"));
    Ok(())
}

async fn refused(world: &World) -> Found {
    for source in SOURCES {
        let signed = world.signed(source, body(source))?;
        let other = sources().remove(source).and_then(|it| it.key.make()).context("every one of them has a key")?;
        let forged = Webhook::signed(source, "push", body(source), &other.sender)?;
        world.keep_out_of_logs(&other.sender);
        ask::not_authentic(world, &forged).await.with_context(|| format!("source {source}, another key"))?;
        // A secret token says nothing of the body.
        if source != "gitlab" {
            let changed = Webhook { body: [&signed.body[..], b" "].concat(), ..signed };
            ask::not_authentic(world, &changed).await.with_context(|| format!("source {source}, another body"))?;
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
