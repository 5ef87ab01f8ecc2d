//! Events that Hookline sends again because it no longer knows the first delivery, and events that are too large for a
//! service.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::super::support::{ScenarioResult, Testbed, expect, log, services};
use super::aws;
use crate::stack::aws_receivers::{ARCHIVE, FIFO_QUEUE, NAME, TOPIC_QUEUE};
use crate::traffic::sender::Webhook;

pub(super) async fn fifo_duplicate(testbed: &Testbed) -> ScenarioResult {
    let webhook = delivered_twice(testbed, "fifo").await?;
    aws::only_message(testbed.wait_for_messages(FIFO_QUEUE, &webhook.event_id).await?)?;
    Ok("sent twice, one message".to_owned())
}

pub(super) async fn execution_repeat(testbed: &Testbed) -> ScenarioResult {
    let webhook = delivered_twice(testbed, "machine").await?;
    aws::only_execution(testbed, &webhook.event_id).await?;
    Ok("started twice, one execution".to_owned())
}

/// Lets an event be delivered to a destination, expire there, and be delivered again.
async fn delivered_twice(testbed: &Testbed, destination: &str) -> Result<Webhook> {
    let webhook = services::send(testbed).await?;
    let first = [("event_id", webhook.event_id.as_str()), ("destination", destination), ("outcome", "delivered")];
    log::wait_for_line(testbed, &first).await?;
    let key = services::dedup_key(&webhook);
    testbed.stack.expire_delivery_record(key.as_str(), destination).await?;
    // The repeated request has another id, and the same deduplication key.
    let repeated = testbed.signed("services", webhook.body.clone())?;
    expect::accepted(testbed, &repeated).await?;
    testbed.settle(&repeated.event_id);
    let second = [("event_id", repeated.event_id.as_str()), ("destination", destination), ("outcome", "delivered")];
    log::wait_for_line(testbed, &second).await?;
    Ok(webhook)
}

pub(super) async fn large_event(testbed: &Testbed) -> ScenarioResult {
    let webhook = services::send_body(testbed, expect::unique_body(1_500_000)).await?;
    let id = webhook.event_id.as_str();
    let mut events = Vec::new();
    for queue in [NAME, FIFO_QUEUE, TOPIC_QUEUE] {
        let message = aws::only_message(testbed.wait_for_messages(queue, id).await?)?;
        events.push(serde_json::from_str::<Value>(&message.body)?);
    }
    events.extend(aws::wait_for_function(testbed, id).await?);
    events.push(aws::only_execution(testbed, id).await?.1);
    events.extend(aws::wait_for_records(testbed, id).await?);
    ensure!(events.len() == 6, "{} services have received the event", events.len());
    for event in &events {
        ensure!(event["data"].is_null() && event["data_base64"].is_null(), "the event has its payload");
        let location = event["dataref"].as_str().and_then(|location| location.strip_prefix("s3://"));
        let (bucket, key) = location.and_then(|location| location.split_once('/')).context("no location")?;
        let object = testbed.stack.object(bucket, key).await?;
        ensure!(object.body == webhook.body, "the payload at the location has other bytes");
    }
    let objects = testbed.stack.objects(ARCHIVE, services::dedup_key(&webhook).as_str()).await?;
    ensure!(objects.iter().any(|object| object.body == webhook.body), "the archive has other bytes");
    Ok("6 references, 1 archived object".to_owned())
}
