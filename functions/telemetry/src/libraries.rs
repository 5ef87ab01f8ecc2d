//! What the libraries say, which log by `tracing`: their warnings and errors become lines too. Nothing below: at debug the
//! SDK and the HTTP client print what they send.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, subscriber};

use crate::{Level, Line};

struct Libraries;

/// Only the message: the other fields may hold what was being sent.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl Subscriber for Libraries {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= tracing::Level::WARN
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(tracing::level_filters::LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        let level = if *event.metadata().level() == tracing::Level::ERROR { Level::Error } else { Level::Warn };
        let detail = format!("{}: {}", event.metadata().target(), message.0);
        Line { detail: Some(&detail), ..Line::new(level, "library") }.write(&[]);
    }

    // There are no spans: `enabled` wants none.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

pub(crate) fn listen() {
    // Somebody else listens already only in a test.
    let _ = subscriber::set_global_default(Libraries);
}

#[cfg(test)]
mod tests {
    use crate::{Settings, capture};

    use super::*;

    #[test]
    fn warnings_of_libraries_are_lines_without_their_fields() {
        let log = capture(Settings::default());
        subscriber::with_default(Libraries, || {
            tracing::warn!(token = "abc", "the connection {} is gone", 1);
            tracing::info!("nobody asks");
        });
        let lines = log.lines();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["outcome"], "library");
        assert_eq!(lines[0]["detail"], "hookline_telemetry::libraries::tests: the connection 1 is gone");
    }
}
