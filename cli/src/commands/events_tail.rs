use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::event_conditions::{EventConditions, TimeRange};
use super::events_list;
use crate::event_log::{EventLog, LoggedEvent, SharedIds, Tail};
use crate::output::{is_pipe_closed, print_line};
use crate::target::Target;

/// The time between two reads of the log.
const INTERVAL: Duration = Duration::from_secs(2);
/// The events that are listed at once.
const LIMIT: usize = 1000;

#[derive(Debug, Args)]
pub(super) struct TailEvents {
    #[command(flatten)]
    conditions: EventConditions,
    /// Only events that were sent to this destination
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// How far back to begin: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = crate::duration::duration, default_value = "1m")]
    since: Duration,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

impl TailEvents {
    /// Prints new events, and events with new attempts, until a signal ends the command or its reader closes the pipe.
    pub(super) async fn run(self, target: Target) -> Result<ExitCode> {
        let log = EventLog::find(target).await?;
        self.conditions.note_removed_source(&log);
        eprintln!("waiting for events; Ctrl-C ends the command");
        let mut tail = Tail::new(&log, self.conditions.list(&TimeRange::last(self.since), self.destination, LIMIT));
        loop {
            match tail.next().await {
                Ok(events) => {
                    let shared = SharedIds::of(&events);
                    events.iter().for_each(|logged| print(logged, &shared, self.json));
                }
                Err(error) if !tail.has_read() => return Err(error),
                Err(error) => eprintln!("cannot read the event log, and will retry: {error:#}"),
            }
            if is_pipe_closed() {
                return Ok(ExitCode::SUCCESS);
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

fn print(logged: &LoggedEvent, shared: &SharedIds, is_json: bool) {
    match is_json {
        true => print_line(format_args!("{}", logged.json())),
        false => print_line(format_args!("{}", line(logged, shared))),
    }
}

fn line(logged: &LoggedEvent, shared: &SharedIds) -> String {
    let [received, status, source, event_type, id, _, destinations] = events_list::row(logged, shared);
    format!("{received}  {status:<13}  {source}  {event_type}  {id}  {destinations}")
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::*;
    use crate::event_log::tests::event;

    #[test]
    fn line_has_the_event_and_its_destinations() {
        let event = event("1", 1, Outcome::Retried);
        let logged = LoggedEvent { event, attempts: Vec::new(), is_complete: true };
        insta::assert_snapshot!(
            line(&logged, &SharedIds::of(&[])),
            @"2026-01-02T03:04:01.000Z  retrying       github  github.push  1  orders retrying"
        );
    }
}
