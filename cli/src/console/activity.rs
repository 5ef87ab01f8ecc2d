//! What happened in the last hour, from the logs of both functions.

use std::collections::BTreeMap;

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::Value;

use crate::event_trace::written_at;
use crate::logs::{LogRange, search};
use crate::target::Target;

/// The number of intervals, and the length of one.
pub(super) const INTERVALS: usize = 12;
const INTERVAL_MS: i64 = 5 * 60 * 1000;
/// The log is read in steps, all at once, and the newest are used first: the ends of the steps, in intervals from now.
const STEPS: [(i64, i64); 3] = [(0, 1), (1, 4), (4, 12)];
/// Lines of each step that are read, and lines of each log that are used.
const LIMIT: usize = 10_000;

/// What happened in the last hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Activity {
    /// The intervals, oldest first.
    pub(super) intervals: [Counts; INTERVALS],
    /// The requests of each source.
    pub(super) sources: BTreeMap<String, Requests>,
    /// Whether all lines were read. Otherwise the older intervals are too low.
    pub(super) is_complete: bool,
}

/// Numbers of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) accepted: usize,
    pub(super) rejected: usize,
    pub(super) delivered: usize,
    pub(super) failed: usize,
}

/// The last requests of a source, in milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Requests {
    pub(super) accepted_ms: Option<i64>,
    /// The time and the reason code.
    pub(super) rejected: Option<(i64, String)>,
}

impl Activity {
    /// Reads the logs of the hour before `now_ms`.
    pub(super) async fn read(target: &Target, now_ms: i64) -> Result<Self> {
        let groups = &target.resources.log_group_names;
        let client = Client::new(&target.sdk);
        let (ingest, process) = tokio::try_join!(
            lines(&client, &groups.ingest, &["accepted", "rejected", "failed"], now_ms),
            lines(&client, &groups.process, &["delivered", "retried", "dead_lettered"], now_ms)
        )?;
        let mut activity = Self { is_complete: ingest.1 && process.1, ..Self::default() };
        ingest.0.iter().chain(&process.0).for_each(|line| activity.add(line, now_ms));
        Ok(activity)
    }

    /// Counts a log line.
    pub(super) fn add(&mut self, line: &str, now_ms: i64) {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return };
        let Some(at) = written_at(&line) else { return };
        let age = usize::try_from((now_ms - at).max(0) / INTERVAL_MS).unwrap_or(INTERVALS);
        let index = INTERVALS.checked_sub(age + 1);
        let Some(counts) = index.and_then(|index| self.intervals.get_mut(index)) else { return };
        let outcome = line["outcome"].as_str().unwrap_or_default();
        match outcome {
            "accepted" => counts.accepted += 1,
            "rejected" => counts.rejected += 1,
            "delivered" => counts.delivered += 1,
            "failed" | "retried" | "dead_lettered" => counts.failed += 1,
            _ => return,
        }
        let source = line["source"].as_str().filter(|_| ["accepted", "rejected", "failed"].contains(&outcome));
        let Some(source) = source else { return };
        let requests = self.sources.entry(source.to_owned()).or_default();
        if outcome == "accepted" {
            requests.accepted_ms = requests.accepted_ms.max(Some(at));
        } else if requests.rejected.as_ref().is_none_or(|(last, _)| *last <= at) {
            requests.rejected = Some((at, line["reason"].as_str().unwrap_or("unknown").to_owned()));
        }
    }

    /// Returns the sum of all intervals.
    pub(super) fn total(&self) -> Counts {
        self.intervals.iter().fold(Counts::default(), |sum, counts| Counts {
            accepted: sum.accepted + counts.accepted,
            rejected: sum.rejected + counts.rejected,
            delivered: sum.delivered + counts.delivered,
            failed: sum.failed + counts.failed,
        })
    }
}

/// Returns the lines of a log, and whether these are all.
async fn lines(client: &Client, group: &str, outcomes: &[&str], now_ms: i64) -> Result<(Vec<String>, bool)> {
    let outcomes: Vec<_> = outcomes.iter().map(|outcome| format!("$.outcome = \"{outcome}\"")).collect();
    let pattern = format!("{{ {} }}", outcomes.join(" || "));
    let steps = STEPS.map(|(newest, oldest)| {
        let (from, until) = (now_ms - oldest * INTERVAL_MS, (newest > 0).then(|| now_ms - newest * INTERVAL_MS));
        search(client, LogRange { group, from, until, pattern: Some(pattern.clone()), limit: LIMIT })
    });
    let (mut lines, mut is_complete) = (Vec::new(), true);
    for step in try_join_all(steps).await? {
        // With so many newer lines, the older ones would only be a part.
        if is_complete {
            lines.extend(step.into_iter().filter_map(|event| event.message));
            is_complete = lines.len() < LIMIT;
        }
    }
    Ok((lines, is_complete))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_counted_by_interval_and_source() {
        let now_ms = 1_767_323_045_678;
        let line = |minute: u32, outcome: &str, reason: &str| {
            let timestamp = format!("2026-01-02T{:02}:{:02}:05.678Z", 2 + minute / 60, minute % 60);
            json!({ "timestamp": timestamp, "outcome": outcome, "source": "github", "reason": reason }).to_string()
        };
        let mut activity = Activity::default();
        let lines = [
            line(64, "accepted", ""),
            line(63, "rejected", "signature_mismatch"),
            line(30, "rejected", "timestamp_too_old"),
            line(62, "delivered", ""),
            line(8, "retried", "timeout"),
            line(1, "accepted", ""),
            line(64, "cold_start", ""),
            "START".to_owned(),
        ];
        lines.iter().for_each(|line| activity.add(line, now_ms));
        let expected = Counts { accepted: 1, rejected: 2, delivered: 1, failed: 1 };
        assert_eq!(activity.total(), expected);
        assert_eq!(activity.intervals[11], Counts { accepted: 1, rejected: 1, delivered: 1, failed: 0 });
        assert_eq!((activity.intervals[0].failed, activity.intervals[5].rejected), (1, 1));
        let requests = &activity.sources["github"];
        assert_eq!(requests.accepted_ms, Some(now_ms));
        assert_eq!(requests.rejected, Some((now_ms - 60_000, "signature_mismatch".to_owned())));
    }
}
