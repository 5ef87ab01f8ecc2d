use anyhow::{Context, ensure};
use hookline_event::DedupKey;
use hookline_signature::{Headers, Request, Scheme, Secret, Standard};

use super::{Found, Scenario, World, everywhere};
use crate::sender::now;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "request-signed",
    "a signed destination gets the exact body with a signature by Standard Webhooks",
    |world| Box::pin(run(world)),
);

async fn run(world: &World) -> Found {
    let webhook = everywhere::push(world).await?;
    let delivery = everywhere::once_at(world, &webhook.event_id, "/signed").await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body that arrived is not the one that was sent");
    let secret = world.secrets().destinations.get("signed").cloned().context("the destination has no secret")?;
    let headers = delivery.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default()));
    let headers = Headers::from_iter(headers);
    let request = Request { headers: &headers, body: &delivery.body, url: "", query: &[] };
    let scheme = Scheme::Standard(Standard { tolerance: Standard::TOLERANCE });
    scheme.verify(request, &[Secret::new(secret.as_str())?], now())?;
    let key = DedupKey::from_body("/webhooks/everywhere", &webhook.body);
    ensure!(delivery.header("webhook-id") == Some(key.as_str()), "the id is not the deduplication key");
    Ok("verified".to_owned())
}
