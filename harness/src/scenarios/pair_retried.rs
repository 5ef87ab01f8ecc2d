use anyhow::ensure;

use super::PUSH;
use super::{Capability, Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new("pair-retried", "of two destinations only the one that failed is tried again", |testbed| {
        Box::pin(run(testbed))
    })
    .needing(&[Capability::Dynamodb])
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = testbed.signed("pair", PUSH)?;
    expect::accepted(testbed, &webhook).await?;
    testbed.sink.wait_for_path(&webhook.event_id, "/flaky").await?;
    testbed.stack.at_rest().await?;
    let attempts = testbed.sink.attempts(&webhook.event_id);
    let at = |path: &str| -> Vec<_> {
        attempts.iter().filter(|attempt| attempt.path == path).map(|attempt| attempt.status.as_u16()).collect()
    };
    ensure!(at("/audit") == [200], "the one that worked got {:?}", at("/audit"));
    ensure!(at("/flaky") == [503, 503, 200], "the one that failed got {:?}", at("/flaky"));
    Ok("200 once; 503, 503, 200".to_owned())
}
