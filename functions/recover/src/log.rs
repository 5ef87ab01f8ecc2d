//! The log lines of a run, with its metrics.

use std::fmt::Display;
use std::time::Duration;

use hookline_telemetry::{Level, Line, Metric};

use crate::outcome::Outcome;
use crate::run::{End, LostEvent, Report};

/// Writes one line for each lost event, and one for the run. `lag` is the metric `RecoveryLag`, in seconds.
pub(crate) fn outcome(outcome: &Outcome, lag: Option<u64>, duration: Duration) {
    let duration = Some(duration);
    match outcome {
        Outcome::Run(report) => {
            report.lost.iter().for_each(lost);
            run(report, lag, duration);
        }
        Outcome::InProgress => {
            let line = Line { reason: "in_progress", duration, ..Line::new(Level::Info, "recovery_skipped") };
            line.write(&[]);
        }
        Outcome::Limited => {
            let line = Line { reason: "rate_limited", duration, ..Line::new(Level::Info, "recovery_skipped") };
            line.write(&metrics(&Report::default(), false, lag));
        }
        Outcome::Failed(error) => {
            let metrics = metrics(&Report::default(), true, lag);
            write(Level::Error, "recovery_failed", &error.reason(), error, duration, &metrics);
        }
    }
}

fn run(report: &Report, lag: Option<u64>, duration: Option<Duration>) {
    let (level, outcome, reason) = match &report.end {
        End::Completed => (Level::Info, "recovery_completed", "".into()),
        End::DeadlineExceeded => (Level::Warn, "recovery_interrupted", "deadline_exceeded".into()),
        End::RateLimited => (Level::Warn, "recovery_interrupted", "rate_limited".into()),
        End::Failed(error) => (Level::Error, "recovery_failed", error.reason()),
    };
    let metrics = metrics(report, matches!(report.end, End::Failed(_)), lag);
    match &report.end {
        End::Failed(error) => {
            write(level, outcome, &reason, &format_args!("{error} ({report})"), duration, &metrics);
        }
        _ => write(level, outcome, &reason, report, duration, &metrics),
    }
}

fn write(
    level: Level,
    outcome: &str,
    reason: &str,
    detail: &dyn Display,
    duration: Option<Duration>,
    metrics: &[(Metric, f64)],
) {
    Line { reason, duration, detail: Some(detail), ..Line::new(level, outcome) }.write(metrics);
}

fn lost(event: &LostEvent) {
    let line = Line { reason: event.loss.reason(), ..Line::new(Level::Error, "delivery_lost") };
    Line { detail: Some(event), ..line }.write(&[]);
}

/// Returns the metrics of a run. They are 0 where nothing happened, so that an alarm ends with the next run.
#[allow(clippy::cast_precision_loss, reason = "counts and seconds are far below the limit")]
fn metrics(report: &Report, is_failed: bool, lag: Option<u64>) -> Vec<(Metric, f64)> {
    let counts = [
        (Metric::RecoveryMissing, report.missing as f64),
        (Metric::RecoveryRequested, report.requested as f64),
        (Metric::RecoveryExpired, report.lost.len() as f64),
        (Metric::RecoveryFailed, f64::from(u8::from(is_failed))),
    ];
    counts.into_iter().chain(lag.map(|lag| (Metric::RecoveryLag, lag as f64))).collect()
}
