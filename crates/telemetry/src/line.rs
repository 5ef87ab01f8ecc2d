use std::fmt::Display;
use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::context;
use crate::emf::{Emf, rounded};
use crate::level::Level;
use crate::metric::Metric;
use crate::output::{self, Settings};

/// One line of the log: what came of something. What is empty is left out.
#[derive(Clone, Default, Serialize)]
pub struct Line<'a> {
    /// How severe it is.
    #[serde(skip)]
    pub level: Level,
    /// What came of it, in a word: `queued`, `refused`, `delivered`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub outcome: &'a str,
    /// The gateway's id of the request, which the caller sees too; in process, Lambda's of the batch.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub request_id: &'a str,
    /// The event's id.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub event_id: &'a str,
    /// The source's name.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub source: &'a str,
    /// The event's type.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub r#type: &'a str,
    /// What the caller was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why, as a stable word.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reason: &'a str,
    /// The destination's name.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub destination: &'a str,
    /// The destination's kind; `none` of what came to no destination.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'a str,
    /// How often the event was received, this time included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Since the request was accepted.
    #[serde(rename = "age_ms", serialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub age: Option<Duration>,
    /// When the event comes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_in_seconds: Option<u32>,
    /// That this call was the first of its environment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cold_start: bool,
    /// The trace, as X-Ray's console finds it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub trace_id: &'a str,
    /// For a person: what exactly was wrong, or where.
    #[serde(serialize_with = "display", skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a dyn Display>,
}

/// As it is written.
#[derive(Serialize)]
struct Written<'a> {
    /// Metrics alone have a time of their own, and no level.
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
    #[serde(flatten)]
    line: &'a Line<'a>,
    #[serde(flatten)]
    emf: Emf<'a>,
}

impl<'a> Line<'a> {
    /// An outcome; everything else as it applies.
    #[must_use]
    pub fn new(level: Level, outcome: &'a str) -> Self {
        Self { level, outcome, ..Self::default() }
    }

    /// Writes it, with the metrics that it counts for. One that is below the level is left out, but for its metrics: at
    /// `error`, for those that an alarm looks at.
    pub fn write(&self, metrics: &[(Metric, f64)]) {
        let of_one: Vec<_> = metrics.iter().map(|(metric, value)| (*metric, std::slice::from_ref(value))).collect();
        self.write_all(&of_one);
    }

    /// The same, with several values of a metric.
    pub(crate) fn write_all(&self, metrics: &[(Metric, &[f64])]) {
        output::with(|settings, out| {
            let whole = self.level >= settings.level;
            let counts = |metric: Metric| whole || settings.level < Level::Error || metric.has_alarm();
            let metrics: Vec<_> = metrics.iter().copied().filter(|(metric, _)| counts(*metric)).collect();
            if whole || !metrics.is_empty() {
                context::with(|context| {
                    let line = self.in_context(context);
                    out(if whole { line } else { line.bare(&metrics) }.json(settings, &metrics));
                });
            }
        });
    }

    /// Only what those metrics need: each byte is paid for.
    fn bare(&self, metrics: &[(Metric, &[f64])]) -> Self {
        let needed = |name: &str| metrics.iter().any(|(metric, _)| metric.has_dimension(name));
        let only = |name, value| if needed(name) { value } else { "" };
        let (source, reason, kind) =
            (only("source", self.source), only("reason", self.reason), only("kind", self.kind));
        Self { source, reason, kind, ..Self::new(self.level, "") }
    }

    /// Takes from where it is written what it does not say itself.
    fn in_context<'b>(&'b self, context: &'b context::Context) -> Line<'b> {
        let or = |own: &'b str, other: &'b str| if own.is_empty() { other } else { own };
        Line {
            request_id: or(self.request_id, &context.request_id),
            event_id: or(self.event_id, &context.event_id),
            source: or(self.source, &context.source),
            r#type: or(self.r#type, &context.event_type),
            trace_id: or(self.trace_id, &context.trace_id),
            attempt: self.attempt.or(context.attempt),
            cold_start: self.cold_start || context.cold_start,
            ..self.clone()
        }
    }

    fn json(&self, settings: &Settings, metrics: &[(Metric, &[f64])]) -> Vec<u8> {
        let now = OffsetDateTime::now_utc();
        let timestamp = now.unix_timestamp() * 1000 + i64::from(now.millisecond());
        let emf = Emf { settings, metrics, timestamp };
        // A line without an outcome is bare.
        let is_bare = self.outcome.is_empty();
        let at = now.replace_millisecond(now.millisecond()).ok().filter(|_| !is_bare);
        let timestamp = at.and_then(|at| at.format(&Rfc3339).ok());
        let level = (!is_bare).then_some(self.level);
        serde_json::to_vec(&Written { timestamp, level, line: self, emf }).unwrap_or_default()
    }
}

fn milliseconds<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    rounded(duration.unwrap_or_default().as_secs_f64() * 1e3).serialize(serializer)
}

fn display<S: Serializer>(detail: &Option<&dyn Display>, serializer: S) -> Result<S::Ok, S::Error> {
    match detail {
        Some(detail) => serializer.collect_str(detail),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::capture;

    /// The names in the first column of the table under a heading.
    fn documented(heading: &str) -> BTreeSet<&'static str> {
        let docs = include_str!("../../../docs/observability.md");
        let section = docs.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default();
        let table = section.split("\n\n").find(|part| part.starts_with("| field") || part.starts_with("| metric"));
        let rows = table.into_iter().flat_map(str::lines).filter_map(|row| row.split('|').nth(1));
        rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
    }

    #[test]
    fn the_documents_have_each_field_and_no_other() {
        let log = capture(Settings::default());
        let line = Line {
            request_id: "r",
            event_id: "e",
            source: "s",
            r#type: "t",
            status: Some(1),
            reason: "r",
            destination: "d",
            kind: "k",
            attempt: Some(1),
            duration: Some(Duration::ZERO),
            age: Some(Duration::ZERO),
            retry_in_seconds: Some(1),
            cold_start: true,
            trace_id: "t",
            detail: Some(&"d"),
            ..Line::new(Level::Info, "o")
        };
        line.write(&[(Metric::ColdStarts, 1.0)]);
        let lines = log.lines();
        let written: BTreeSet<_> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
        let documented: BTreeSet<_> = documented("Logs").into_iter().chain([Metric::ColdStarts.name()]).collect();
        assert_eq!(written, documented);
    }

    #[test]
    fn the_documents_have_each_metric_as_it_is() {
        let docs = include_str!("../../../docs/observability.md");
        assert_eq!(documented("Metrics").len(), Metric::ALL.len());
        for metric in Metric::ALL {
            let set = |set: &&[&str]| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let sets = metric.dimensions().iter().map(set).collect::<Vec<_>>().join("; ");
            let row = format!("| `{}` | {} | {sets} | ", metric.name(), metric.unit());
            assert!(docs.contains(&row), "docs/observability.md must have this row: {row}");
        }
    }
}
