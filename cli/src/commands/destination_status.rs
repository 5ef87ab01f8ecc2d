use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use comfy_table::{Table, presets};

use super::timestamp::rfc3339;
use crate::clock::unix_milliseconds;
use crate::destinations::{Activity, Breaker, DestinationStatus, Pause, QueueDepth, Status};
use crate::duration::{duration, formatted};
use crate::output::{Step, print_line};
use crate::target::{DeliveryConfiguration, Target};

#[derive(Debug, Args)]
#[command(after_help = "\
paused, breaker      the stored state, exact
waiting, oldest      events whose last log line says `retried` or `deferred`: SQS cannot count messages per destination
last failure         the last failed attempt in the log
retry queue          SQS's approximate numbers, for all destinations together

Log lines arrive after some seconds. The function logs deliveries at log_level `info` and `debug`; with another level, the
command shows no numbers from the log.

Examples:
  hookline destination status --service hookline-prod
  hookline destination status ledger --service hookline-prod --since 6h --json")]
pub(super) struct ShowStatus {
    /// Name of the destination; default: all destinations
    name: Option<String>,
    /// How far back to search the log: 90s, 15m, 6h or 2d; default: the longest wait between two attempts
    #[arg(long, value_name = "TIME", value_parser = duration)]
    since: Option<Duration>,
    /// Maximum number of log lines to read; with more, the numbers are estimates
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_lines: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ShowStatus {
    pub(super) async fn run(&self, target: &Target, configuration: &DeliveryConfiguration) -> Result<ExitCode> {
        if let Some(name) = &self.name {
            configuration.check_destination(name)?;
        }
        let step = Step::start("read the state of the destinations and the log of the process function");
        let limit = self.max_lines.try_into()?;
        let status = Status::read(target, configuration, self.name.as_deref(), self.since, limit).await?;
        step.done("");
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&status.json())?));
        } else {
            print_line(format_args!("{}", text(&status, unix_milliseconds())));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Formats the status at `now_ms` (milliseconds since 1970).
fn text(status: &Status, now_ms: u64) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["destination", "paused", "breaker", "waiting", "oldest", "last failure"]);
    let is_estimate = status.log.as_ref().is_some_and(|log| !log.is_complete);
    for destination in &status.destinations {
        table.add_row(row(destination, is_estimate, now_ms));
    }
    let QueueDepth { visible, in_flight, delayed } = status.retry_queue;
    format!(
        "{table}\n\nretry queue: {visible} visible, {in_flight} in flight, {delayed} delayed (approximate, all destinations)\n{}",
        source(status)
    )
}

/// Returns where the numbers of waiting events come from.
fn source(status: &Status) -> String {
    match &status.log {
        Some(log) => {
            let part = if log.is_complete { "" } else { ", but not all of them: ~ marks an estimate (--max-lines)" };
            format!(
                "waiting, oldest, last failure: from the log lines since {}{part}",
                rfc3339(log.since_ms.div_euclid(1000))
            )
        }
        None => format!(
            "waiting, oldest, last failure: unknown, because the function logs no deliveries at log_level `{}`",
            status.log_level
        ),
    }
}

fn row(destination: &DestinationStatus, is_estimate: bool, now_ms: u64) -> [String; 6] {
    let DestinationStatus { name, state, activity } = destination;
    let ago = |time_ms: i64| formatted(now_ms.saturating_sub(time_ms.try_into().unwrap_or_default()) / 1000);
    let waiting =
        |Activity { waiting, .. }: &Activity| if is_estimate { format!("~{waiting}") } else { waiting.to_string() };
    let activity = activity.as_ref();
    let failure = activity.and_then(|activity| activity.last_failure.as_ref());
    [
        name.clone(),
        state.pause.as_ref().map_or_else(|| "no".to_owned(), pause),
        state.breaker.as_ref().map_or_else(|| "closed".to_owned(), |breaker| open(breaker, now_ms)),
        activity.map(waiting).unwrap_or_else(|| "?".to_owned()),
        activity.and_then(|activity| activity.oldest_ms).map(ago).unwrap_or_default(),
        failure.map(|failure| format!("{}, {} ago", failure.reason, ago(failure.time_ms))).unwrap_or_default(),
    ]
}

fn pause(Pause { since, note }: &Pause) -> String {
    let note = note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("since {}{note}", rfc3339(*since))
}

fn open(Breaker { until, reason, .. }: &Breaker, now_ms: u64) -> String {
    let now = i64::try_from(now_ms / 1000).unwrap_or(i64::MAX);
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    match u64::try_from(until.saturating_sub(now)) {
        Ok(seconds @ 1..) => format!("open, probe in {}{reason}", formatted(seconds)),
        _ => format!("open, probe is due{reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destinations::{DestinationState, LastFailure, LogSearch};

    const NOW: i64 = 1_767_323_045;

    fn status(log: Option<LogSearch>) -> Status {
        let activity =
            |waiting, oldest, last_failure| log.as_ref().map(|_| Activity { waiting, oldest_ms: oldest, last_failure });
        let breaker = |until| Some(Breaker { opened_at: NOW - 900, until, reason: "timeout".to_owned() });
        let failure = Some(LastFailure { time_ms: (NOW - 3) * 1000, reason: "timeout".to_owned() });
        let destination = |name: &str, state, activity| DestinationStatus { name: name.to_owned(), state, activity };
        let pause = Some(Pause { since: NOW - 7200, note: Some("database migration".to_owned()) });
        let destinations = vec![
            destination(
                "audit",
                DestinationState { pause: None, breaker: breaker(NOW + 25) },
                activity(120, Some((NOW - 900) * 1000), failure.clone()),
            ),
            destination("ci", DestinationState::default(), activity(0, None, None)),
            destination(
                "ledger",
                DestinationState { pause, breaker: breaker(NOW - 1) },
                activity(4, Some((NOW - 7000) * 1000), failure),
            ),
        ];
        let retry_queue = QueueDepth { visible: 3, in_flight: 1, delayed: 120 };
        let log_level = if log.is_some() { "info" } else { "warn" };
        Status { destinations, retry_queue, log, log_level: log_level.to_owned() }
    }

    fn log(is_complete: bool) -> Option<LogSearch> {
        Some(LogSearch { since_ms: (NOW - 10_800) * 1000, is_complete, ..LogSearch::default() })
    }

    #[test]
    fn table_has_the_state_and_the_source_of_each_number() {
        let texts = [log(true), log(false), None].map(|log| text(&status(log), 1_767_323_045_000));
        insta::assert_snapshot!(texts.join("\n----\n"));
    }

    #[test]
    fn json_has_unknown_numbers_as_null() {
        insta::assert_json_snapshot!([status(log(true)).json(), status(None).json()]);
    }
}
