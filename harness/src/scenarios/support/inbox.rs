use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use crate::stack::{QueueMessage, Stack};
use crate::system::wait;

/// Messages that scenarios have taken from the team's queues, by the name of the queue. Concurrent scenarios share them,
/// because a message can be taken only once.
#[derive(Debug, Default)]
pub(crate) struct Inbox(tokio::sync::Mutex<BTreeMap<String, Vec<QueueMessage>>>);

impl Inbox {
    /// Waits for a message of a queue with a text. Returns all messages with this text that have arrived until now.
    pub(crate) async fn wait_for(&self, stack: &Stack, queue: &str, text: &str) -> Result<Vec<QueueMessage>> {
        let condition = format!("a message with `{text}` on the queue `{queue}`");
        wait::until(&condition, Duration::from_secs(30), async || {
            let mut inbox = self.0.lock().await;
            let messages = inbox.entry(queue.to_owned()).or_default();
            messages.extend(stack.take_messages(queue).await?);
            let matching: Vec<_> = messages.iter().filter(|message| message.body.contains(text)).cloned().collect();
            Ok((!matching.is_empty()).then_some(matching))
        })
        .await
    }
}
