//! The event log of the stack.

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use hookline_event_log::{AttemptEntry, Entry, EventEntry, EventSummary, StoredEvent, event_key};

use super::Stack;

/// An event of the log with its attempts.
pub(crate) struct LoggedEvent {
    pub(crate) event: EventEntry,
    pub(crate) attempts: Vec<AttemptEntry>,
}

impl LoggedEvent {
    pub(crate) fn summary(&self) -> EventSummary {
        EventSummary::new(&self.event, &self.attempts)
    }
}

impl Stack {
    /// Returns an event of the log; `None` if the log has no event with this id, or only attempts.
    pub(crate) async fn logged_event(&self, source: &str, id: &str) -> Result<Option<LoggedEvent>> {
        let table = self.outputs.event_log_table.as_deref().context("the stack has no event log")?;
        let query = Client::new(&self.sdk).query().table_name(table).key_condition_expression("#event = :event");
        let query = query.expression_attribute_names("#event", "event");
        let query = query.expression_attribute_values(":event", AttributeValue::S(event_key(source, id)));
        let items = query.consistent_read(true).send().await.context("cannot read the event log")?.items;
        let (mut event, mut attempts) = (None, Vec::new());
        for item in items.unwrap_or_default() {
            match Entry::from_item(item)? {
                Entry::Event(entry) => event = Some(*entry),
                Entry::Attempt(entry) => attempts.push(*entry),
            }
        }
        Ok(event.map(|event| LoggedEvent { event, attempts }))
    }

    /// Returns an event of the log with its payload.
    pub(crate) async fn stored_event(&self, event: &EventEntry) -> Result<StoredEvent> {
        let location = event.object.as_ref().context("the event has no object")?;
        let object = self.object(&self.outputs.payloads_bucket, &location.key).await?;
        let (start, length) = (usize::try_from(location.offset)?, usize::try_from(location.length)?);
        let member = object.body.get(start..start + length).context("the object is shorter than the location")?;
        Ok(StoredEvent::read(member)?)
    }
}
