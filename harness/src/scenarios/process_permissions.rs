use std::time::Duration;

use anyhow::{Result, ensure};
use uuid::Uuid;

use super::permissions::{Role, all_told, body, told, without};
use super::{Capability, Scenario, ScenarioResult, Testbed, everywhere, expect};
use crate::emulator::crash;
use crate::system::wait;
use hookline::dead_letter_queue::{DeadLetterQueue, Filter};

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |testbed| crash::impossible(&testbed.emulator_info),
    ..Scenario::new(
        "process-permissions",
        "without any one of its permissions process says so and loses nothing; given back, all is delivered once",
        |testbed| Box::pin(run(testbed)),
    )
    .needing(&[Capability::Iam, Capability::Dynamodb, Capability::Eventbridge, Capability::Ses])
};

/// Instead of the queue's minutes: what cannot be told to wait comes again when this is over.
const VISIBILITY_SECONDS: u32 = 21;

async fn run(testbed: &Testbed) -> ScenarioResult {
    claims(testbed).await?;
    payloads(testbed).await?;
    destinations(testbed).await?;
    let before = testbed.stack.visibility().await?;
    testbed.stack.set_visibility(VISIBILITY_SECONDS).await?;
    let queues = queues(testbed).await;
    testbed.stack.set_visibility(before).await?;
    queues?;
    Ok("10 permissions, nothing lost".to_owned())
}

/// Sends, waits for a line about the event, and gives its id.
async fn sent(testbed: &Testbed, source: &str, bytes: usize, line: &[(&str, &str)]) -> Result<String> {
    let event_id = expect::accepted(testbed, &testbed.signed(source, body(bytes))?).await?;
    told(testbed, line).await?;
    Ok(event_id)
}

async fn claims(testbed: &Testbed) -> Result<()> {
    let unclaimed = [("outcome", "failed"), ("reason", "idempotency_unavailable")];
    let event_id =
        without(testbed, Role::Process, &["dynamodb:PutItem"], sent(testbed, "github", 0, &unclaimed)).await?;
    settled(testbed).await?;
    testbed.sink.wait_for(&event_id).await?;
    // What is not marked has been delivered all the same.
    let unmarked = [("outcome", "not_marked_done")];
    let event_id =
        without(testbed, Role::Process, &["dynamodb:UpdateItem"], sent(testbed, "github", 0, &unmarked)).await?;
    testbed.sink.wait_for(&event_id).await?;
    // Whose delivery fails for good is in the dead-letter queue, though its claim stays until it ends.
    let kept = [("outcome", "not_released")];
    let event_id =
        without(testbed, Role::Process, &["dynamodb:DeleteItem"], sent(testbed, "missing", 0, &kept)).await?;
    testbed.stack.take_dead_letter_message(&event_id).await?;
    testbed.settle(&event_id);
    several_claims(testbed).await
}

/// Several at once are claimed by one call, which is asked for in its own words.
async fn several_claims(testbed: &Testbed) -> Result<()> {
    let ids: Vec<_> = (0..10).map(|_| Uuid::new_v4().to_string()).collect();
    let events: Vec<_> = ids.iter().map(|id| expect::event("github", id)).collect();
    let unclaimed = async {
        testbed.stack.enqueue_events(&events).await?;
        told(testbed, &[("detail", "dynamodb:BatchExecuteStatement failed")]).await
    };
    without(testbed, Role::ProcessHere, &["dynamodb:BatchExecuteStatement"], unclaimed).await?;
    settled(testbed).await?;
    for id in &ids {
        testbed.sink.wait_for(id).await?;
    }
    Ok(())
}

async fn payloads(testbed: &Testbed) -> Result<()> {
    let unread = [("outcome", "failed"), ("reason", "payload_unavailable")];
    let event_id =
        without(testbed, Role::Process, &["s3:GetObject"], sent(testbed, "github", 300_000, &unread)).await?;
    settled(testbed).await?;
    testbed.sink.wait_for(&event_id).await?;
    Ok(())
}

async fn destinations(testbed: &Testbed) -> Result<()> {
    let actions = ["secretsmanager:GetSecretValue", "events:PutEvents"];
    let unsent = async {
        // A function that starts anew knows no secret yet.
        crash::kill(&testbed.emulator_info, &testbed.stack.outputs.function_names.process).await?;
        let event_id = everywhere::push(testbed).await?.event_id;
        let failed = [("slack", "secret_unavailable"), ("bus", "eventbridge_"), ("mail", "ses_")];
        let lines = failed.map(|(destination, reason)| {
            [("event_id", event_id.as_str()), ("destination", destination), ("reason", reason)]
        });
        all_told(testbed, &lines.each_ref().map(|line| &line[..])).await?;
        Ok(event_id)
    };
    let mailless = without(testbed, Role::ProcessHere, &["ses:SendEmail"], unsent);
    let event_id = without(testbed, Role::Process, &actions, mailless).await?;
    settled(testbed).await?;
    for path in ["/slack", "/discord", "/signed"] {
        everywhere::once_at(testbed, &event_id, path).await?;
    }
    let mails = testbed.stack.mails().await?.into_iter().filter(|mail| mail.text.contains(&event_id)).count();
    ensure!(mails == 1, "{mails} mails were sent");
    Ok(())
}

/// All attempts may have been made before a permission was given back: what is in the dead-letter queue then, a person redrives.
async fn settled(testbed: &Testbed) -> Result<()> {
    let letters = DeadLetterQueue::new(testbed.stack.target());
    wait::until("nothing to be left in either queue", Duration::from_secs(60), async || {
        let depth = testbed.stack.at_rest().await?;
        if depth.dlq > 0 {
            letters.redrive(&Filter::default(), None).await?;
        }
        Ok((depth.dlq == 0).then_some(()))
    })
    .await
}

async fn queues(testbed: &Testbed) -> Result<()> {
    let actions = ["sqs:ChangeMessageVisibility", "sqs:SendMessage"];
    let stuck = async {
        let flaky = sent(testbed, "flaky", 0, &[("outcome", "retry_not_scheduled")]).await?;
        let missing = sent(testbed, "missing", 0, &[("outcome", "not_dead_lettered")]).await?;
        let depth = testbed.stack.depth().await?;
        ensure!(depth.intake == 2 && depth.dlq == 0, "not both are on the queue: {depth:?}");
        Ok((flaky, missing))
    };
    let (flaky, missing) = without(testbed, Role::Process, &actions, stuck).await?;
    testbed.sink.wait_for(&flaky).await?;
    testbed.stack.take_dead_letter_message(&missing).await?;
    testbed.settle(&missing);
    Ok(())
}
