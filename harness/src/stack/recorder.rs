use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_eventbridge::Client as EventBridge;
use aws_sdk_eventbridge::types::Target;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::Stack;
use crate::system::wait;

const NAME: &str = "hookline-recorder";

/// Another consumer of the default bus: a rule that has what comes from one source put on a queue.
#[must_use = "it has to be taken away"]
pub(crate) struct Recorder {
    bridge: EventBridge,
    sqs: Sqs,
    queue_url: String,
}

impl Stack {
    pub(crate) async fn record(&self, source: &str) -> Result<Recorder> {
        let (bridge, sqs) = (EventBridge::new(&self.sdk), Sqs::new(&self.sdk));
        let queue = sqs.create_queue().queue_name(NAME).send().await.context("cannot make a queue")?;
        let queue_url = queue.queue_url.context("a queue has a URL")?;
        let ask = sqs.get_queue_attributes().queue_url(&queue_url).attribute_names(QueueAttributeName::QueueArn);
        let attributes = ask.send().await.context("the queue's attributes")?.attributes.unwrap_or_default();
        let arn = attributes.get(&QueueAttributeName::QueueArn).context("a queue has an ARN")?;
        let pattern = json!({ "source": [source] }).to_string();
        bridge.put_rule().name(NAME).event_pattern(pattern).send().await.context("cannot make a rule")?;
        let target = Target::builder().id(NAME).arn(arn).build()?;
        bridge.put_targets().rule(NAME).targets(target).send().await.context("cannot give the rule a target")?;
        Ok(Recorder { bridge, sqs, queue_url })
    }
}

impl Recorder {
    /// What comes together with the event that is wanted, and in a moment after it.
    pub(crate) async fn events_with(&self, wanted: impl Fn(&Value) -> bool) -> Result<Vec<Value>> {
        let mut events = wait::until("the event on the bus", Duration::from_secs(30), async || {
            let received = self.receive(1).await?;
            Ok(received.iter().any(&wanted).then_some(received))
        })
        .await?;
        events.extend(self.receive(2).await?);
        Ok(events)
    }

    async fn receive(&self, wait_seconds: i32) -> Result<Vec<Value>> {
        let receive = self.sqs.receive_message().queue_url(&self.queue_url).max_number_of_messages(10);
        let received = receive.wait_time_seconds(wait_seconds).send().await.context("cannot read the queue")?;
        let bodies = received.messages.unwrap_or_default().into_iter().filter_map(|message| message.body);
        bodies.map(|body| serde_json::from_str(&body).context("an event is JSON")).collect()
    }

    /// Takes rule and queue away.
    pub(crate) async fn stop(self) -> Result<()> {
        self.bridge.remove_targets().rule(NAME).ids(NAME).send().await.context("cannot take the target away")?;
        self.bridge.delete_rule().name(NAME).send().await.context("cannot delete the rule")?;
        self.sqs.delete_queue().queue_url(&self.queue_url).send().await.context("cannot delete the queue")?;
        Ok(())
    }
}
