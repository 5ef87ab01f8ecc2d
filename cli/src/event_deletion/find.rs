use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use hookline_event::Payload;

use super::claims;
use super::event_data::EventData;
use super::remaining::{LaneMessages, Remaining};
use crate::clock::unix_seconds;
use crate::dead_letter_queue::{DeadLetterMessage, DeadLetterQueue};
use crate::event_trace::{self, LogEntry};
use crate::target::{DeliveryConfiguration, Target};

impl EventData {
    /// Finds what Hookline stores of an event. `source` selects the event if several sources use the id. `since` limits the
    /// search of the log, which has the source of an event that is not in the dead-letter queue, and the destinations that
    /// received it.
    ///
    /// # Errors
    ///
    /// If a queue, the table, the log or the configuration of the process function cannot be read.
    pub async fn find(target: &Target, id: &str, source: Option<&str>, since: Duration) -> Result<Self> {
        let resources = &target.resources;
        let queue = DeadLetterQueue::new(target.clone());
        let (configuration, messages, entries, intake, retry) = tokio::try_join!(
            target.delivery_configuration(),
            queue.list(),
            event_trace::find(target, id, since),
            LaneMessages::read(target, &resources.queue_url),
            LaneMessages::read(target, &resources.retry_queue_url),
        )?;
        // Not `has_id`: the id of an SQS message is not that of an event.
        let is_event =
            |message: &DeadLetterMessage| message.id == id && source.is_none_or(|source| source == message.source);
        let messages: Vec<_> = messages.into_iter().filter(is_event).collect();
        let claims = match configuration.state_table() {
            Ok(table) => {
                let keys = claims::dedup_keys(id, &messages, source.or_else(|| logged_source(&entries)));
                claims::find(&target.sdk, table, &keys, &destinations(&configuration, &messages)).await?
            }
            Err(_) => Vec::new(),
        };
        let log_since = unix_seconds().saturating_sub(since.as_secs().try_into().unwrap_or(i64::MAX)).max(0);
        let remaining = Remaining {
            intake,
            retry,
            give_up_seconds: configuration.longest_give_up_seconds(),
            delivered_to: Remaining::delivered_to(&entries),
            log_since,
        };
        Ok(Self { id: id.to_owned(), payloads: payloads(&messages), messages, claims, remaining })
    }
}

fn logged_source(entries: &[LogEntry]) -> Option<&str> {
    entries.iter().find_map(|entry| entry.fields["source"].as_str())
}

/// Returns the configured destinations, and those that the event failed at.
fn destinations(configuration: &DeliveryConfiguration, messages: &[DeadLetterMessage]) -> BTreeSet<String> {
    let failed = messages.iter().map(|message| message.destination.clone()).filter(|name| !name.is_empty());
    configuration.destinations.iter().cloned().chain(failed).collect()
}

fn payloads(messages: &[DeadLetterMessage]) -> BTreeSet<String> {
    let offloaded = |message: &DeadLetterMessage| match &message.event()?.data {
        Payload::Offloaded { uri } => Some(uri.clone()),
        Payload::Inline(_) => None,
    };
    messages.iter().filter_map(offloaded).collect()
}
