use std::collections::BTreeSet;

use super::claims::Claim;
use super::remaining::Remaining;
use crate::dead_letter_queue::DeadLetterMessage;
use crate::event_log::LoggedEvent;

/// What Hookline stores of one event.
#[derive(Debug, Clone)]
pub struct EventData {
    /// Id of the event.
    pub id: String,
    /// Messages of the dead-letter queue: one for each destination that did not receive the event.
    pub messages: Vec<DeadLetterMessage>,
    /// The event in the event log, once for each request of it.
    pub logged: Vec<LoggedEvent>,
    /// S3 URIs of the offloaded payload.
    pub payloads: BTreeSet<String>,
    /// Items of the idempotency table: one for each delivery.
    pub claims: Vec<Claim>,
    /// What is not deleted.
    pub remaining: Remaining,
}

impl EventData {
    /// Whether there is nothing to delete.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.logged.is_empty() && self.payloads.is_empty() && self.claims.is_empty()
    }
}
