use std::time::Duration;

use anyhow::ensure;
use uuid::Uuid;

use super::{Found, Need, Scenario, World, ask};
use crate::emulator::crash;
use crate::wait;

/// Instead of the queue's minutes: more than the function's own timeout, as it has to be.
const VISIBILITY_SECONDS: u32 = 21;

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |world| crash::impossible(&world.place),
    ..Scenario::new(
        "crash",
        "process is killed in the middle of a batch: everything arrives, and what had arrived does not again",
        |world| Box::pin(run(world)),
    )
    .needing(&[Need::Dynamodb])
};

async fn run(world: &World) -> Found {
    let before = world.stack.visibility().await?;
    world.stack.set_visibility(VISIBILITY_SECONDS).await?;
    let found = killed(world).await;
    world.stack.set_visibility(before).await?;
    found
}

async fn killed(world: &World) -> Found {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let source = |number| if number == 3 { "stalled" } else { "github" };
    let events: Vec<_> = ids.iter().enumerate().map(|(number, id)| ask::event(source(number), id)).collect();
    world.stack.enqueue_events(&events).await?;
    // Between a delivery and its mark a crash may repeat it, as is said: that moment is let pass.
    wait::until("nine deliveries that are marked, and one that is not answered", Duration::from_secs(30), async || {
        for (number, event) in events.iter().enumerate() {
            let is_there = match number {
                3 => !world.sink.attempts(&event.id).is_empty(),
                _ => world.stack.is_marked(event.dedup_key.as_str(), "orders").await?,
            };
            if !is_there {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    let killed = crash::kill(&world.place, &world.stack.outputs.function_names.process).await?;
    ensure!(killed > 0, "no process of the function's was found");

    for id in &ids {
        world.sink.wait_for(id).await?;
    }
    world.stack.at_rest().await?;
    let attempts: Vec<_> = ids.iter().map(|id| world.sink.attempts(id).len()).collect();
    ensure!(attempts == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1], "the attempts were {attempts:?}");
    Ok("10 delivered, 9 of them before, none twice".to_owned())
}
