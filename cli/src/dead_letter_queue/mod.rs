//! Operations on the dead-letter queue. SQS cannot list messages: a reader receives them, and each received message stays
//! hidden for a while. So every operation receives all messages once and makes the messages visible again that it does
//! not need. A message is deleted only after the intake queue has confirmed it, so an interruption loses nothing.

mod filter;
mod message;
mod receive;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use tokio::time::Instant;

pub use self::filter::Filter;
pub use self::message::DeadLetterMessage;
pub use self::receive::{ReadLimits, ReadMessages};
use crate::output::ProgressBar;
use crate::target::{Resources, Target};

/// The dead-letter queue of a deployment.
pub struct DeadLetterQueue {
    client: Client,
    resources: Resources,
}

impl DeadLetterQueue {
    /// Returns the dead-letter queue of a deployment.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self { client: Client::new(&target.sdk), resources: target.resources }
    }

    /// Returns the prefix of the deployment's resources, which names the deployment in questions.
    #[must_use]
    pub fn deployment(&self) -> &str {
        self.resources.prefix()
    }

    /// Lists all visible messages, oldest first.
    ///
    /// # Errors
    ///
    /// If the queue cannot be read.
    pub async fn list(&self) -> Result<Vec<DeadLetterMessage>> {
        let messages = self.receive_all().await?;
        self.make_visible(&messages).await;
        Ok(messages)
    }

    /// Moves the matching messages to the intake queue, at most `rate` per second. Returns the number of moved messages.
    ///
    /// # Errors
    ///
    /// If the queue cannot be read, or a message cannot be moved. The messages that were not moved stay in the queue.
    pub async fn redrive(&self, filter: &Filter, rate: Option<u32>) -> Result<usize> {
        let mut bar = None;
        let on_progress = |moved, total| {
            let bar = bar.get_or_insert_with(|| ProgressBar::start("redrive", total));
            if moved > 0 {
                bar.advance();
            }
        };
        self.redrive_selected(|message| filter.matches(message), rate, on_progress).await
    }

    /// Moves the selected messages as [`redrive`](Self::redrive) does. `on_progress` gets the numbers of moved and of
    /// selected messages, at first with none moved.
    ///
    /// # Errors
    ///
    /// If the queue cannot be read, or a message cannot be moved. The messages that were not moved stay in the queue.
    pub async fn redrive_selected(
        &self,
        is_selected: impl Fn(&DeadLetterMessage) -> bool,
        rate: Option<u32>,
        mut on_progress: impl FnMut(usize, usize),
    ) -> Result<usize> {
        let selected = self.receive_selected(is_selected).await?;
        let total = selected.len();
        on_progress(0, total);
        let pause = rate.map(|rate| Duration::from_secs_f64(1.0 / f64::from(rate.max(1))));
        let mut next = Instant::now();
        for (moved, message) in selected.iter().enumerate() {
            tokio::time::sleep_until(next).await;
            next = pause.map_or(next, |pause| Instant::now() + pause);
            if let Err(error) = self.move_message(message).await {
                self.make_visible(selected.get(moved..).unwrap_or_default()).await;
                return Err(error.context(format!("moved {moved} of {total} messages; the others stay in the queue")));
            }
            on_progress(moved + 1, total);
        }
        Ok(total)
    }

    /// Starts a message move task, in which SQS itself moves all messages. Returns the task's handle, or `None` if the
    /// endpoint does not support move tasks.
    ///
    /// # Errors
    ///
    /// If SQS rejects the task.
    pub async fn start_move_task(&self, rate: Option<u32>) -> Result<Option<String>> {
        let start = self.client.start_message_move_task().source_arn(&self.resources.dlq_arn);
        // SQS cannot find the destination by itself: messages that the process function sent have no source queue.
        let start = start.destination_arn(&self.resources.queue_arn);
        let rate = rate.and_then(|rate| i32::try_from(rate).ok());
        match start.set_max_number_of_messages_per_second(rate).send().await {
            Ok(started) => Ok(Some(started.task_handle.unwrap_or_default())),
            Err(error) => {
                let text = format!("{:?}", error.into_service_error());
                let unsupported = ["InvalidAction", "UnsupportedOperation", "UnknownOperation"];
                if unsupported.iter().any(|code| text.contains(code)) {
                    return Ok(None);
                }
                bail!("SQS rejects the message move task: {text}")
            }
        }
    }

    /// Deletes the messages with these ids: of an event or of an SQS message. Returns the deleted messages. An event has
    /// one message for each destination that did not receive it.
    ///
    /// # Errors
    ///
    /// If the queue cannot be read, or a message cannot be deleted. The messages that were not deleted stay in the queue.
    pub async fn delete(&self, ids: &[String]) -> Result<Vec<DeadLetterMessage>> {
        self.delete_selected(|message| message.has_id(ids)).await
    }

    /// Deletes the selected messages. Returns the deleted messages.
    ///
    /// # Errors
    ///
    /// If the queue cannot be read, or a message cannot be deleted. The messages that were not deleted stay in the queue.
    pub async fn delete_selected(
        &self,
        is_selected: impl Fn(&DeadLetterMessage) -> bool,
    ) -> Result<Vec<DeadLetterMessage>> {
        let selected = self.receive_selected(is_selected).await?;
        for (deleted, message) in selected.iter().enumerate() {
            if let Err(error) = self.delete_message(message).await {
                self.make_visible(selected.get(deleted..).unwrap_or_default()).await;
                let total = selected.len();
                return Err(
                    error.context(format!("deleted {deleted} of {total} messages; the others stay in the queue"))
                );
            }
        }
        Ok(selected)
    }

    /// Deletes all messages.
    ///
    /// # Errors
    ///
    /// If SQS rejects the request.
    pub async fn purge(&self) -> Result<()> {
        let request = self.client.purge_queue().queue_url(&self.resources.dlq_url);
        request.send().await.context("cannot purge the dead-letter queue")?;
        Ok(())
    }

    /// Returns the approximate number of visible messages.
    ///
    /// # Errors
    ///
    /// If SQS does not respond.
    pub async fn count(&self) -> Result<i64> {
        let request = self.client.get_queue_attributes().queue_url(&self.resources.dlq_url);
        let response = request.attribute_names(QueueAttributeName::ApproximateNumberOfMessages).send().await;
        let attributes = response.context("cannot read the attributes of the dead-letter queue")?.attributes;
        let count = attributes.unwrap_or_default().remove(&QueueAttributeName::ApproximateNumberOfMessages);
        Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    /// Sends a message to the intake queue.
    ///
    /// # Errors
    ///
    /// If the intake queue does not confirm the message.
    pub async fn replay(&self, message: &str) -> Result<()> {
        let send = self.client.send_message().queue_url(&self.resources.queue_url).message_body(message);
        send.send().await.context("the intake queue did not confirm the message")?;
        Ok(())
    }

    /// Receives all messages, and makes those visible again that are not selected.
    async fn receive_selected(
        &self,
        is_selected: impl Fn(&DeadLetterMessage) -> bool,
    ) -> Result<Vec<DeadLetterMessage>> {
        let (selected, others): (Vec<_>, Vec<_>) = self.receive_all().await?.into_iter().partition(is_selected);
        self.make_visible(&others).await;
        Ok(selected)
    }

    async fn move_message(&self, message: &DeadLetterMessage) -> Result<()> {
        self.replay(&message.body).await?;
        let delete = self.delete_message(message).await;
        delete.context("the message is on the intake queue and still in the dead-letter queue")
    }

    async fn delete_message(&self, message: &DeadLetterMessage) -> Result<()> {
        let delete = self.client.delete_message().queue_url(&self.resources.dlq_url);
        let delete = delete.receipt_handle(&message.receipt_handle).send().await;
        delete.with_context(|| format!("cannot delete message `{}`", message.message_id))?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
