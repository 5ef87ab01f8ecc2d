use anyhow::ensure;

use super::PUSH;
use super::{Found, Need, Scenario, World, ask};

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new("pair-retried", "of two destinations only the one that failed is tried again", |world| {
        Box::pin(run(world))
    })
    .needing(&[Need::Dynamodb])
};

async fn run(world: &World) -> Found {
    let webhook = world.signed("pair", PUSH)?;
    ask::accepted(world, &webhook).await?;
    world.sink.wait_for_path(&webhook.event_id, "/flaky").await?;
    world.stack.at_rest().await?;
    let attempts = world.sink.attempts(&webhook.event_id);
    let at = |path: &str| -> Vec<_> {
        attempts.iter().filter(|attempt| attempt.path == path).map(|attempt| attempt.status.as_u16()).collect()
    };
    ensure!(at("/audit") == [200], "the one that worked got {:?}", at("/audit"));
    ensure!(at("/flaky") == [503, 503, 200], "the one that failed got {:?}", at("/flaky"));
    Ok("200 once; 503, 503, 200".to_owned())
}
