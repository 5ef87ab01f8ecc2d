use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use hookline_event::Payload;

use super::claims;
use super::event_data::EventData;
use super::remaining::{LaneMessages, Remaining};
use crate::clock::unix_seconds;
use crate::dead_letter_queue::{DeadLetterMessage, DeadLetterQueue};
use crate::event_log::{EventLog, LoggedEvent, SelectedKey};
use crate::event_trace::{self, LogEntry};
use crate::target::{DeliveryConfiguration, Target};

/// Which event is deleted.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventSelection<'a> {
    /// Id of the event.
    pub id: &'a str,
    /// Name of the source, if several sources use the id.
    pub source: Option<&'a str>,
    /// Beginning of the deduplication key, if several events of the source have the id.
    pub key: Option<&'a str>,
}

impl EventData {
    /// Finds what Hookline stores of an event. `since` limits the search of the log, which has the source of an event that is
    /// not in the dead-letter queue, and the destinations that received it.
    ///
    /// # Errors
    ///
    /// If several events are selected; or if a queue, the table, the log or the configuration of the process function cannot
    /// be read.
    pub async fn find(target: &Target, selection: EventSelection<'_>, since: Duration) -> Result<Self> {
        let EventSelection { id, source, .. } = selection;
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
        let log = EventLog::of(target.clone(), configuration.clone()).await?;
        let logged = match &log {
            Some(log) => log.events(id, source).await?,
            None => Vec::new(),
        };
        let (key, messages, logged) = select(selection, messages, logged)?;
        let mut payloads = offloaded(&messages);
        if let Some(log) = &log {
            payloads.extend(logged_payloads(log, &logged).await?);
        }
        let claims = match configuration.state_table() {
            Ok(table) => {
                let source = source.or_else(|| logged_source(&entries));
                let keys = claims::dedup_keys((id, &key), &messages, &logged, source);
                claims::find(&target.sdk, table, &keys, &destinations(&configuration, &messages, &logged)).await?
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
        Ok(Self { id: id.to_owned(), payloads, messages, logged, claims, remaining })
    }
}

/// Returns the key of the selected event, with the messages and the entries of the event log that belong to it. Fails if
/// several events are selected.
fn select(
    EventSelection { id, key, .. }: EventSelection<'_>,
    mut messages: Vec<DeadLetterMessage>,
    mut logged: Vec<LoggedEvent>,
) -> Result<(SelectedKey, Vec<DeadLetterMessage>, Vec<LoggedEvent>)> {
    if key.is_none() {
        // Keys of several sources always differ, and --source is the simpler option.
        check_source(id, &messages, &logged)?;
    }
    let keys = messages.iter().map(DeadLetterMessage::key).chain(logged.iter().map(LoggedEvent::key));
    let key = SelectedKey::of(id, keys, key)?;
    messages.retain(|message| key.includes(message.key()));
    logged.retain(|logged| key.includes(logged.key()));
    check_source(id, &messages, &logged)?;
    Ok((key, messages, logged))
}

/// Fails if several sources have an event with the id: it would be deleted for all of them.
fn check_source(id: &str, messages: &[DeadLetterMessage], logged: &[LoggedEvent]) -> Result<()> {
    let of_messages = messages.iter().map(|message| message.source.as_str());
    let sources: BTreeSet<_> = of_messages.chain(logged.iter().map(|logged| logged.event.source.as_str())).collect();
    let names = Vec::from_iter(sources.iter().copied()).join(", ");
    ensure!(sources.len() <= 1, "several sources have an event `{id}`: add --source with one of {names}");
    Ok(())
}

fn logged_source(entries: &[LogEntry]) -> Option<&str> {
    entries.iter().find_map(|entry| entry.fields["source"].as_str())
}

/// Returns the URIs of the payloads that entries of the event log refer to.
async fn logged_payloads(log: &EventLog, logged: &[LoggedEvent]) -> Result<BTreeSet<String>> {
    let mut payloads = BTreeSet::new();
    for LoggedEvent { event, .. } in logged {
        match log.offloaded_uri(event).await {
            Ok(uri) => payloads.extend(uri),
            // A damaged object has no location, and its bytes are overwritten too.
            Err(error) if !error.is_unavailable() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(payloads)
}

/// Returns the configured destinations, those that the event failed at, and those of its attempts in the event log.
fn destinations(
    configuration: &DeliveryConfiguration,
    messages: &[DeadLetterMessage],
    logged: &[LoggedEvent],
) -> BTreeSet<String> {
    let failed = messages.iter().map(|message| message.destination.clone());
    let attempted = logged.iter().flat_map(|logged| logged.summary().destinations.into_keys());
    let known = configuration.destinations.iter().cloned();
    known.chain(failed).chain(attempted).filter(|name| !name.is_empty()).collect()
}

fn offloaded(messages: &[DeadLetterMessage]) -> BTreeSet<String> {
    let offloaded = |message: &DeadLetterMessage| match &message.event()?.data {
        Payload::Offloaded { uri } => Some(uri.clone()),
        Payload::Inline(_) => None,
    };
    messages.iter().filter_map(offloaded).collect()
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::*;
    use crate::event_log::tests::event;

    #[test]
    fn an_id_of_several_sources_needs_the_source() {
        let messages = ["orders", "ledger"].map(DeadLetterMessage::example);
        let logged = |source: &str| {
            let mut event = event("e-1", 1, Outcome::Delivered);
            event.source = source.to_owned();
            LoggedEvent { event, attempts: Vec::new(), is_complete: true }
        };
        assert!(check_source("e-1", &messages, &[logged("github")]).is_ok() && check_source("e-1", &[], &[]).is_ok());
        let error = check_source("e-1", &messages, &[logged("events")]).unwrap_err().to_string();
        assert_eq!(error, "several sources have an event `e-1`: add --source with one of events, github");
    }
}
