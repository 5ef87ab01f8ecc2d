use std::time::Duration;

use anyhow::{Result, bail, ensure};
use futures_util::future::try_join_all;
use hookline::dead_letter_queue::{DeadLetterQueue, Filter};

use super::super::support::permissions::{Policy, without};
use super::super::support::{ScenarioResult, Testbed, every_kind, expect, log, services, with_visibility};
use crate::emulator::crash;
use crate::system::wait;

/// The queue's visibility timeout while the function cannot read its configuration or change the timeout of a message.
/// The function then fails at once and keeps no claim, so the timeout can be shorter than the function's.
const VISIBILITY_SECONDS: u32 = 5;

pub(super) async fn process_permissions(testbed: &Testbed) -> ScenarioResult {
    idempotency_table(testbed).await?;
    payload_bucket(testbed).await?;
    event_log(testbed).await?;
    destinations(testbed).await?;
    services_of_the_team(testbed).await?;
    with_visibility(testbed, VISIBILITY_SECONDS, async {
        configuration(testbed).await?;
        queues(testbed).await?;
        Ok("19 permissions, nothing lost".to_owned())
    })
    .await
}

/// A new instance of the function cannot read its configuration: its batches fail, and the event stays on its queue.
async fn configuration(testbed: &Testbed) -> Result<()> {
    const OUTCOME: &str = "configuration_unavailable";
    let before = log::lines_with(testbed, OUTCOME).await?.len();
    let work = async {
        crash::kill_function(&testbed.emulator_info, &testbed.stack.outputs.function_names.process).await?;
        let event_id = expect::accepted(testbed, &testbed.signed("github", expect::unique_body(0))?).await?;
        wait::until("the log line of the configuration", Duration::from_secs(20), async || {
            let lines = log::lines_with(testbed, OUTCOME).await?;
            let line = lines.get(before);
            let reason = line.and_then(|line| line["reason"].as_str());
            ensure!(reason.is_none_or(|reason| reason == "configuration_unreadable"), "the line is {line:?}");
            Ok(line.map(|_| ()))
        })
        .await?;
        let depths = testbed.stack.queue_depths().await?;
        ensure!(depths.intake == 1 && depths.dlq == 0, "the message is not on the intake queue: {depths:?}");
        Ok(event_id)
    };
    let event_id = without(testbed, Policy::Process, &["s3:GetObjectVersion"], work).await?;
    testbed.sink.wait_for_delivery(&event_id).await?;
    Ok(())
}

/// The event log is incomplete, and each event is delivered.
async fn event_log(testbed: &Testbed) -> Result<()> {
    for action in ["dynamodb:BatchWriteItem", "s3:PutObject"] {
        let line = [("outcome", "event_log_dropped"), ("detail", action)];
        let work = send_and_wait(testbed, "github", 0, &line);
        let event_id = without(testbed, Policy::Process, &[action], work).await?;
        testbed.sink.wait_for_delivery(&event_id).await?;
    }
    Ok(())
}

/// Sends an event, waits for a log line with these fields, and returns the event's id.
async fn send_and_wait(testbed: &Testbed, source: &str, bytes: usize, line: &[(&str, &str)]) -> Result<String> {
    let event_id = expect::accepted(testbed, &testbed.signed(source, expect::unique_body(bytes))?).await?;
    log::wait_for_line(testbed, line).await?;
    Ok(event_id)
}

async fn idempotency_table(testbed: &Testbed) -> Result<()> {
    let line = [("outcome", "retried"), ("reason", "idempotency_unavailable")];
    let work = send_and_wait(testbed, "github", 0, &line);
    let event_id = without(testbed, Policy::Process, &["dynamodb:PutItem"], work).await?;
    redrive_until_empty(testbed).await?;
    testbed.sink.wait_for_delivery(&event_id).await?;
    // The function delivers the event, although it cannot record the delivery. An event without a request id needs this.
    let [event] = &expect::events(&["github"])[..] else { bail!("one source has one event") };
    let work = async {
        testbed.stack.enqueue_events(std::slice::from_ref(event)).await?;
        log::wait_for_line(testbed, &[("outcome", "completion_not_recorded")]).await?;
        // The function sends the event to the dead-letter queue, although the claim remains until it expires.
        send_and_wait(testbed, "missing", 0, &[("outcome", "claim_not_released")]).await
    };
    let event_id = without(testbed, Policy::Process, &["dynamodb:UpdateItem"], work).await?;
    testbed.sink.wait_for_delivery(&event.id).await?;
    testbed.stack.take_dlq_message(&event_id).await?;
    testbed.settle(&event_id);
    // The function delivers, although it cannot read the states of destinations.
    let work = async {
        // A new instance reads the states at once.
        crash::kill_function(&testbed.emulator_info, &testbed.stack.outputs.function_names.process).await?;
        send_and_wait(testbed, "github", 0, &[("outcome", "destination_state_unavailable")]).await
    };
    let event_id = without(testbed, Policy::Process, &["dynamodb:BatchGetItem"], work).await?;
    testbed.sink.wait_for_delivery(&event_id).await?;
    claims_of_a_batch(testbed).await
}

/// The function claims several events with one call. The emulator checks another action for this call than AWS.
async fn claims_of_a_batch(testbed: &Testbed) -> Result<()> {
    let events = expect::events(&["github"; 10]);
    let work = async {
        testbed.stack.enqueue_events(&events).await?;
        log::wait_for_line(testbed, &[("detail", "dynamodb:BatchExecuteStatement failed")]).await
    };
    without(testbed, Policy::ProcessOnEmulator, &["dynamodb:BatchExecuteStatement"], work).await?;
    redrive_until_empty(testbed).await?;
    for event in &events {
        testbed.sink.wait_for_delivery(&event.id).await?;
    }
    Ok(())
}

async fn payload_bucket(testbed: &Testbed) -> Result<()> {
    let line = [("outcome", "retried"), ("reason", "payload_unavailable")];
    let work = send_and_wait(testbed, "github", 300_000, &line);
    let event_id = without(testbed, Policy::Process, &["s3:GetObject"], work).await?;
    redrive_until_empty(testbed).await?;
    testbed.sink.wait_for_delivery(&event_id).await?;
    Ok(())
}

async fn destinations(testbed: &Testbed) -> Result<()> {
    let actions = ["secretsmanager:GetSecretValue", "events:PutEvents"];
    let work = async {
        // A new instance has no cached secret.
        crash::kill_function(&testbed.emulator_info, &testbed.stack.outputs.function_names.process).await?;
        let event_id = every_kind::send_push(testbed).await?.event_id;
        // The attempts do not wait for each other, so the lines are awaited at the same time.
        let failures = [("slack", "secret_unavailable"), ("bus", "eventbridge_"), ("mail", "ses_")];
        let lines = failures.map(async |(destination, reason)| {
            let fields = [("event_id", event_id.as_str()), ("destination", destination), ("reason", reason)];
            log::wait_for_line(testbed, &fields).await
        });
        try_join_all(lines).await?;
        Ok(event_id)
    };
    let without_email = without(testbed, Policy::ProcessOnEmulator, &["ses:SendEmail"], work);
    let event_id = without(testbed, Policy::Process, &actions, without_email).await?;
    redrive_until_empty(testbed).await?;
    for path in every_kind::PATHS {
        every_kind::delivered_once_at(testbed, &event_id, path).await?;
    }
    let emails = testbed.stack.sent_emails().await?;
    let count = emails.iter().filter(|email| email.text.contains(&event_id)).count();
    ensure!(count == 1, "{count} e-mails were sent");
    Ok(())
}

/// The services of the team: without a permission the delivery fails with the service's error, and then succeeds.
async fn services_of_the_team(testbed: &Testbed) -> Result<()> {
    let actions =
        ["firehose:PutRecord", "lambda:InvokeFunction", "s3:PutObject", "sns:Publish", "states:StartExecution"];
    let failures = [
        ("stream", "firehose_"),
        ("function", "lambda_"),
        ("archive", "s3_"),
        ("topic", "sns_"),
        ("machine", "stepfunctions_"),
    ];
    let work = async {
        let event_id = services::send(testbed).await?.event_id;
        let lines = failures.map(async |(destination, reason)| {
            let fields = [("event_id", event_id.as_str()), ("destination", destination), ("reason", reason)];
            log::wait_for_line(testbed, &fields).await
        });
        try_join_all(lines).await?;
        Ok(event_id)
    };
    let event_id = without(testbed, Policy::Process, &actions, work).await?;
    redrive_until_empty(testbed).await?;
    for destination in services::DESTINATIONS {
        let fields = [("event_id", event_id.as_str()), ("destination", destination), ("outcome", "delivered")];
        log::wait_for_line(testbed, &fields).await?;
    }
    signed_api(testbed).await
}

/// API Gateway rejects a signed request with 403 if the role must not invoke the method.
async fn signed_api(testbed: &Testbed) -> Result<()> {
    let work = async {
        let webhook = testbed.signed("signed-api", expect::unique_body(0))?;
        let event_id = expect::accepted(testbed, &webhook).await?;
        let fields = [("event_id", event_id.as_str()), ("destination", "signed-api"), ("reason", "http_403")];
        log::wait_for_line(testbed, &fields).await?;
        Ok(event_id)
    };
    let event_id = without(testbed, Policy::Process, &["execute-api:Invoke"], work).await?;
    redrive_until_empty(testbed).await?;
    testbed.sink.wait_for_delivery_at(&event_id, "/signed-api").await?;
    Ok(())
}

/// Waits until both queues are empty. An event whose retries ended before the permission was restored is redriven.
async fn redrive_until_empty(testbed: &Testbed) -> Result<()> {
    let dead_letter_queue = DeadLetterQueue::new(testbed.stack.target());
    wait::until("both queues to be empty", Duration::from_secs(60), async || {
        let depths = testbed.wait_until_idle().await?;
        if depths.dlq > 0 {
            dead_letter_queue.redrive(&Filter::default(), None).await?;
        }
        Ok((depths.dlq == 0).then_some(()))
    })
    .await
}

async fn queues(testbed: &Testbed) -> Result<()> {
    let actions = ["sqs:ChangeMessageVisibility", "sqs:SendMessage"];
    let work = async {
        let flaky = send_and_wait(testbed, "flaky", 0, &[("outcome", "retry_not_scheduled")]).await?;
        log::wait_for_line(testbed, &[("outcome", "retry_queue_unavailable"), ("event_id", &flaky)]).await?;
        let missing = send_and_wait(testbed, "missing", 0, &[("outcome", "dlq_unavailable")]).await?;
        let depths = testbed.stack.queue_depths().await?;
        ensure!(depths.intake == 2 && depths.dlq == 0, "not both messages are on the intake queue: {depths:?}");
        Ok((flaky, missing))
    };
    let (flaky, missing) = without(testbed, Policy::Process, &actions, work).await?;
    testbed.sink.wait_for_delivery(&flaky).await?;
    testbed.stack.take_dlq_message(&missing).await?;
    testbed.settle(&missing);
    Ok(())
}
