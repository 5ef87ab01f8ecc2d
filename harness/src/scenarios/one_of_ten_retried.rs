use uuid::Uuid;

use super::{Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "one-of-ten-retried",
    "of ten records the one that fails is tried again, and the nine are not delivered twice",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let source = |number| if number == 6 { "flaky" } else { "github" };
    let events: Vec<_> = ids.iter().enumerate().map(|(number, id)| expect::event(source(number), id)).collect();
    testbed.stack.enqueue_events(&events).await?;
    for id in &ids {
        testbed.sink.wait_for(id).await?;
    }
    testbed.stack.at_rest().await?;
    let attempts: Vec<_> = ids.iter().map(|id| testbed.sink.attempts(id).len()).collect();
    anyhow::ensure!(attempts == [1, 1, 1, 1, 1, 1, 3, 1, 1, 1], "the attempts were {attempts:?}");
    Ok("9 delivered once, 1 at the third attempt".to_owned())
}
