use std::time::Duration;

use anyhow::ensure;
use uuid::Uuid;

use super::{Capability, Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::crash;
use crate::system::wait;

/// Instead of the queue's minutes: more than the function's own timeout, as it has to be.
const VISIBILITY_SECONDS: u32 = 21;

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |testbed| crash::impossible(&testbed.emulator_info),
    ..Scenario::new(
        "crash",
        "process is killed in the middle of a batch: everything arrives, and what had arrived does not again",
        |testbed| Box::pin(run(testbed)),
    )
    .needing(&[Capability::Dynamodb])
};

async fn run(testbed: &Testbed) -> ScenarioResult {
    let before = testbed.stack.visibility().await?;
    testbed.stack.set_visibility(VISIBILITY_SECONDS).await?;
    let found = killed(testbed).await;
    testbed.stack.set_visibility(before).await?;
    found
}

async fn killed(testbed: &Testbed) -> ScenarioResult {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let source = |number| if number == 3 { "stalled" } else { "github" };
    let events: Vec<_> = ids.iter().enumerate().map(|(number, id)| expect::event(source(number), id)).collect();
    testbed.stack.enqueue_events(&events).await?;
    // Between a delivery and its mark a crash may repeat it, as is said: that moment is let pass.
    wait::until("nine deliveries that are marked, and one that is not answered", Duration::from_secs(30), async || {
        for (number, event) in events.iter().enumerate() {
            let is_there = match number {
                3 => !testbed.sink.attempts(&event.id).is_empty(),
                _ => testbed.stack.is_marked(event.dedup_key.as_str(), "orders").await?,
            };
            if !is_there {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    let killed = crash::kill(&testbed.emulator_info, &testbed.stack.outputs.function_names.process).await?;
    ensure!(killed > 0, "no process of the function's was found");

    for id in &ids {
        testbed.sink.wait_for(id).await?;
    }
    testbed.stack.at_rest().await?;
    let attempts: Vec<_> = ids.iter().map(|id| testbed.sink.attempts(id).len()).collect();
    ensure!(attempts == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1], "the attempts were {attempts:?}");
    Ok("10 delivered, 9 of them before, none twice".to_owned())
}
