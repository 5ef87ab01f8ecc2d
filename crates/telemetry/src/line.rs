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

/// One line of the log: the outcome of an operation. Empty fields are omitted.
#[derive(Clone, Default, Serialize)]
pub struct Line<'a> {
    /// The severity.
    #[serde(skip)]
    pub level: Level,
    /// The outcome code, for instance `accepted`, `rejected` or `delivered`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub outcome: &'a str,
    /// The gateway's request id, which the sender sees too; in process, the id of the batch's invocation.
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
    /// The HTTP status of the response to the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The reason code, which is stable.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reason: &'a str,
    /// The destination's name.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub destination: &'a str,
    /// The destination's kind; `none` for an event without a destination.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'a str,
    /// How many times SQS has delivered the message, this time included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The duration of the operation.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// The time since ingest accepted the request.
    #[serde(rename = "age_ms", serialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub age: Option<Duration>,
    /// Seconds until the event is retried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_in_seconds: Option<u32>,
    /// Whether this call was the first of its execution environment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cold_start: bool,
    /// The trace's id, as X-Ray's console uses it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub trace_id: &'a str,
    /// The function's version and commit.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub version: &'a str,
    /// A signing key that an unauthenticated request has brought, for the operator who registers the endpoint.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub handshake_key: &'a str,
    /// Details for an operator: the exact error or its location.
    #[serde(serialize_with = "display", skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a dyn Display>,
}

/// The JSON object of a line.
#[derive(Serialize)]
struct JsonLine<'a> {
    /// `None`, like the level, in a line that has only metrics: the metrics have their own timestamp.
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
    /// Creates a line with an outcome and no other field.
    #[must_use]
    pub fn new(level: Level, outcome: &'a str) -> Self {
        Self { level, outcome, ..Self::default() }
    }

    /// Writes the line with its metrics.
    ///
    /// If the line's level is below the configured level, only the metrics are written. At the configured level
    /// `error`, these are only the metrics that have an alarm.
    pub fn write(&self, metrics: &[(Metric, f64)]) {
        let slices: Vec<_> = metrics.iter().map(|(metric, value)| (*metric, std::slice::from_ref(value))).collect();
        self.write_all(&slices);
    }

    /// Writes the line like [`Line::write`], with several values of each metric.
    pub(crate) fn write_all(&self, metrics: &[(Metric, &[f64])]) {
        let write = |settings: &Settings, context: &context::Context, write_line: &dyn Fn(Vec<u8>)| {
            let line = self.in_context(context);
            let is_logged = line.level >= settings.level;
            let is_first_receive = line.attempt.is_none_or(|attempt| attempt <= 1);
            let is_counted = |metric: Metric| {
                let is_written = is_logged || settings.level < Level::Error || metric.has_alarm();
                is_written && (is_first_receive || !metric.counts_events())
            };
            let metrics: Vec<_> = metrics.iter().copied().filter(|(metric, _)| is_counted(*metric)).collect();
            if is_logged || !metrics.is_empty() {
                write_line(if is_logged { line } else { line.metrics_only(&metrics) }.to_json(settings, &metrics));
            }
        };
        output::with_output(|settings, write_line| {
            context::read_context(|context| write(settings, context, write_line));
        });
    }

    /// Returns a line with only the fields that the metrics need, because CloudWatch bills each byte.
    fn metrics_only(&self, metrics: &[(Metric, &[f64])]) -> Self {
        let is_needed = |name: &str| metrics.iter().any(|(metric, _)| metric.has_dimension(name));
        let if_needed = |name, value| if is_needed(name) { value } else { "" };
        let (source, reason, kind) =
            (if_needed("source", self.source), if_needed("reason", self.reason), if_needed("kind", self.kind));
        Self { source, reason, kind, ..Self::new(self.level, "") }
    }

    /// Fills empty fields from the context.
    fn in_context<'b>(&'b self, context: &'b context::Context) -> Line<'b> {
        let or = |value: &'b str, default: &'b str| if value.is_empty() { default } else { value };
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

    fn to_json(&self, settings: &Settings, metrics: &[(Metric, &[f64])]) -> Vec<u8> {
        let now = OffsetDateTime::now_utc();
        let timestamp = now.unix_timestamp() * 1000 + i64::from(now.millisecond());
        let emf = Emf { settings, metrics, timestamp };
        // A line without an outcome has only metrics.
        let has_only_metrics = self.outcome.is_empty();
        let time = now.replace_millisecond(now.millisecond()).ok().filter(|_| !has_only_metrics);
        let timestamp = time.and_then(|time| time.format(&Rfc3339).ok());
        let level = (!has_only_metrics).then_some(self.level);
        serde_json::to_vec(&JsonLine { timestamp, level, line: self, emf }).unwrap_or_default()
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

    /// Returns the names in the first column of the table under a heading.
    fn documented(heading: &str) -> BTreeSet<&'static str> {
        let docs = include_str!("../../../docs/observability.md");
        let section = docs.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default();
        let table = section.split("\n\n").find(|part| part.starts_with("| field") || part.starts_with("| metric"));
        let rows = table.into_iter().flat_map(str::lines).filter_map(|row| row.split('|').nth(1));
        rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
    }

    /// SQS delivers a message again, but its event stays one event.
    #[tokio::test]
    async fn metrics_of_events_are_counted_only_for_the_first_receive() {
        let counted = async |attempt: Option<u32>| {
            let log = capture(Settings::default());
            let write = async {
                let metrics =
                    [(Metric::FilterUnreadable, 1.0), (Metric::TemplateUnreadable, 1.0), (Metric::Retries, 1.0)];
                Line::new(Level::Warn, "o").write(&metrics);
            };
            context::with_context(context::Context { attempt, ..context::Context::default() }, write).await;
            let line = log.lines().remove(0);
            assert_eq!(line["outcome"], "o", "the line itself is written each time");
            ["FilterUnreadable", "TemplateUnreadable", "Retries"].map(|name| line[name] == 1.0)
        };
        for (attempt, is_first) in [(None, true), (Some(0), true), (Some(1), true), (Some(2), false), (Some(9), false)]
        {
            assert_eq!(counted(attempt).await, [is_first, is_first, true], "{attempt:?}");
        }
    }

    #[test]
    fn documentation_lists_exactly_the_fields() {
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
            version: "v",
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
    fn documentation_lists_each_metric_with_unit_and_dimensions() {
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
