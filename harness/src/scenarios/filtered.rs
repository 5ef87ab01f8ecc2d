use anyhow::ensure;

use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario =
    Scenario::new("filtered", "types and filters decide which destinations an event goes to, if any", |testbed| {
        Box::pin(run(testbed))
    });

/// Type, payload, and the paths at which it is to arrive.
const CASES: [(&str, &str, &[&str]); 5] = [
    ("issues", "{\"action\":\"opened\",\"issue\":{\"labels\":[{\"name\":\"bug: x\"}]}}", &["/orders", "/picked"]),
    ("issues", "{\"action\":\"closed\",\"issue\":{\"labels\":[{\"name\":\"bug: x\"}]}}", &["/orders"]),
    ("issue_comment", "{\"action\":\"reopened\",\"issue\":{\"labels\":[{\"name\":\"bug\"}]}}", &["/picked"]),
    ("issue_comment", "{\"action\":\"reopened\",\"issue\":{\"labels\":[]}}", &[]),
    ("push", "{}", &["/orders"]),
];

async fn run(testbed: &Testbed) -> ScenarioResult {
    let mut sent = Vec::new();
    for (kind, body, paths) in CASES {
        let webhook = Webhook::signed("filtered", kind, body, &testbed.secret("filtered")?)?;
        expect::accepted(testbed, &webhook).await?;
        if paths.is_empty() {
            testbed.settle(&webhook.event_id);
        }
        sent.push((webhook.event_id, kind, paths));
    }
    testbed.stack.at_rest().await?;
    for (event_id, kind, paths) in sent {
        let mut arrived: Vec<_> = testbed.sink.attempts(&event_id).into_iter().map(|attempt| attempt.path).collect();
        arrived.sort();
        ensure!(arrived == paths, "{kind} arrived at {arrived:?}, not at {paths:?}");
    }
    Ok("5 events, to two, one or no destination".to_owned())
}
