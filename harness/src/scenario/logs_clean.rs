use anyhow::ensure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::{Found, Scenario, World, ask};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("logs-clean", "no secret, signature, token or body is in any log, and every outcome is", |world| {
        Box::pin(run(world))
    });

async fn run(world: &World) -> Found {
    let canary = format!("canary-{}", Uuid::new_v4());
    let body = format!("{{\"card\":\"{canary}\"}}");
    let accepted = world.signed("github", body.clone())?;
    ask::delivered(world, &accepted).await?;
    let refused = Webhook::signed("github", "push", body.clone(), "another secret")?;
    ask::not_authentic(world, &refused).await?;
    // Base64 of the canary's surroundings, as the body would be in a message or gateway event that was logged.
    let encoded = STANDARD.encode(&body);
    world.keep_out_of_logs(&canary);
    world.keep_out_of_logs(encoded.get(..40).unwrap_or(&encoded));

    let lines = world.stack.logs(world.started).await?;
    let ours = lines.iter().filter(|line| line.contains(&accepted.event_id));
    let outcomes: Vec<_> = ours.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).collect();
    for outcome in ["queued", "delivered"] {
        ensure!(outcomes.iter().any(|line| line["outcome"] == outcome), "no line says that the event was {outcome}");
    }
    let confidential = world.confidential();
    let leak = lines.iter().find(|line| confidential.iter().any(|text| line.contains(text)));
    ensure!(leak.is_none(), "a line of the log has what it must not: {}", leak.map_or("", String::as_str));
    Ok(format!("{} lines, {} confidential strings", lines.len(), confidential.len()))
}
