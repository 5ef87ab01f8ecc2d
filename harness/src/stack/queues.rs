use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry};
use hookline_event::{Event, Payload};

use super::Stack;
use crate::system::wait;
use crate::terraform::Outputs;

/// Number of messages of the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueueDepths {
    /// Messages of the intake queue: visible, in flight and delayed.
    pub(crate) intake: i64,
    /// Messages of the retry queue: visible, in flight and delayed.
    pub(crate) retry: i64,
    /// Messages of the dead-letter queue: visible, in flight and delayed.
    pub(crate) dlq: i64,
}

/// A message of a queue. The attributes include those of the sender and those of SQS.
#[derive(Debug, Clone)]
pub(crate) struct QueueMessage {
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Stack {
    /// Returns the number of messages of the queues.
    pub(crate) async fn queue_depths(&self) -> Result<QueueDepths> {
        let Outputs { queue_url, retry_queue_url, dlq_url, .. } = &self.outputs;
        let counts = tokio::try_join!(
            self.message_count(queue_url),
            self.message_count(retry_queue_url),
            self.message_count(dlq_url)
        );
        let Ok((intake, retry, dlq)) = counts else { bail!("cannot read the number of messages of the queues") };
        Ok(QueueDepths { intake, retry, dlq })
    }

    /// Returns the number of messages of the intake queue that process has received and not finished.
    pub(crate) async fn messages_in_flight(&self) -> Result<i64> {
        self.intake_attribute(QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await
    }

    async fn message_count(&self, queue_url: &str) -> Result<i64> {
        let attributes = self.attributes(queue_url, QueueAttributeName::All).await?;
        let count =
            |name: QueueAttributeName| attributes.get(&name).and_then(|count| count.parse::<i64>().ok()).unwrap_or(0);
        Ok(count(QueueAttributeName::ApproximateNumberOfMessages)
            + count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            + count(QueueAttributeName::ApproximateNumberOfMessagesDelayed))
    }

    /// Returns the visibility timeout of the intake queue in seconds.
    pub(crate) async fn visibility_timeout(&self) -> Result<u32> {
        self.intake_attribute(QueueAttributeName::VisibilityTimeout).await
    }

    async fn intake_attribute<T: FromStr>(&self, name: QueueAttributeName) -> Result<T> {
        let attributes = self.attributes(&self.outputs.queue_url, name.clone()).await?;
        let value = attributes.get(&name).and_then(|value| value.parse().ok());
        value.with_context(|| format!("the queue has no attribute {}", name.as_str()))
    }

    async fn attributes(
        &self,
        queue_url: &str,
        name: QueueAttributeName,
    ) -> Result<HashMap<QueueAttributeName, String>> {
        let request = Client::new(&self.sdk).get_queue_attributes().queue_url(queue_url).attribute_names(name);
        Ok(request.send().await.context("cannot read the queue's attributes")?.attributes.unwrap_or_default())
    }

    /// Sets the visibility timeout of the intake queue.
    pub(crate) async fn set_visibility_timeout(&self, seconds: u32) -> Result<()> {
        let set = Client::new(&self.sdk).set_queue_attributes().queue_url(&self.outputs.queue_url);
        let set = set.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string());
        set.send().await.context("cannot set the queue's visibility timeout")?;
        Ok(())
    }

    /// Waits until the intake queue and the retry queue are empty, so that no delivery is pending. Returns the number of
    /// messages of the queues.
    pub(crate) async fn wait_until_no_delivery_is_pending(&self) -> Result<QueueDepths> {
        // A message that moves from one queue to the other can be missing in both counts.
        let empty = Cell::new(0);
        wait::until("the intake queue and the retry queue to be empty", Duration::from_secs(90), async || {
            let depth = self.queue_depths().await?;
            empty.set(if depth.intake == 0 && depth.retry == 0 { empty.get() + 1 } else { 0 });
            Ok((empty.get() == 2).then_some(depth))
        })
        .await
    }

    /// Waits for a message of the dead-letter queue that contains `text`. Deletes the message from the queue and returns it.
    pub(crate) async fn take_dlq_message(&self, text: &str) -> Result<QueueMessage> {
        let condition = format!("a message with `{text}` in the dead-letter queue");
        wait::until(&condition, Duration::from_secs(45), async || {
            let receive =
                Client::new(&self.sdk).receive_message().queue_url(&self.outputs.dlq_url).max_number_of_messages(10);
            let received = receive.visibility_timeout(1).message_attribute_names("All").send().await?;
            let found = received.messages.unwrap_or_default().into_iter().find(|message| contains(message, text));
            let Some(message) = found else { return Ok(None) };
            let delete = Client::new(&self.sdk).delete_message().queue_url(&self.outputs.dlq_url);
            delete.receipt_handle(message.receipt_handle.clone().unwrap_or_default()).send().await?;
            Ok(Some(QueueMessage::from(message)))
        })
        .await
    }

    /// Waits for a message of the intake queue that contains `text`. The message stays in the queue and becomes visible after
    /// one second.
    pub(crate) async fn peek_intake_message(&self, text: &str) -> Result<QueueMessage> {
        let condition = format!("a message with `{text}` on the intake queue");
        wait::until(&condition, Duration::from_secs(20), async || {
            let receive = Client::new(&self.sdk).receive_message().queue_url(&self.outputs.queue_url);
            let receive = receive.visibility_timeout(1).message_system_attribute_names(MessageSystemAttributeName::All);
            let received = receive.max_number_of_messages(10).wait_time_seconds(1).send().await?;
            let found = received.messages.unwrap_or_default().into_iter().find(|message| contains(message, text));
            Ok(found.map(QueueMessage::from))
        })
        .await
    }

    /// Waits until the dead-letter queue has `count` messages and the other queues are empty.
    pub(crate) async fn wait_for_dlq_depth(&self, count: i64) -> Result<()> {
        let condition = format!("{count} messages in the dead-letter queue");
        wait::until(&condition, Duration::from_secs(45), async || {
            let depth = self.queue_depths().await?;
            Ok((depth.intake == 0 && depth.retry == 0 && depth.dlq == count).then_some(()))
        })
        .await
    }

    /// Starts a task in which SQS moves all messages from the dead-letter queue to the intake queue. The task needs an
    /// explicit destination. Messages that the process function sent have no source queue, and a task without a destination
    /// fails with `CouldNotDetermineMessageSource`.
    ///
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
    pub(crate) async fn start_move_task(&self) -> Result<()> {
        let start = Client::new(&self.sdk).start_message_move_task().source_arn(&self.outputs.dlq_arn);
        start.destination_arn(&self.outputs.queue_arn).send().await.context("cannot start a message move task")?;
        Ok(())
    }

    /// Deletes all messages of the queues.
    pub(crate) async fn purge_queues(&self) -> Result<()> {
        let Outputs { queue_url, retry_queue_url, dlq_url, .. } = &self.outputs;
        for queue_url in [queue_url, retry_queue_url, dlq_url] {
            Client::new(&self.sdk).purge_queue().queue_url(queue_url).send().await.context("cannot purge a queue")?;
        }
        Ok(())
    }

    /// Sends events to the intake queue in one batch, without the ingest function.
    pub(crate) async fn enqueue_events(&self, events: &[Event<Payload>]) -> Result<()> {
        self.enqueue(&events.iter().map(Event::to_json).collect::<Result<Vec<_>, _>>()?).await
    }

    /// Sends messages to the intake queue in one batch, without the ingest function.
    pub(crate) async fn enqueue(&self, messages: &[String]) -> Result<()> {
        let mut batch = Client::new(&self.sdk).send_message_batch().queue_url(&self.outputs.queue_url);
        for (id, message) in messages.iter().enumerate() {
            batch = batch
                .entries(SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body(message).build()?);
        }
        let sent = batch.send().await.context("cannot send messages to the intake queue")?;
        if !sent.failed.is_empty() {
            bail!("SQS rejected {} messages", sent.failed.len());
        }
        Ok(())
    }
}

fn contains(message: &Message, text: &str) -> bool {
    message.body.as_deref().is_some_and(|body| body.contains(text))
}

impl From<Message> for QueueMessage {
    fn from(message: Message) -> Self {
        let senders = message.message_attributes.unwrap_or_default().into_iter();
        let senders = senders.filter_map(|(name, value)| Some((name, value.string_value?)));
        let systems = message.attributes.unwrap_or_default().into_iter();
        let attributes = systems.map(|(name, value)| (name.as_str().to_owned(), value)).chain(senders).collect();
        Self { body: message.body.unwrap_or_default(), attributes }
    }
}
