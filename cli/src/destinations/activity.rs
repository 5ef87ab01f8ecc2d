//! Waiting events and failures of destinations, from the log of the process function. An event waits if its last line for
//! a destination says `retried` or `deferred`.

use std::collections::BTreeMap;

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use futures_util::future::try_join_all;
use serde_json::Value;

use crate::event_trace::written_at;
use crate::logs::{LogRange, search};

/// Outcomes after which an event waits for its next attempt.
const WAITING: [&str; 2] = ["retried", "deferred"];
/// Outcomes of a failed attempt.
const FAILED: [&str; 2] = ["retried", "dead_lettered"];
/// Outcomes of each event that fails or waits.
const TROUBLED: [&str; 3] = ["retried", "deferred", "dead_lettered"];
/// Outcomes of a delivered event.
const DELIVERED: [&str; 2] = ["delivered", "already_delivered"];
/// The steps of a search are read at the same time. Each is this many times as long as the one after it.
const STEP_FACTOR: i64 = 4;
const FIRST_STEP_MS: i64 = 5 * 60 * 1000;

/// What the log contains about one destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// Number of waiting events.
    pub waiting: usize,
    /// When the first of them began to wait, in milliseconds since 1970.
    pub oldest_ms: Option<i64>,
    /// The last failed attempt.
    pub last_failure: Option<LastFailure>,
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFailure {
    /// Time in milliseconds since 1970.
    pub time_ms: i64,
    /// Reason code.
    pub reason: String,
}

/// The result of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSearch {
    /// Start of the searched time, in milliseconds since 1970.
    pub since_ms: i64,
    /// Whether all lines of the time were read. Otherwise the numbers are estimates.
    pub is_complete: bool,
    /// The activity of each destination that has a line.
    pub destinations: BTreeMap<String, Activity>,
}

/// A search of the log of the process function.
pub(super) struct Search<'a> {
    pub(super) client: Client,
    pub(super) group: &'a str,
    /// The destination; `None` for all.
    pub(super) destination: Option<&'a str>,
    /// Maximum number of lines to read.
    pub(super) limit: usize,
}

/// One line of an event at a destination.
struct Line {
    time_ms: i64,
    outcome: String,
    destination: String,
    event_id: String,
    reason: String,
}

/// An event at a destination.
#[derive(Debug, Clone, Default)]
struct Delivery {
    first_ms: i64,
    last_ms: i64,
    is_waiting: bool,
}

/// Deliveries by destination and event.
#[derive(Default)]
struct Deliveries {
    by_event: BTreeMap<(String, String), Delivery>,
    last_failures: BTreeMap<String, LastFailure>,
}

impl Search<'_> {
    /// Searches the lines since `since_ms`. If there are more than the limit, the newest ones count.
    pub(super) async fn run(&self, since_ms: i64, now_ms: i64) -> Result<LogSearch> {
        let mut deliveries = Deliveries::default();
        let steps = steps(since_ms, now_ms).into_iter().map(async |(from, until)| {
            let lines = self.lines(&TROUBLED, self.destination.as_slice(), (from, Some(until)), self.limit).await?;
            anyhow::Ok((from, lines))
        });
        let (mut searched_from, mut read, mut is_complete) = (now_ms, 0, true);
        for (from, lines) in try_join_all(steps).await? {
            // With so many newer lines, the older ones would only be a part.
            if is_complete {
                read += lines.len();
                (searched_from, is_complete) = (from, read < self.limit);
                lines.into_iter().for_each(|line| deliveries.add(line));
            }
        }
        if let Some(first) = deliveries.first_waiting() {
            let names = deliveries.waiting_destinations();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let lines = self.lines(&DELIVERED, &names, (first, None), self.limit).await?;
            is_complete &= lines.len() < self.limit;
            lines.into_iter().for_each(|line| deliveries.add(line));
        }
        Ok(LogSearch { since_ms: searched_from, is_complete, destinations: deliveries.activities() })
    }

    async fn lines(
        &self,
        outcomes: &[&str],
        destinations: &[&str],
        (from, until): (i64, Option<i64>),
        limit: usize,
    ) -> Result<Vec<Line>> {
        let pattern = Some(pattern(outcomes, destinations));
        let range = LogRange { group: self.group, from, until, pattern, limit };
        let lines = search(&self.client, range).await?;
        // An emulator can ignore the pattern.
        let is_selected = |line: &Line| {
            let destination = line.destination.as_str();
            outcomes.contains(&line.outcome.as_str())
                && (destinations.is_empty() || destinations.contains(&destination))
        };
        Ok(lines.iter().filter_map(Line::parse).filter(is_selected).collect())
    }
}

/// Returns the steps of a search, from its end to its start. Each is longer than the one before.
fn steps(since_ms: i64, now_ms: i64) -> Vec<(i64, i64)> {
    let (mut steps, mut until, mut length) = (Vec::new(), now_ms, FIRST_STEP_MS);
    while until > since_ms {
        let from = since_ms.max(until.saturating_sub(length));
        steps.push((from, until));
        (until, length) = (from, length.saturating_mul(STEP_FACTOR));
    }
    steps
}

/// Returns a filter pattern for JSON lines.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
fn pattern(outcomes: &[&str], destinations: &[&str]) -> String {
    let any = |name: &str, values: &[&str]| {
        let equal: Vec<_> = values.iter().map(|value| format!("$.{name} = \"{value}\"")).collect();
        format!("({})", equal.join(" || "))
    };
    let outcomes = any("outcome", outcomes);
    if destinations.is_empty() {
        return format!("{{ {outcomes} }}");
    }
    format!("{{ {outcomes} && {} }}", any("destination", destinations))
}

impl Line {
    fn parse(event: &FilteredLogEvent) -> Option<Self> {
        let line: Value = serde_json::from_str(event.message.as_deref()?).ok()?;
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        Some(Self {
            time_ms: written_at(&line).or(event.timestamp)?,
            outcome: text("outcome")?,
            destination: text("destination")?,
            event_id: text("event_id").unwrap_or_default(),
            reason: text("reason").unwrap_or_default(),
        })
    }
}

impl Deliveries {
    /// Adds a line. Lines can come in any order.
    fn add(&mut self, line: Line) {
        let Line { time_ms, outcome, destination, event_id, reason } = line;
        if FAILED.contains(&outcome.as_str())
            && self.last_failures.get(&destination).is_none_or(|last| last.time_ms <= time_ms)
        {
            self.last_failures.insert(destination.clone(), LastFailure { time_ms, reason });
        }
        let new = || Delivery { first_ms: time_ms, last_ms: i64::MIN, is_waiting: false };
        let delivery = self.by_event.entry((destination, event_id)).or_insert_with(new);
        delivery.first_ms = delivery.first_ms.min(time_ms);
        if time_ms >= delivery.last_ms {
            delivery.last_ms = time_ms;
            delivery.is_waiting = WAITING.contains(&outcome.as_str());
        }
    }

    fn waiting(&self) -> impl Iterator<Item = (&String, &Delivery)> {
        let waiting = self.by_event.iter().filter(|(_, delivery)| delivery.is_waiting);
        waiting.map(|((destination, _), delivery)| (destination, delivery))
    }

    fn first_waiting(&self) -> Option<i64> {
        self.waiting().map(|(_, delivery)| delivery.first_ms).min()
    }

    fn waiting_destinations(&self) -> Vec<String> {
        let mut names: Vec<_> = self.waiting().map(|(destination, _)| destination.clone()).collect();
        names.dedup();
        names
    }

    fn activities(&self) -> BTreeMap<String, Activity> {
        let mut activities: BTreeMap<String, Activity> = BTreeMap::new();
        for (destination, failure) in &self.last_failures {
            activities.entry(destination.clone()).or_default().last_failure = Some(failure.clone());
        }
        for (destination, delivery) in self.waiting() {
            let activity = activities.entry(destination.clone()).or_default();
            activity.waiting += 1;
            activity.oldest_ms =
                Some(activity.oldest_ms.map_or(delivery.first_ms, |oldest| oldest.min(delivery.first_ms)));
        }
        activities
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(time_ms: i64, outcome: &str, destination: &str, event_id: &str) -> Line {
        let message = json!({
            "outcome": outcome, "destination": destination, "event_id": event_id, "reason": "http_503",
        });
        let event = FilteredLogEvent::builder().timestamp(time_ms).message(message.to_string()).build();
        Line::parse(&event).unwrap()
    }

    fn activities(lines: impl IntoIterator<Item = Line>) -> BTreeMap<String, Activity> {
        let mut deliveries = Deliveries::default();
        lines.into_iter().for_each(|line| deliveries.add(line));
        deliveries.activities()
    }

    #[test]
    fn event_waits_if_its_last_line_says_so() {
        let lines = || {
            [
                line(10, "retried", "ledger", "e-1"),
                line(30, "deferred", "ledger", "e-1"),
                line(20, "deferred", "ledger", "e-2"),
                line(15, "retried", "ledger", "e-3"),
                line(40, "delivered", "ledger", "e-3"),
                line(16, "retried", "ci", "e-3"),
                line(50, "dead_lettered", "ci", "e-3"),
            ]
        };
        let found = activities(lines());
        let failure = |time_ms| Some(LastFailure { time_ms, reason: "http_503".to_owned() });
        assert_eq!(found["ledger"], Activity { waiting: 2, oldest_ms: Some(10), last_failure: failure(15) });
        assert_eq!(found["ci"], Activity { waiting: 0, oldest_ms: None, last_failure: failure(50) });
        assert_eq!(activities(lines().into_iter().rev()), found, "the order of the lines does not matter");
    }

    #[test]
    fn steps_go_back_to_the_start() {
        let minutes = |minutes: i64| minutes * 60_000;
        let expected = [(minutes(55), minutes(60)), (minutes(35), minutes(55)), (minutes(20), minutes(35))];
        assert_eq!(steps(minutes(20), minutes(60)), expected);
        assert!(steps(1, 1).is_empty());
    }

    #[test]
    fn pattern_selects_outcomes_and_destinations() {
        assert_eq!(pattern(&["retried"], &[]), r#"{ ($.outcome = "retried") }"#);
        let expected =
            r#"{ ($.outcome = "retried" || $.outcome = "deferred") && ($.destination = "a" || $.destination = "b") }"#;
        assert_eq!(pattern(&WAITING, &["a", "b"]), expected);
    }

    #[test]
    fn other_lines_are_ignored() {
        let parse = |message: &str| Line::parse(&FilteredLogEvent::builder().timestamp(1).message(message).build());
        assert!(parse("START").is_none());
        assert!(parse(r#"{"outcome":"batch_summary"}"#).is_none());
    }
}
