use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Value, json};

use crate::destinations::{QueueDepth, retention_seconds};
use crate::event_trace::LogEntry;
use crate::target::Target;

/// What is not deleted, and for how long it exists at most.
#[derive(Debug, Clone, Default)]
pub struct Remaining {
    /// The intake queue.
    pub intake: LaneMessages,
    /// The retry queue.
    pub retry: LaneMessages,
    /// The age in seconds at which Hookline gives up deliveries of the retry queue.
    pub give_up_seconds: u32,
    /// Destinations that received the event, from the log.
    pub delivered_to: BTreeSet<String>,
    /// Start of the search of the log, in seconds since 1970.
    pub log_since: i64,
}

/// All messages of a queue. SQS cannot search for the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LaneMessages {
    /// Approximate number of messages.
    pub count: u64,
    /// Seconds after which SQS deletes a message that nothing receives.
    pub retention_seconds: u64,
}

impl LaneMessages {
    pub(super) async fn read(target: &Target, queue_url: &str) -> Result<Self> {
        let (depth, retention) =
            tokio::try_join!(QueueDepth::read(target, queue_url), retention_seconds(target, queue_url))?;
        Ok(Self { count: depth.total(), retention_seconds: retention.unwrap_or_default() })
    }

    fn json(self) -> Value {
        json!({ "messages": self.count, "retention_seconds": self.retention_seconds })
    }
}

impl Remaining {
    /// Returns the destinations that received the event.
    pub(super) fn delivered_to(entries: &[LogEntry]) -> BTreeSet<String> {
        let is_delivered = |entry: &&LogEntry| {
            ["delivered", "already_delivered"].iter().any(|outcome| entry.fields["outcome"] == *outcome)
        };
        let delivered = entries.iter().filter(is_delivered);
        delivered.filter_map(|entry| entry.fields["destination"].as_str().map(str::to_owned)).collect()
    }

    /// Returns what remains as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "intake_queue": self.intake.json(), "retry_queue": self.retry.json(),
            "give_up_seconds": self.give_up_seconds, "delivered_to": self.delivered_to, "log_since": self.log_since,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_has_the_destinations_that_received_the_event() {
        let entry = |outcome: &str, destination: &str| LogEntry {
            time_ms: 0,
            component: "process",
            fields: json!({ "outcome": outcome, "destination": destination }),
        };
        let entries = [
            entry("delivered", "orders"),
            entry("already_delivered", "audit"),
            entry("retried", "ledger"),
            entry("delivered", "orders"),
        ];
        assert_eq!(Remaining::delivered_to(&entries), BTreeSet::from(["audit", "orders"].map(str::to_owned)));
    }
}
