use anyhow::ensure;

use super::{Found, Scenario, World, ask};
use crate::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("filtered", "types and filters decide which destinations an event goes to, if any", |world| {
        Box::pin(run(world))
    });

/// Type, payload, and the paths at which it is to arrive.
const CASES: [(&str, &str, &[&str]); 5] = [
    ("issues", "{\"action\":\"opened\",\"issue\":{\"labels\":[{\"name\":\"bug: x\"}]}}", &["/orders", "/picked"]),
    ("issues", "{\"action\":\"closed\",\"issue\":{\"labels\":[{\"name\":\"bug: x\"}]}}", &["/orders"]),
    ("issue_comment", "{\"action\":\"reopened\",\"issue\":{\"labels\":[{\"name\":\"bug\"}]}}", &["/picked"]),
    ("issue_comment", "{\"action\":\"reopened\",\"issue\":{\"labels\":[]}}", &[]),
    ("push", "{}", &["/orders"]),
];

async fn run(world: &World) -> Found {
    let mut sent = Vec::new();
    for (kind, body, paths) in CASES {
        let webhook = Webhook::signed("filtered", kind, body, &world.secret("filtered")?)?;
        ask::accepted(world, &webhook).await?;
        if paths.is_empty() {
            world.settle(&webhook.event_id);
        }
        sent.push((webhook.event_id, kind, paths));
    }
    world.stack.at_rest().await?;
    for (event_id, kind, paths) in sent {
        let mut arrived: Vec<_> = world.sink.attempts(&event_id).into_iter().map(|attempt| attempt.path).collect();
        arrived.sort();
        ensure!(arrived == paths, "{kind} arrived at {arrived:?}, not at {paths:?}");
    }
    Ok("5 events, to two, one or no destination".to_owned())
}
