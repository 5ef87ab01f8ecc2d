//! What an operator does with the dead-letter queue. SQS cannot be browsed: whoever looks receives, and what is received
//! is hidden for a while. So everything is received once, what is not wanted is shown again at once, and a message is
//! deleted only after the intake queue has confirmed it: whatever interrupts this loses nothing.

mod filter;
mod letter;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, MessageSystemAttributeName, QueueAttributeName};
use tokio::time::Instant;

pub(crate) use self::filter::Filter;
pub(crate) use self::letter::Letter;
use crate::progress::Bar;
use crate::target::Target;

/// For how long what is received stays hidden: as long as a look or a move of a page may take.
const HIDDEN_SECONDS: i32 = 120;
/// An empty answer of a queue that spreads over servers may be one server's: so many in a row are believed.
const EMPTY_ANSWERS: u32 = 2;

/// The dead-letter queue of a stack.
pub(crate) struct DeadLetters {
    client: Client,
    target: Target,
}

impl DeadLetters {
    pub(crate) fn of(target: Target) -> Self {
        Self { client: Client::new(&target.sdk), target }
    }

    /// All that can be seen now, the oldest first. They are shown again to others.
    pub(crate) async fn list(&self) -> Result<Vec<Letter>> {
        let letters = self.receive_all().await?;
        self.show_again(&letters).await;
        Ok(letters)
    }

    /// Moves what matches to the intake queue, at most `rate` a second; gives how many.
    pub(crate) async fn redrive(&self, filter: &Filter, rate: Option<u32>) -> Result<usize> {
        let letters = self.receive_all().await?;
        let (wanted, others): (Vec<_>, Vec<_>) = letters.into_iter().partition(|letter| filter.matches(letter));
        self.show_again(&others).await;
        let bar = Bar::start("redrive", wanted.len());
        let pause = rate.map(|rate| Duration::from_secs_f64(1.0 / f64::from(rate.max(1))));
        let mut next = Instant::now();
        for (moved, letter) in wanted.iter().enumerate() {
            tokio::time::sleep_until(next).await;
            next = pause.map_or(next, |pause| Instant::now() + pause);
            if let Err(error) = self.move_one(letter).await {
                self.show_again(wanted.get(moved..).unwrap_or_default()).await;
                return Err(
                    error.context(format!("{moved} of {} were moved, the others are where they were", wanted.len()))
                );
            }
            bar.advance();
        }
        Ok(wanted.len())
    }

    /// Has SQS itself move everything. `None` if it cannot.
    pub(crate) async fn move_task(&self, rate: Option<u32>) -> Result<Option<String>> {
        let start = self.client.start_message_move_task().source_arn(&self.target.outputs.dlq_arn);
        // Named, because what process has sent there carries no source that SQS could find it by.
        let start = start.destination_arn(&self.target.outputs.queue_arn);
        let rate = rate.and_then(|rate| i32::try_from(rate).ok());
        match start.set_max_number_of_messages_per_second(rate).send().await {
            Ok(started) => Ok(Some(started.task_handle.unwrap_or_default())),
            Err(error) => {
                let text = format!("{:?}", error.into_service_error());
                if ["InvalidAction", "UnsupportedOperation", "UnknownOperation"].iter().any(|word| text.contains(word))
                {
                    return Ok(None);
                }
                bail!("SQS starts no move: {text}")
            }
        }
    }

    /// Deletes everything.
    pub(crate) async fn purge(&self) -> Result<()> {
        self.client
            .purge_queue()
            .queue_url(&self.target.outputs.dlq_url)
            .send()
            .await
            .context("cannot purge the dead-letter queue")?;
        Ok(())
    }

    /// About how many there are.
    pub(crate) async fn count(&self) -> Result<i64> {
        let ask = self.client.get_queue_attributes().queue_url(&self.target.outputs.dlq_url);
        let answer = ask.attribute_names(QueueAttributeName::ApproximateNumberOfMessages).send().await;
        let attributes = answer.context("the dead-letter queue does not say how many messages it has")?.attributes;
        let count = attributes.unwrap_or_default().remove(&QueueAttributeName::ApproximateNumberOfMessages);
        Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    /// Puts a message on the intake queue.
    pub(crate) async fn replay(&self, message: &str) -> Result<()> {
        let send = self.client.send_message().queue_url(&self.target.outputs.queue_url).message_body(message);
        send.send().await.context("the intake queue did not confirm")?;
        Ok(())
    }

    async fn receive_all(&self) -> Result<Vec<Letter>> {
        let (mut letters, mut empty) = (Vec::new(), 0);
        while empty < EMPTY_ANSWERS {
            let receive =
                self.client.receive_message().queue_url(&self.target.outputs.dlq_url).max_number_of_messages(10);
            let receive = receive.visibility_timeout(HIDDEN_SECONDS).message_attribute_names("All");
            let received = receive.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
            let messages = received.context("cannot read the dead-letter queue")?.messages.unwrap_or_default();
            empty = if messages.is_empty() { empty + 1 } else { 0 };
            letters.extend(messages.into_iter().map(Letter::new));
        }
        letters.sort_by_key(|letter| letter.first_seen_ms);
        Ok(letters)
    }

    async fn move_one(&self, letter: &Letter) -> Result<()> {
        self.replay(&letter.body).await?;
        let delete =
            self.client.delete_message().queue_url(&self.target.outputs.dlq_url).receipt_handle(&letter.receipt_handle);
        delete.send().await.context("moved, but still in the dead-letter queue too")?;
        Ok(())
    }

    /// What fails here is shown again by the queue itself, when it was hidden for long enough.
    async fn show_again(&self, letters: &[Letter]) {
        for page in letters.chunks(10) {
            let entry = |(id, letter): (usize, &Letter)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id.to_string());
                entry.receipt_handle(&letter.receipt_handle).visibility_timeout(0).build().ok()
            };
            let entries: Vec<_> = page.iter().enumerate().filter_map(entry).collect();
            let change = self.client.change_message_visibility_batch().queue_url(&self.target.outputs.dlq_url);
            let _ = change.set_entries(Some(entries)).send().await;
        }
    }
}
