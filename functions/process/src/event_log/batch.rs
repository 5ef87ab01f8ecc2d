//! What the event log gets of a batch.

use std::collections::{BTreeMap, BTreeSet};

use hookline_event::{Event, Payload};
use hookline_event_log::{
    Attempt, AttemptEntry, Entry, EventEntry, EventLogSettings, EventStatus, ObjectLocation, ObjectWriter,
    attempt_position, event_key, event_position, new_object_key, received_time,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::record::{FinishedAttempt, Record, Settlement};

/// The maximum number of entries in one call, a limit of DynamoDB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const MAX_ENTRIES: usize = 25;

/// The longest reason of an entry, in bytes. An item of the index should stay within one write unit of 1 KB.
const MAX_REASON_BYTES: usize = 300;

/// An object with events of one source.
pub(super) struct BatchObject {
    pub(super) key: String,
    pub(super) bytes: Vec<u8>,
    pub(super) events: usize,
}

/// What is written about the records of a batch.
#[derive(Default)]
pub(super) struct BatchLog {
    pub(super) objects: Vec<BatchObject>,
    /// Entries, as many as one call writes.
    pub(super) pages: Vec<Vec<Entry>>,
    /// The number of events that are not written.
    pub(super) dropped: usize,
}

/// The objects that are being written, by source.
type Writers<'r> = BTreeMap<&'r str, (String, ObjectWriter, usize)>;

/// The attributes that all entries of an event have.
struct Keys {
    event: String,
    source: String,
    id: String,
    request_id: String,
    received: String,
    expires_at: u64,
}

impl BatchLog {
    /// Collects the entries and objects. Events after the deadline are dropped: compression takes time.
    pub(super) fn new(settings: &EventLogSettings, records: &[Record], deadline: Instant) -> Self {
        let mut log = Self::default();
        let (mut entries, mut keys) = (Vec::new(), BTreeSet::new());
        let mut writers = Writers::new();
        for record in records {
            let Ok(event) = &record.event else { continue };
            let settled = record.settled.take();
            let filtered = record.filtered.take();
            if !settings.has_source(event.source_name()) || (settled.is_empty() && filtered.is_none()) {
                continue;
            }
            if Instant::now() >= deadline {
                log.dropped += 1;
                continue;
            }
            let attributes = Keys::new(event, settings.seconds);
            if record.begins_event_log() {
                let location = add_to_object(&mut writers, event, &record.payload());
                entries.push(event_entry(record, event, attributes, settled, filtered, location));
            } else {
                entries.extend(settled.into_iter().map(|settled| attempt_entry(&attributes, settled)));
            }
        }
        // SQS can deliver a message twice in one batch, and DynamoDB rejects a call that has a key twice.
        entries.retain(|entry| keys.insert((entry.event().to_owned(), entry.position().to_owned())));
        log.pages = pages(entries);
        let finish =
            |(key, writer, events): (String, ObjectWriter, usize)| BatchObject { key, bytes: writer.finish(), events };
        log.objects = writers.into_values().map(finish).collect();
        log
    }
}

impl Keys {
    fn new(event: &Event<()>, seconds: u64) -> Self {
        let now = OffsetDateTime::now_utc();
        let received = OffsetDateTime::parse(event.accepted_at(), &Rfc3339).unwrap_or(now);
        let source = event.source_name().to_owned();
        Self {
            event: event_key(&source, &event.id),
            source,
            id: event.id.clone(),
            request_id: event.request_id.clone().unwrap_or_else(|| event.id.clone()),
            received: received_time(received),
            expires_at: u64::try_from(now.unix_timestamp()).unwrap_or_default().saturating_add(seconds),
        }
    }
}

/// Writes an event into the object of its source.
fn add_to_object<'r>(writers: &mut Writers<'r>, event: &'r Event<()>, payload: &Payload) -> Option<ObjectLocation> {
    let source = event.source_name();
    let new = || (new_object_key(source, OffsetDateTime::now_utc()), ObjectWriter::default(), 0);
    let (key, writer, events) = writers.entry(source).or_insert_with(new);
    *events += 1;
    writer.add(key, event, payload).ok()
}

fn event_entry(
    record: &Record,
    event: &Event<()>,
    keys: Keys,
    settled: Vec<(FinishedAttempt, Settlement)>,
    filtered: Option<String>,
    object: Option<ObjectLocation>,
) -> Entry {
    let size = match record.payload() {
        Payload::Inline(bytes) => Some(bytes.len() as u64),
        Payload::Offloaded { .. } => None,
    };
    Entry::Event(Box::new(EventEntry {
        position: event_position(&keys.received, &keys.request_id),
        event: keys.event,
        source: keys.source,
        id: keys.id,
        request_id: keys.request_id,
        status: if filtered.is_some() && settled.is_empty() { EventStatus::Filtered } else { EventStatus::Routed },
        r#type: event.event_type.clone(),
        received: keys.received,
        size,
        dedup_key: Some(event.dedup_key.as_str().to_owned()),
        content_type: event.content_type.clone(),
        trace_id: record.trace.as_ref().map(|trace| trace.id().to_owned()),
        object,
        reason: filtered.map(shortened),
        http_status: None,
        replay: event.replay.clone(),
        attempts: settled.into_iter().map(attempt).collect(),
        expires_at: keys.expires_at,
    }))
}

fn attempt_entry(keys: &Keys, settled: (FinishedAttempt, Settlement)) -> Entry {
    let attempt = attempt(settled);
    Entry::Attempt(Box::new(AttemptEntry {
        event: keys.event.clone(),
        position: attempt_position(&keys.received, &keys.request_id, &attempt.at, &attempt.destination),
        source: keys.source.clone(),
        id: keys.id.clone(),
        request_id: keys.request_id.clone(),
        received: keys.received.clone(),
        attempt,
        expires_at: keys.expires_at,
    }))
}

fn attempt((attempt, settlement): (FinishedAttempt, Settlement)) -> Attempt {
    Attempt {
        destination: attempt.destination,
        kind: attempt.kind.to_owned(),
        outcome: settlement.outcome,
        reason: attempt.result.err().map(|failure| failure.reason.code().into_owned()),
        number: settlement.number,
        at: received_time(attempt.finished_at),
        duration_ms: u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
        retry_in_seconds: settlement.retry_in_seconds,
    }
}

/// Shortens a reason at the end of a character.
fn shortened(mut reason: String) -> String {
    let end = (0..=MAX_REASON_BYTES.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
    reason.truncate(end.unwrap_or_default());
    reason
}

fn pages(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut pages = Vec::new();
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        pages.push(entries.by_ref().take(MAX_ENTRIES).collect());
    }
    pages
}
