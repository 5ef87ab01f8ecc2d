//! The event log: what happened to each event, for operators. It is written after the messages of a batch are settled, so
//! that no delivery and no result waits for it, within a short time, and what is dropped is counted.

mod batch;
mod port;
mod sdk;

use std::time::Duration;

use futures_util::future::join_all;
use hookline_event_log::EventLogSettings;
use hookline_telemetry::{Level, Line, Metric};
use tokio::time::{Instant, timeout_at};

use self::batch::BatchLog;
pub use self::port::WriteEventLog;
pub use self::sdk::SdkEventLog;
use crate::record::Record;

/// The longest time that a batch waits for the event log.
const MAX_TIME: Duration = Duration::from_secs(1);

/// The event log of the configured sources.
pub(crate) struct EventLog {
    settings: EventLogSettings,
    writer: Box<dyn WriteEventLog>,
}

impl EventLog {
    pub(crate) fn new(settings: EventLogSettings, writer: impl WriteEventLog) -> Self {
        Self { settings, writer: Box::new(writer) }
    }

    /// Writes what happened to the events of a batch. It ends at the deadline, or earlier.
    pub(crate) async fn write(&self, records: &[Record], deadline: Instant) {
        let deadline = deadline.min(Instant::now() + MAX_TIME);
        let batch = BatchLog::new(&self.settings, records, deadline);
        let (mut dropped, mut detail) = (batch.dropped, None);
        let objects = batch.objects.into_iter().map(async |object| {
            let put = self.writer.put_object(object.key, object.bytes);
            let written = timeout_at(deadline, put).await;
            (object.events, written.unwrap_or_else(|_| Err(port::deadline_exceeded())))
        });
        let pages = batch.pages.into_iter().map(async |page| {
            let count = page.len();
            let written = timeout_at(deadline, self.writer.put_entries(page)).await;
            (count, written.unwrap_or_else(|_| Err(port::deadline_exceeded())))
        });
        let (objects, pages) = tokio::join!(join_all(objects), join_all(pages));
        for (events, result) in objects {
            if let Err(error) = result {
                dropped += events;
                detail = Some(error);
            }
        }
        for (entries, result) in pages {
            match result {
                Ok(unwritten) => dropped += unwritten,
                Err(error) => {
                    dropped += entries;
                    detail = Some(error);
                }
            }
        }
        if dropped > 0 {
            let detail =
                detail.map_or_else(|| "throttled, or the deadline is exceeded".to_owned(), |error| error.to_string());
            let count = u32::try_from(dropped).map_or(f64::from(u32::MAX), f64::from);
            let line = Line { detail: Some(&detail), ..Line::new(Level::Warn, "event_log_dropped") };
            line.write(&[(Metric::EventLogDropped, count)]);
        }
    }
}
