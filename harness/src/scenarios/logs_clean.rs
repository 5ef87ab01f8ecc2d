use std::time::Duration;

use anyhow::ensure;
use serde_json::Value;
use uuid::Uuid;

use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::system::wait;
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "logs-clean",
    "no secret, signature, token or body is in any log; queued, delivered and refused are",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let canary = format!("canary-{}", Uuid::new_v4());
    let body = format!("{{\"card\":\"{canary}\"}}");
    let accepted = testbed.signed("github", body.clone())?;
    expect::delivered(testbed, &accepted).await?;
    let refused = Webhook::signed("github", "push", body.clone(), "another secret")?;
    expect::not_authentic(testbed, &refused).await?;
    testbed.keep_out_of_logs(&canary);
    let request: Value = serde_json::from_str(&testbed.send(&refused).await?.body)?;
    let request_id = request["request_id"].as_str().unwrap_or_default().to_owned();

    let told = [("queued", &accepted.event_id), ("delivered", &accepted.event_id), ("refused", &request_id)];
    let lines = wait::until("a line for each outcome in the logs", Duration::from_secs(10), async || {
        let lines = testbed.stack.logs(testbed.started).await?;
        let outcome = |outcome: &str, id: &str| lines.iter().any(|line| line.contains(id) && says(line, outcome));
        Ok(told.iter().all(|(word, id)| outcome(word, id)).then_some(lines))
    })
    .await?;
    let confidential = testbed.confidential();
    let leak = lines.iter().find(|line| confidential.iter().any(|text| line.contains(text)));
    ensure!(leak.is_none(), "a line of the log has what it must not: {}", leak.map_or("", String::as_str));
    let log = testbed.files.log("emulator");
    let printed = std::fs::read_to_string(&log).unwrap_or_default();
    ensure!(!confidential.iter().any(|text| printed.contains(text)), "{} has what it must not", log.display());
    Ok(format!("{} lines, {} confidential strings", lines.len(), confidential.len()))
}

fn says(line: &str, outcome: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|line| line["outcome"] == outcome)
}
