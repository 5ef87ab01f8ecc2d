use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry};
use hookline_event::{Event, Payload};

use super::Stack;
use crate::system::wait;

/// How many messages a queue has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Depth {
    /// Waiting, in flight and delayed.
    pub(crate) intake: i64,
    /// At rest in the dead-letter queue.
    pub(crate) dlq: i64,
}

/// A message of either queue, with its own attributes and SQS's.
#[derive(Debug, Clone)]
pub(crate) struct QueueMessage {
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Stack {
    pub(crate) async fn depth(&self) -> Result<Depth> {
        let Ok((intake, dlq)) =
            tokio::try_join!(self.messages(&self.outputs.queue_url), self.messages(&self.outputs.dlq_url))
        else {
            bail!("the queues do not say how many messages they have")
        };
        Ok(Depth { intake, dlq })
    }

    async fn messages(&self, queue_url: &str) -> Result<i64> {
        let ask =
            Client::new(&self.sdk).get_queue_attributes().queue_url(queue_url).attribute_names(QueueAttributeName::All);
        let attributes = ask.send().await.context("the queue's attributes")?.attributes.unwrap_or_default();
        let count =
            |name: QueueAttributeName| attributes.get(&name).and_then(|count| count.parse::<i64>().ok()).unwrap_or(0);
        Ok(count(QueueAttributeName::ApproximateNumberOfMessages)
            + count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            + count(QueueAttributeName::ApproximateNumberOfMessagesDelayed))
    }

    /// Seconds that a message of the intake queue that was received stays invisible.
    pub(crate) async fn visibility(&self) -> Result<u32> {
        let ask = Client::new(&self.sdk).get_queue_attributes().queue_url(&self.outputs.queue_url);
        let ask = ask.attribute_names(QueueAttributeName::VisibilityTimeout).send().await;
        let attributes = ask.context("the queue's attributes")?.attributes.unwrap_or_default();
        let seconds = attributes.get(&QueueAttributeName::VisibilityTimeout).and_then(|it| it.parse().ok());
        seconds.context("the queue has no visibility timeout")
    }

    pub(crate) async fn set_visibility(&self, seconds: u32) -> Result<()> {
        let set = Client::new(&self.sdk).set_queue_attributes().queue_url(&self.outputs.queue_url);
        let set = set.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string());
        set.send().await.context("cannot set the queue's visibility timeout")?;
        Ok(())
    }

    /// Waits until nothing is on its way.
    pub(crate) async fn at_rest(&self) -> Result<Depth> {
        wait::until("the intake queue to be empty", Duration::from_secs(60), async || {
            let depth = self.depth().await?;
            Ok((depth.intake == 0).then_some(depth))
        })
        .await
    }

    /// Waits for a message of the dead-letter queue that holds `mark`, and takes it out.
    pub(crate) async fn take_dead_letter_message(&self, mark: &str) -> Result<QueueMessage> {
        let what = format!("a message with {mark} in the dead-letter queue");
        wait::until(&what, Duration::from_secs(45), async || {
            let receive =
                Client::new(&self.sdk).receive_message().queue_url(&self.outputs.dlq_url).max_number_of_messages(10);
            let received = receive.visibility_timeout(1).message_attribute_names("All").send().await?;
            let ours = received.messages.unwrap_or_default().into_iter().find(|message| holds(message, mark));
            let Some(message) = ours else { return Ok(None) };
            let delete = Client::new(&self.sdk).delete_message().queue_url(&self.outputs.dlq_url);
            delete.receipt_handle(message.receipt_handle.clone().unwrap_or_default()).send().await?;
            Ok(Some(QueueMessage::from(message)))
        })
        .await
    }

    /// A message of the intake queue that holds `mark`; it is shown again after a second.
    pub(crate) async fn peek(&self, mark: &str) -> Result<QueueMessage> {
        let what = format!("a message with {mark} on the intake queue");
        wait::until(&what, Duration::from_secs(20), async || {
            let receive = Client::new(&self.sdk).receive_message().queue_url(&self.outputs.queue_url);
            let receive = receive.visibility_timeout(1).message_system_attribute_names(MessageSystemAttributeName::All);
            let received = receive.max_number_of_messages(10).wait_time_seconds(1).send().await?;
            let ours = received.messages.unwrap_or_default().into_iter().find(|message| holds(message, mark));
            Ok(ours.map(QueueMessage::from))
        })
        .await
    }

    /// Waits until the dead-letter queue holds so many messages.
    pub(crate) async fn dead_letters(&self, count: i64) -> Result<()> {
        let what = format!("{count} messages in the dead-letter queue");
        wait::until(&what, Duration::from_secs(45), async || {
            let depth = self.depth().await?;
            Ok((depth.intake == 0 && depth.dlq == count).then_some(()))
        })
        .await
    }

    /// Has SQS move everything from the dead-letter queue to the intake queue. The queue has to be named: what process
    /// itself has sent there carries no source that SQS could find it by, and a task without one fails with
    /// `CouldNotDetermineMessageSource`.
    ///
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
    pub(crate) async fn redrive(&self) -> Result<()> {
        let start = Client::new(&self.sdk).start_message_move_task().source_arn(&self.outputs.dlq_arn);
        start.destination_arn(&self.outputs.queue_arn).send().await.context("cannot start a move of messages")?;
        Ok(())
    }

    pub(crate) async fn purge(&self) -> Result<()> {
        for queue_url in [&self.outputs.queue_url, &self.outputs.dlq_url] {
            Client::new(&self.sdk).purge_queue().queue_url(queue_url).send().await.context("cannot purge a queue")?;
        }
        Ok(())
    }

    /// Puts events on the intake queue in one call, past ingest.
    pub(crate) async fn enqueue_events(&self, events: &[Event<Payload>]) -> Result<()> {
        self.enqueue(&events.iter().map(Event::to_json).collect::<Result<Vec<_>, _>>()?).await
    }

    /// Puts messages on the intake queue in one call, past ingest.
    pub(crate) async fn enqueue(&self, messages: &[String]) -> Result<()> {
        let mut batch = Client::new(&self.sdk).send_message_batch().queue_url(&self.outputs.queue_url);
        for (id, message) in messages.iter().enumerate() {
            batch = batch
                .entries(SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body(message).build()?);
        }
        let sent = batch.send().await.context("cannot enqueue")?;
        if !sent.failed.is_empty() {
            bail!("{} messages were not enqueued", sent.failed.len());
        }
        Ok(())
    }
}

fn holds(message: &Message, mark: &str) -> bool {
    message.body.as_deref().is_some_and(|body| body.contains(mark))
}

impl From<Message> for QueueMessage {
    fn from(message: Message) -> Self {
        let own = message.message_attributes.unwrap_or_default().into_iter();
        let own = own.filter_map(|(name, value)| Some((name, value.string_value?)));
        let systems = message.attributes.unwrap_or_default().into_iter();
        let attributes = systems.map(|(name, value)| (name.as_str().to_owned(), value)).chain(own).collect();
        Self { body: message.body.unwrap_or_default(), attributes }
    }
}
