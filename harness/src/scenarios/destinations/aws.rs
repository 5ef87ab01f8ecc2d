//! Deliveries to AWS services of the team. The services report what they have received.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::super::support::{ScenarioResult, Testbed, every_kind, services};
use crate::stack::aws_receivers::{ARCHIVE, FIFO_QUEUE, NAME, STREAM_BUCKET, TOPIC_QUEUE};
use crate::stack::{EventRecorder, QueueMessage};
use crate::system::wait;
use crate::traffic::sender::Webhook;

pub(super) async fn queue(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let message = only_message(testbed.wait_for_messages(NAME, &webhook.event_id).await?)?;
    check_message(&message, &webhook)?;
    Ok("read from the queue".to_owned())
}

pub(super) async fn fifo_queue(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let message = only_message(testbed.wait_for_messages(FIFO_QUEUE, &webhook.event_id).await?)?;
    check_message(&message, &webhook)?;
    let key = services::dedup_key(&webhook);
    for (name, expected) in [("MessageGroupId", "services.push"), ("MessageDeduplicationId", key.as_str())] {
        let actual = message.attributes.get(name).map(String::as_str);
        ensure!(actual == Some(expected), "{name} is {actual:?}");
    }
    Ok("read from the queue, with its group".to_owned())
}

pub(super) async fn topic(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let message = only_message(testbed.wait_for_messages(TOPIC_QUEUE, &webhook.event_id).await?)?;
    check_message(&message, &webhook)?;
    Ok("read from the subscribed queue".to_owned())
}

pub(super) async fn function(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let events = wait_for_function(testbed, &webhook.event_id).await?;
    let [event] = events.as_slice() else { bail!("the function was invoked {} times", events.len()) };
    services::check_event(event, &webhook)?;
    Ok("invoked once".to_owned())
}

pub(super) async fn state_machine(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let (name, input) = only_execution(testbed, &webhook.event_id).await?;
    services::check_event(&input, &webhook)?;
    ensure!(name == services::dedup_key(&webhook).as_str(), "the name of the execution is {name}");
    Ok("one execution".to_owned())
}

pub(super) async fn stream(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let lines = wait_for_records(testbed, &webhook.event_id).await?;
    let [line] = lines.as_slice() else { bail!("the stream delivered the event {} times", lines.len()) };
    services::check_event(line, &webhook)?;
    Ok("delivered to the bucket as one line".to_owned())
}

pub(super) async fn archive(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send(testbed).await?;
    let key = services::dedup_key(&webhook);
    let objects = wait::until("the object of the event", Duration::from_secs(30), async || {
        let objects = testbed.stack.objects(ARCHIVE, key.as_str()).await?;
        Ok((!objects.is_empty()).then_some(objects))
    })
    .await?;
    let [object] = objects.as_slice() else { bail!("the archive has {} objects of the event", objects.len()) };
    ensure!(object.body == webhook.body, "the archived bytes differ from the sent body");
    ensure!(object.content_type == "application/json", "the content type is {}", object.content_type);
    ensure!(object.key.starts_with("events/services/2"), "the key is {}", object.key);
    for (name, expected) in
        [("ce-id", webhook.event_id.as_str()), ("ce-type", "services.push"), ("ce-dedupkey", key.as_str())]
    {
        let actual = object.metadata.get(name).map(String::as_str);
        ensure!(actual == Some(expected), "the metadata {name} is {actual:?}");
    }
    Ok(format!("{} bytes at {}", object.body.len(), object.key))
}

/// Returns the events that the function has recorded, at least one.
pub(super) async fn wait_for_function(testbed: &Testbed, event_id: &str) -> Result<Vec<Value>> {
    wait::until("the invocation of the function", Duration::from_secs(30), async || {
        let events = testbed.stack.function_events(event_id).await?;
        Ok((!events.is_empty()).then_some(events))
    })
    .await
}

/// Returns the lines of the stream's objects that have the event, at least one.
pub(super) async fn wait_for_records(testbed: &Testbed, event_id: &str) -> Result<Vec<Value>> {
    wait::until("the objects of the stream", Duration::from_secs(30), async || {
        let mut lines = Vec::new();
        for object in testbed.stack.objects(STREAM_BUCKET, "").await? {
            let text = String::from_utf8(object.body).context("a record is not text")?;
            ensure!(text.ends_with('\n'), "a record does not end its line");
            lines.extend(text.lines().filter(|line| line.contains(event_id)).map(serde_json::from_str));
        }
        Ok((!lines.is_empty()).then(|| lines.into_iter().collect::<Result<Vec<Value>, _>>()).transpose()?)
    })
    .await
}

/// Waits for the execution of an event, and expects that there is only one.
pub(super) async fn only_execution(testbed: &Testbed, event_id: &str) -> Result<(String, Value)> {
    let executions = wait::until("the execution", Duration::from_secs(30), async || {
        let executions = testbed.stack.executions().await?;
        let matching: Vec<_> = executions.into_iter().filter(|(_, input)| input["id"] == event_id).collect();
        Ok((!matching.is_empty()).then_some(matching))
    })
    .await?;
    let [execution] = executions.as_slice() else { bail!("the event has {} executions", executions.len()) };
    Ok(execution.clone())
}

/// Returns the message if there is only one.
pub(super) fn only_message(messages: Vec<QueueMessage>) -> Result<QueueMessage> {
    match <[QueueMessage; 1]>::try_from(messages) {
        Ok([message]) => Ok(message),
        Err(messages) => bail!("the queue has {} messages of the event", messages.len()),
    }
}

/// Expects the CloudEvent in the body, and its attributes next to the body.
fn check_message(message: &QueueMessage, webhook: &Webhook) -> Result<()> {
    let event: Value = serde_json::from_str(&message.body).context("the message is not JSON")?;
    services::check_event(&event, webhook)?;
    for (name, member) in [("ce-id", "id"), ("ce-type", "type"), ("ce-source", "source"), ("ce-dedupkey", "dedupkey")] {
        let attribute = message.attributes.get(name).map(String::as_str);
        ensure!(attribute == event[member].as_str(), "the attribute {name} is {attribute:?}");
    }
    ensure!(message.attributes.contains_key("traceparent"), "the message has no traceparent");
    Ok(())
}

pub(super) async fn eventbridge(testbed: &Testbed) -> ScenarioResult {
    let recorder = testbed.stack.record_events("hookline.everywhere").await?;
    let result = event_recorded(testbed, &recorder).await;
    recorder.stop().await?;
    result
}

async fn event_recorded(testbed: &Testbed, recorder: &EventRecorder) -> ScenarioResult {
    let webhook = every_kind::send_push(testbed).await?;
    let matches = |event: &Value| event["detail"]["id"] == webhook.event_id.as_str();
    let events = recorder.wait_for_events(matches).await?;
    let matching: Vec<_> = events.iter().filter(|event| matches(event)).collect();
    let [event] = matching.as_slice() else { bail!("the bus received the event {} times", matching.len()) };
    ensure!(event["detail-type"] == "everywhere.push", "the detail type is {}", event["detail-type"]);
    let data: Value = serde_json::from_slice(&webhook.body)?;
    ensure!(event["detail"]["data"] == data, "the payload has changed");
    Ok("received by the other consumer".to_owned())
}
