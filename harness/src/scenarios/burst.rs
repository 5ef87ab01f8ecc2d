use super::{Scenario, ScenarioResult, Testbed};
use futures_util::{StreamExt, TryStreamExt, stream};

const REQUESTS: usize = 200;
const AT_ONCE: usize = 40;

pub(super) const SCENARIO: Scenario =
    Scenario::new("burst", "of 200 requests, 40 at a time, every one that is accepted is delivered once", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let answers: Vec<_> = stream::iter(0..REQUESTS)
        .map(async |number| {
            let webhook = testbed.signed("github", format!("{{\"number\":{number}}}"))?;
            anyhow::Ok((testbed.send(&webhook).await?, webhook))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    // A sender is told to come again when there is no room; anything else would be a fault.
    let odd = answers.iter().find(|(answer, _)| !matches!(answer.status, 202 | 429 | 503));
    anyhow::ensure!(odd.is_none(), "unexpected answer: {odd:?}");
    let accepted: Vec<_> = answers.iter().filter(|(answer, _)| answer.status == 202).collect();
    for (_, webhook) in &accepted {
        let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
        anyhow::ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
    }
    testbed.stack.at_rest().await?;
    let twice = accepted.iter().filter(|(_, webhook)| testbed.sink.attempts(&webhook.event_id).len() != 1).count();
    anyhow::ensure!(twice == 0, "{twice} were delivered more than once");
    anyhow::ensure!(accepted.len() * 10 >= REQUESTS * 9, "only {} of {REQUESTS} were accepted", accepted.len());
    Ok(format!("{} of {REQUESTS} accepted, each delivered once", accepted.len()))
}
