//! Copies of events for listeners: operators who receive the events of a source on their own computers. The copies are sent
//! after the deliveries of a batch, within a short time, so that no delivery waits for them.

mod sdk;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use hookline_aws::PortError;
use hookline_event_log::{Listener, Listeners as ListenersItem};
use hookline_telemetry::{Level, Line};
use tokio::time::{Instant, timeout_at};

pub use self::sdk::SdkCopies;
use crate::clock;
use crate::record::Record;

/// The longest time that a batch waits for copies.
const MAX_TIME: Duration = Duration::from_secs(1);
/// How long an execution environment uses the list of listeners without reading it again.
const MAX_AGE: Duration = Duration::from_secs(5);

/// The port to the listeners.
pub trait CopyEvents: Send + Sync + 'static {
    /// Reads all listeners.
    fn read_listeners(&self) -> BoxFuture<'_, Result<Vec<Listener>, PortError>>;

    /// Sends a queue message to the queue of a listener.
    fn send_copy<'c>(&'c self, queue_url: &'c str, message: &'c str) -> BoxFuture<'c, Result<(), PortError>>;
}

/// Sends copies to the listeners of a deployment.
pub(crate) struct Listeners {
    port: Box<dyn CopyEvents>,
    /// The listeners, and when they were read.
    known: Mutex<Option<(Instant, Vec<Listener>)>>,
}

impl Listeners {
    pub(crate) fn new(port: impl CopyEvents) -> Self {
        Self { port: Box::new(port), known: Mutex::default() }
    }

    /// Sends copies of the events that a batch has received for the first time. It ends at the deadline, or earlier.
    pub(crate) async fn copy(&self, records: &[Record], deadline: Instant) {
        let deadline = deadline.min(Instant::now() + MAX_TIME);
        let listeners = self.listeners(deadline).await;
        let now = clock::now();
        // An event that an operator sends again has no signature that a local program could verify.
        let is_new = |record: &&Record| record.is_sent_by_ingest() && record.receives() == 1 && !record.is_replay();
        let first = records.iter().filter(is_new);
        let copies = first.flat_map(|record| {
            let source = record.event.as_ref().map(|event| event.source_name()).unwrap_or_default();
            let running = listeners.iter().filter(move |listener| listener.is_running(source, now));
            running.take(ListenersItem::MAX_PER_SOURCE).map(move |listener| (listener, record))
        });
        let sent = copies.map(async |(listener, record)| {
            let sent = timeout_at(deadline, self.port.send_copy(&listener.queue_url, record.body())).await;
            sent.unwrap_or_else(|_| Err(PortError::new("sqs:SendMessage", "deadline exceeded"))).err()
        });
        let errors: Vec<_> = join_all(sent).await.into_iter().flatten().collect();
        if let Some(error) = errors.first() {
            let detail = format!("{} copies for listeners: {error}", errors.len());
            Line { detail: Some(&detail), ..Line::new(Level::Warn, "copies_dropped") }.write(&[]);
        }
    }

    /// Returns the listeners. If they cannot be read, those of the last read stay.
    async fn listeners(&self, deadline: Instant) -> Vec<Listener> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (read_at, known) = known.unzip();
        let known = known.unwrap_or_default();
        if read_at.is_some_and(|read_at| read_at.elapsed() < MAX_AGE) {
            return known;
        }
        let read = timeout_at(deadline, self.port.read_listeners()).await;
        let read = read.unwrap_or_else(|_| Err(PortError::new("dynamodb:BatchGetItem", "deadline exceeded")));
        let listeners = read.unwrap_or_else(|error| {
            let detail = error.to_string();
            Line { detail: Some(&detail), ..Line::new(Level::Warn, "listeners_not_read") }.write(&[]);
            known
        });
        let now = Some((Instant::now(), listeners.clone()));
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = now;
        listeners
    }
}
