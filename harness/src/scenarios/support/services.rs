//! Destinations that are AWS services of the team.

use anyhow::{Context, Result, ensure};
use hookline_event::DedupKey;
use serde_json::{Value, json};
use uuid::Uuid;

use super::expect;
use super::scenario::Scenario;
use super::testbed::Testbed;
use crate::stack::{Destination, DestinationKind, Route, Source};
use crate::traffic::sender::Webhook;

/// All destinations of the route.
pub(crate) const DESTINATIONS: [&str; 7] = ["archive", "fifo", "function", "machine", "queue", "stream", "topic"];

/// Adds the source `services`, a destination for each service, and the route between them.
pub(crate) fn resources(scenario: Scenario) -> Scenario {
    scenario
        .source(Source::github("services"))
        .destination(Destination::new("archive", DestinationKind::Archive))
        .destination(Destination::new("fifo", DestinationKind::FifoQueue).option("group", json!("{{ event.type }}")))
        .destination(Destination::new("function", DestinationKind::Function))
        .destination(Destination::new("machine", DestinationKind::StateMachine))
        .destination(Destination::new("queue", DestinationKind::Queue))
        .destination(Destination::new("stream", DestinationKind::Stream))
        .destination(Destination::new("topic", DestinationKind::Topic))
        .route(Route::new("services", "services", &DESTINATIONS))
}

/// Adds the source and the destination `signed-api`: a method of the team's API that requires the function's signature.
pub(crate) fn signed_api(scenario: Scenario) -> Scenario {
    let destination = Destination::new("signed-api", DestinationKind::SignedApi);
    scenario.source(Source::github("signed-api").sends_to("signed-api")).destination(destination)
}

/// Sends a unique event. No destination is at the sink, so the caller has to check a service.
pub(crate) async fn send(testbed: &Testbed) -> Result<Webhook> {
    send_body(testbed, format!("{{\"card\":\"{}\",\"exact\":1.50}}", Uuid::new_v4())).await
}

/// Sends an event with this body.
pub(crate) async fn send_body(testbed: &Testbed, body: String) -> Result<Webhook> {
    let webhook = testbed.signed("services", body)?;
    expect::accepted(testbed, &webhook).await?;
    testbed.settle(&webhook.event_id);
    Ok(webhook)
}

/// Returns the deduplication key of an event.
pub(crate) fn dedup_key(webhook: &Webhook) -> DedupKey {
    DedupKey::from_body("/webhooks/services", &webhook.body)
}

/// Expects the CloudEvent in JSON with the exact payload.
pub(crate) fn check_event(event: &Value, webhook: &Webhook) -> Result<()> {
    let data: Value = serde_json::from_slice(&webhook.body)?;
    let expected = json!({
        "specversion": "1.0",
        "id": webhook.event_id,
        "type": "services.push",
        "source": "/webhooks/services",
        "dedupkey": dedup_key(webhook).as_str(),
        "data": data,
    });
    for (name, value) in expected.as_object().context("not an object")? {
        ensure!(event[name] == *value, "`{name}` is {} instead of {value}", event[name]);
    }
    Ok(())
}
