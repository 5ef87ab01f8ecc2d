use std::time::Duration;

use anyhow::{Result, ensure};
use uuid::Uuid;

use super::permissions::{Role, all_told, body, told, without};
use super::{Found, Need, Scenario, World, ask, everywhere};
use crate::dead_letters::{DeadLetters, Filter};
use crate::emulator::crash;
use crate::target::Target;
use crate::wait;

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |world| crash::impossible(&world.place),
    ..Scenario::new(
        "process-permissions",
        "without any one of its permissions process says so and loses nothing; given back, all is delivered once",
        |world| Box::pin(run(world)),
    )
    .needing(&[Need::Iam, Need::Dynamodb, Need::Eventbridge, Need::Ses])
};

/// Instead of the queue's minutes: what cannot be told to wait comes again when this is over.
const VISIBILITY_SECONDS: u32 = 21;

async fn run(world: &World) -> Found {
    claims(world).await?;
    payloads(world).await?;
    destinations(world).await?;
    let before = world.stack.visibility().await?;
    world.stack.set_visibility(VISIBILITY_SECONDS).await?;
    let queues = queues(world).await;
    world.stack.set_visibility(before).await?;
    queues?;
    Ok("10 permissions, nothing lost".to_owned())
}

/// Sends, waits for a line about the event, and gives its id.
async fn sent(world: &World, source: &str, bytes: usize, line: &[(&str, &str)]) -> Result<String> {
    let event_id = ask::accepted(world, &world.signed(source, body(bytes))?).await?;
    told(world, line).await?;
    Ok(event_id)
}

async fn claims(world: &World) -> Result<()> {
    let unclaimed = [("outcome", "failed"), ("reason", "idempotency_unavailable")];
    let event_id = without(world, Role::Process, &["dynamodb:PutItem"], sent(world, "github", 0, &unclaimed)).await?;
    settled(world).await?;
    world.sink.wait_for(&event_id).await?;
    // What is not marked has been delivered all the same.
    let unmarked = [("outcome", "not_marked_done")];
    let event_id = without(world, Role::Process, &["dynamodb:UpdateItem"], sent(world, "github", 0, &unmarked)).await?;
    world.sink.wait_for(&event_id).await?;
    // Whose delivery fails for good is in the dead-letter queue, though its claim stays until it ends.
    let kept = [("outcome", "not_released")];
    let event_id = without(world, Role::Process, &["dynamodb:DeleteItem"], sent(world, "missing", 0, &kept)).await?;
    world.stack.take_letter(&event_id).await?;
    world.settle(&event_id);
    several_claims(world).await
}

/// Several at once are claimed by one call, which is asked for in its own words.
async fn several_claims(world: &World) -> Result<()> {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let events: Vec<_> = ids.iter().map(|id| ask::event("github", id)).collect();
    let unclaimed = async {
        world.stack.enqueue_events(&events).await?;
        told(world, &[("detail", "dynamodb:BatchExecuteStatement failed")]).await
    };
    without(world, Role::ProcessHere, &["dynamodb:BatchExecuteStatement"], unclaimed).await?;
    settled(world).await?;
    for id in &ids {
        world.sink.wait_for(id).await?;
    }
    Ok(())
}

async fn payloads(world: &World) -> Result<()> {
    let unread = [("outcome", "failed"), ("reason", "payload_unavailable")];
    let event_id = without(world, Role::Process, &["s3:GetObject"], sent(world, "github", 300_000, &unread)).await?;
    settled(world).await?;
    world.sink.wait_for(&event_id).await?;
    Ok(())
}

async fn destinations(world: &World) -> Result<()> {
    let actions = ["secretsmanager:GetSecretValue", "events:PutEvents"];
    let unsent = async {
        // A function that starts anew knows no secret yet.
        crash::kill(&world.place, &world.stack.outputs.function_names.process).await?;
        let event_id = everywhere::push(world).await?.event_id;
        let failed = [("slack", "secret_unavailable"), ("bus", "eventbridge_"), ("mail", "ses_")];
        let lines = failed.map(|(destination, reason)| {
            [("event_id", event_id.as_str()), ("destination", destination), ("reason", reason)]
        });
        all_told(world, &lines.each_ref().map(|line| &line[..])).await?;
        Ok(event_id)
    };
    let mailless = without(world, Role::ProcessHere, &["ses:SendEmail"], unsent);
    let event_id = without(world, Role::Process, &actions, mailless).await?;
    settled(world).await?;
    for path in ["/slack", "/discord", "/signed"] {
        everywhere::once_at(world, &event_id, path).await?;
    }
    let mails = world.stack.mails().await?.into_iter().filter(|mail| mail.text.contains(&event_id)).count();
    ensure!(mails == 1, "{mails} mails were sent");
    Ok(())
}

/// All attempts may have been made before a permission was given back: what is in the dead-letter queue then, a person redrives.
async fn settled(world: &World) -> Result<()> {
    let letters = DeadLetters::of(Target::of(&world.stack));
    wait::until("nothing to be left in either queue", Duration::from_secs(60), async || {
        let depth = world.stack.at_rest().await?;
        if depth.dlq > 0 {
            letters.redrive(&Filter::default(), None).await?;
        }
        Ok((depth.dlq == 0).then_some(()))
    })
    .await
}

async fn queues(world: &World) -> Result<()> {
    let actions = ["sqs:ChangeMessageVisibility", "sqs:SendMessage"];
    let stuck = async {
        let flaky = sent(world, "flaky", 0, &[("outcome", "retry_not_scheduled")]).await?;
        let missing = sent(world, "missing", 0, &[("outcome", "not_dead_lettered")]).await?;
        let depth = world.stack.depth().await?;
        ensure!(depth.intake == 2 && depth.dlq == 0, "not both are on the queue: {depth:?}");
        Ok((flaky, missing))
    };
    let (flaky, missing) = without(world, Role::Process, &actions, stuck).await?;
    world.sink.wait_for(&flaky).await?;
    world.stack.take_letter(&missing).await?;
    world.settle(&missing);
    Ok(())
}
