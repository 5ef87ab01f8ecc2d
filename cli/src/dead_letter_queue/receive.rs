use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_sqs::operation::change_message_visibility_batch::builders::ChangeMessageVisibilityBatchFluentBuilder;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, MessageSystemAttributeName};
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use super::{DeadLetterMessage, DeadLetterQueue};

/// Visibility timeout of received messages, long enough to list or move all of them.
const VISIBILITY_TIMEOUT_SECONDS: i32 = 120;
/// Consecutive empty responses after which the queue counts as read: SQS samples its servers, so one empty response is
/// not enough. <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html>
const EMPTY_RESPONSES: u32 = 2;
/// The most messages of one call.
const PAGE: usize = 10;
/// The calls that make messages visible at the same time.
const CONCURRENCY: usize = 8;

/// When reading ends, although the queue may have more messages.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// The most messages.
    pub messages: usize,
    /// The time after which no further call begins. The first call is always made.
    pub time: Duration,
}

impl ReadLimits {
    /// No limit: the complete queue is read.
    pub(super) const NONE: Self = Self { messages: usize::MAX, time: Duration::MAX };
}

/// Messages of the queue.
#[derive(Debug, Clone, Default)]
pub struct ReadMessages {
    /// The messages, oldest first.
    pub messages: Vec<DeadLetterMessage>,
    /// Whether all visible messages were read.
    pub is_complete: bool,
}

impl DeadLetterQueue {
    /// Lists visible messages up to a limit, or up to one for which `is_last` is true. SQS decides which ones are the first.
    ///
    /// # Errors
    ///
    /// If the queue cannot be read.
    pub async fn list_until(
        &self,
        limits: ReadLimits,
        is_last: impl Fn(&DeadLetterMessage) -> bool,
    ) -> Result<ReadMessages> {
        let read = self.receive(limits, is_last).await?;
        self.make_visible(&read.messages).await;
        Ok(read)
    }

    pub(super) async fn receive_all(&self) -> Result<Vec<DeadLetterMessage>> {
        Ok(self.receive(ReadLimits::NONE, |_| false).await?.messages)
    }

    /// Receives messages, which are hidden from other readers then. After an error, they are visible again.
    async fn receive(&self, limits: ReadLimits, is_last: impl Fn(&DeadLetterMessage) -> bool) -> Result<ReadMessages> {
        let started = Instant::now();
        let (mut messages, mut empty) = (Vec::new(), 0);
        let mut is_complete = false;
        while !is_complete {
            let left = limits.messages.saturating_sub(messages.len());
            let is_late = started.elapsed() >= limits.time && !messages.is_empty();
            if left == 0 || is_late {
                break;
            }
            let page = match self.receive_page(left.min(PAGE)).await {
                Ok(page) => page,
                Err(error) => {
                    self.make_visible(&messages).await;
                    return Err(error);
                }
            };
            empty = if page.is_empty() { empty + 1 } else { 0 };
            is_complete = empty >= EMPTY_RESPONSES;
            let has_last = page.iter().any(&is_last);
            messages.extend(page);
            if has_last {
                break;
            }
        }
        messages.sort_by_key(|message| message.first_seen_ms);
        Ok(ReadMessages { messages, is_complete })
    }

    async fn receive_page(&self, count: usize) -> Result<Vec<DeadLetterMessage>> {
        let receive = self.client.receive_message().queue_url(&self.resources.dlq_url);
        let receive = receive.max_number_of_messages(count.try_into()?).visibility_timeout(VISIBILITY_TIMEOUT_SECONDS);
        let receive = receive.message_attribute_names("All");
        let response = receive.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
        let messages = response.context("cannot read the dead-letter queue")?.messages.unwrap_or_default();
        Ok(messages.into_iter().map(DeadLetterMessage::new).collect())
    }

    /// Makes messages visible to other readers. If this fails, SQS does it after the visibility timeout.
    pub(super) async fn make_visible(&self, messages: &[DeadLetterMessage]) {
        let requests: Vec<_> = messages.chunks(PAGE).map(|page| self.visibility_request(page)).collect();
        let calls = stream::iter(requests).map(async |request| drop(request.send().await));
        calls.buffer_unordered(CONCURRENCY).collect::<()>().await;
    }

    fn visibility_request(&self, page: &[DeadLetterMessage]) -> ChangeMessageVisibilityBatchFluentBuilder {
        let entry = |(id, message): (usize, &DeadLetterMessage)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id.to_string());
            entry.receipt_handle(&message.receipt_handle).visibility_timeout(0).build().ok()
        };
        let entries: Vec<_> = page.iter().enumerate().filter_map(entry).collect();
        let change = self.client.change_message_visibility_batch().queue_url(&self.resources.dlq_url);
        change.set_entries(Some(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::FakeQueue;
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn any(_: &DeadLetterMessage) -> bool {
        false
    }

    #[tokio::test]
    async fn reading_ends_at_the_number_of_messages_and_makes_them_visible() {
        let (queue, target) = FakeQueue::start(40).await;
        let limits = ReadLimits { messages: 25, time: MINUTE };
        let read = DeadLetterQueue::new(target).list_until(limits, any).await.unwrap();
        assert_eq!((read.messages.len(), read.is_complete, queue.hidden()), (25, false, 0));
        assert_eq!(queue.received(), 25);
    }

    #[tokio::test]
    async fn reading_ends_at_the_deadline_and_makes_the_messages_visible() {
        let (queue, target) = FakeQueue::start(40).await;
        let limits = ReadLimits { messages: 1000, time: Duration::ZERO };
        let read = DeadLetterQueue::new(target).list_until(limits, any).await.unwrap();
        assert_eq!((read.messages.len(), read.is_complete, queue.hidden()), (10, false, 0));
    }

    #[tokio::test]
    async fn reading_ends_with_the_message_that_is_searched_for() {
        let (queue, target) = FakeQueue::start(40).await;
        let limits = ReadLimits { messages: 1000, time: MINUTE };
        let read = DeadLetterQueue::new(target).list_until(limits, |message| message.message_id == "m-12").await;
        assert_eq!((read.unwrap().messages.len(), queue.hidden()), (20, 0));
    }

    #[tokio::test]
    async fn a_short_queue_is_read_completely() {
        let (queue, target) = FakeQueue::start(25).await;
        let limits = ReadLimits { messages: 1000, time: MINUTE };
        let queue_reader = DeadLetterQueue::new(target);
        let read = queue_reader.list_until(limits, any).await.unwrap();
        assert_eq!((read.messages.len(), read.is_complete, queue.hidden()), (25, true, 0));
        assert_eq!((queue_reader.list().await.unwrap().len(), queue.hidden()), (25, 0));
    }

    #[tokio::test]
    async fn messages_are_visible_again_after_an_error() {
        let (queue, target) = FakeQueue::start(40).await;
        queue.fail_after(20);
        assert!(DeadLetterQueue::new(target).list().await.is_err());
        assert_eq!((queue.received(), queue.hidden()), (20, 0));
    }
}
