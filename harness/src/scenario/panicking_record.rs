use std::time::Duration;

use uuid::Uuid;

use super::{Found, Scenario, World, ask, permissions};
use crate::wait;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "panicking-record",
    "of ten records the seventh panics: nine are delivered once, and it stays on the queue",
    |world| Box::pin(run(world)),
);

async fn run(world: &World) -> Found {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let mut events: Vec<_> = ids.iter().map(|id| ask::event("github", id)).collect();
    // What process panics at on purpose, in builds that are not for production.
    "hookline.drill.panic".clone_into(&mut events[6].event_type);
    world.stack.enqueue_events(&events).await?;
    for (number, id) in ids.iter().enumerate().filter(|(number, _)| *number != 6) {
        world.sink.wait_for(id).await.map_err(|error| error.context(format!("record {}", number + 1)))?;
    }
    wait::until("one message that is left", Duration::from_secs(20), async || {
        let depth = world.stack.depth().await?;
        Ok((depth.intake == 1 && depth.dlq == 0).then_some(()))
    })
    .await?;
    let attempts: Vec<_> = ids.iter().map(|id| world.sink.attempts(id).len()).collect();
    anyhow::ensure!(attempts == [1, 1, 1, 1, 1, 1, 0, 1, 1, 1], "the attempts were {attempts:?}");
    let place = [("outcome", "panic"), ("event_id", &ids[6]), ("detail", "functions/process/src/fault_injection.rs:")];
    permissions::told(world, &place).await?;
    // It would come back until it is given up, after minutes.
    world.stack.purge().await?;
    Ok("9 delivered once, 1 left on the queue, the place in the log".to_owned())
}
