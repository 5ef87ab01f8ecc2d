use std::time::Duration;

use uuid::Uuid;

use super::{Scenario, ScenarioResult, Testbed, expect, permissions};
use crate::system::wait;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "panicking-record",
    "of ten records the seventh panics: nine are delivered once, and it stays on the queue",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let mut events: Vec<_> = ids.iter().map(|id| expect::event("github", id)).collect();
    // What process panics at on purpose, in builds that are not for production.
    "hookline.fault_injection.panic".clone_into(&mut events[6].event_type);
    testbed.stack.enqueue_events(&events).await?;
    for (number, id) in ids.iter().enumerate().filter(|(number, _)| *number != 6) {
        testbed.sink.wait_for(id).await.map_err(|error| error.context(format!("record {}", number + 1)))?;
    }
    wait::until("one message that is left", Duration::from_secs(20), async || {
        let depth = testbed.stack.depth().await?;
        Ok((depth.intake == 1 && depth.dlq == 0).then_some(()))
    })
    .await?;
    let attempts: Vec<_> = ids.iter().map(|id| testbed.sink.attempts(id).len()).collect();
    anyhow::ensure!(attempts == [1, 1, 1, 1, 1, 1, 0, 1, 1, 1], "the attempts were {attempts:?}");
    let emulator_info =
        [("outcome", "panic"), ("event_id", &ids[6]), ("detail", "functions/process/src/fault_injection.rs:")];
    permissions::told(testbed, &emulator_info).await?;
    // It would come back until it is given up, after minutes.
    testbed.stack.purge().await?;
    Ok("9 delivered once, 1 left on the queue, the emulator_info in the log".to_owned())
}
