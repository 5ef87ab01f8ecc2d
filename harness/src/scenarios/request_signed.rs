use anyhow::{Context, ensure};
use hookline_event::DedupKey;
use hookline_signature::{Headers, Request, Scheme, Secret, Standard};

use super::{Scenario, ScenarioResult, Testbed, everywhere};
use crate::traffic::sender::now;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "request-signed",
    "a signed destination gets the exact body with a signature by Standard Webhooks",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = everywhere::push(testbed).await?;
    let delivery = everywhere::once_at(testbed, &webhook.event_id, "/signed").await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body that arrived is not the one that was sent");
    let secret = testbed.secrets().destinations.get("signed").cloned().context("the destination has no secret")?;
    let headers = delivery.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default()));
    let headers = Headers::from_iter(headers);
    let request = Request { headers: &headers, body: &delivery.body, url: "", query: &[] };
    let scheme = Scheme::Standard(Standard { tolerance: Standard::TOLERANCE });
    scheme.verify(request, &[Secret::new(secret.as_str())?], now())?;
    let key = DedupKey::from_body("/webhooks/everywhere", &webhook.body);
    ensure!(delivery.header("webhook-id") == Some(key.as_str()), "the id is not the deduplication key");
    Ok("verified".to_owned())
}
