use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_eventbridge::Client as EventBridge;
use aws_sdk_eventbridge::types::Target;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::Stack;
use crate::system::wait;

/// Name of the queue, the rule and the target.
const NAME: &str = "hookline-recorder";

/// A recorder of EventBridge events: a rule on the default bus that sends the events with one `source` to a queue.
#[must_use = "the rule and the queue must be deleted"]
pub(crate) struct EventRecorder {
    bridge: EventBridge,
    sqs: Sqs,
    queue_url: String,
}

impl Stack {
    /// Starts to record the EventBridge events with this `source`, such as `hookline.github`.
    pub(crate) async fn record_events(&self, event_source: &str) -> Result<EventRecorder> {
        let (bridge, sqs) = (EventBridge::new(&self.sdk), Sqs::new(&self.sdk));
        let queue = sqs.create_queue().queue_name(NAME).send().await.context("cannot create the recorder's queue")?;
        let queue_url = queue.queue_url.context("the queue has no URL")?;
        let request = sqs.get_queue_attributes().queue_url(&queue_url).attribute_names(QueueAttributeName::QueueArn);
        let attributes =
            request.send().await.context("cannot read the queue's attributes")?.attributes.unwrap_or_default();
        let arn = attributes.get(&QueueAttributeName::QueueArn).context("the queue has no ARN")?;
        let pattern = json!({ "source": [event_source] }).to_string();
        bridge
            .put_rule()
            .name(NAME)
            .event_pattern(pattern)
            .send()
            .await
            .context("cannot create the recorder's rule")?;
        let target = Target::builder().id(NAME).arn(arn).build()?;
        bridge.put_targets().rule(NAME).targets(target).send().await.context("cannot add a target to the rule")?;
        Ok(EventRecorder { bridge, sqs, queue_url })
    }
}

impl EventRecorder {
    /// Waits for an event that matches `is_expected`. Returns all events from the first one until none arrives for two seconds.
    pub(crate) async fn wait_for_events(&self, is_expected: impl Fn(&Value) -> bool) -> Result<Vec<Value>> {
        let events = RefCell::new(Vec::new());
        wait::until("the event on the bus", Duration::from_secs(30), async || {
            let received = self.receive(2).await?;
            let is_last = received.is_empty();
            events.borrow_mut().extend(received);
            Ok((is_last && events.borrow().iter().any(&is_expected)).then_some(()))
        })
        .await?;
        Ok(events.into_inner())
    }

    async fn receive(&self, wait_seconds: i32) -> Result<Vec<Value>> {
        let receive = self.sqs.receive_message().queue_url(&self.queue_url).max_number_of_messages(10);
        let received =
            receive.wait_time_seconds(wait_seconds).send().await.context("cannot read the recorder's queue")?;
        let bodies = received.messages.unwrap_or_default().into_iter().filter_map(|message| message.body);
        bodies.map(|body| serde_json::from_str(&body).context("the event is not JSON")).collect()
    }

    /// Deletes the rule and the queue.
    pub(crate) async fn stop(self) -> Result<()> {
        self.bridge
            .remove_targets()
            .rule(NAME)
            .ids(NAME)
            .send()
            .await
            .context("cannot remove the target from the rule")?;
        self.bridge.delete_rule().name(NAME).send().await.context("cannot delete the rule")?;
        self.sqs.delete_queue().queue_url(&self.queue_url).send().await.context("cannot delete the queue")?;
        Ok(())
    }
}
