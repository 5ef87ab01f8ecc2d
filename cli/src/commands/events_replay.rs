use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;

use super::confirmation::confirm;
use super::event_conditions::{EventConditions, TimeRange};
use super::events_list;
use crate::event_log::{EventLog, ListOptions, Listed, LoggedEvent, Replay, ReplayTo, SelectedKey, Sent, replayable};
use crate::output::{ProgressBar, Step, is_pipe_closed, print_line};
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct ReplayEvents {
    /// Ids of the events; without ids, the conditions select the events
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only the event whose deduplication key begins with this, if several events have one id
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Send the events to this destination only, also if no route sends them there; default: to the destinations of the
    /// matching routes
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Only events that were sent to this destination before
    #[arg(long, value_name = "NAME")]
    sent_to: Option<String>,
    #[command(flatten)]
    conditions: EventConditions,
    #[command(flatten)]
    range: TimeRange,
    /// The largest number of events that the conditions may select; with more, nothing is sent
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
    /// Maximum number of events per second
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
    rate: Option<u32>,
    /// Print the events that would be sent, and send none
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Send without confirmation
    #[arg(long)]
    yes: bool,
    /// Print one JSON object per event
    #[arg(long)]
    json: bool,
}

impl ReplayEvents {
    pub(super) async fn run(self, target: Target) -> Result<ExitCode> {
        self.check()?;
        let deployment = target.resources.prefix().to_owned();
        let log = EventLog::find(target).await?;
        self.conditions.note_removed_source(&log);
        let to = self.destination.clone().map_or(ReplayTo::Routes, ReplayTo::Destination);
        let replay = Replay::new(&log, to)?;
        let step = Step::start("search the event log");
        let events = if self.ids.is_empty() { self.selected(&log).await? } else { self.named(&log).await? };
        step.done(&format!("{} events", events.len()));
        if self.dry_run {
            let listed = Listed { events, ..Listed::default() };
            print_line(format_args!("{}\ndry run: no event was sent", events_list::text(&listed)));
            return Ok(ExitCode::SUCCESS);
        }
        let question = format!("{deployment}: send {} events again, {}?", events.len(), self.target());
        if self.ids.is_empty() && !events.is_empty() && !self.yes && !confirm(&question)? {
            print_line(format_args!("no event was sent"));
            return Ok(ExitCode::FAILURE);
        }
        self.send(&replay, &events).await
    }

    fn check(&self) -> Result<()> {
        let has_condition = self.conditions.has_condition() || self.sent_to.is_some() || self.range.is_given();
        if self.ids.is_empty() {
            ensure!(self.key.is_none(), "--key selects one of the events with an id: give the id");
            ensure!(
                has_condition || self.conditions.source.is_some(),
                "no event is selected: give ids, or conditions such as --source github --status dead_lettered --since 6h"
            );
        } else {
            ensure!(!has_condition, "give either ids or conditions; with ids, only --source and --key are allowed");
        }
        Ok(())
    }

    fn target(&self) -> String {
        match &self.destination {
            None => "to the destinations of the matching routes".to_owned(),
            Some(name) => format!("to `{name}`"),
        }
    }

    /// Returns the newest request of each id that has a payload.
    async fn named(&self, log: &EventLog) -> Result<Vec<LoggedEvent>> {
        let (mut selected, mut ids) = (Vec::new(), BTreeSet::new());
        for id in self.ids.iter().filter(|id| ids.insert(*id)) {
            let mut events = log.events(id, self.conditions.source.as_deref()).await?;
            if self.key.is_none() {
                check_source(id, &events)?;
            }
            let key = SelectedKey::of(id, events.iter().map(LoggedEvent::key), self.key.as_deref())?;
            events.retain(|logged| key.includes(logged.key()));
            check_source(id, &events)?;
            selected.push(replayable(events).with_context(|| {
                format!(
                    "the event log has no event `{id}`, so no event was sent: `hookline events list` shows the events"
                )
            })?);
        }
        Ok(selected)
    }

    /// Returns the events whose newest request meets the conditions, each once, oldest first.
    async fn selected(&self, log: &EventLog) -> Result<Vec<LoggedEvent>> {
        let options: ListOptions = self.conditions.clone().list(&self.range, self.sent_to.clone(), self.limit);
        let Listed { mut events, has_more, .. } = log.list_distinct(&options).await?;
        ensure!(
            !has_more,
            "more than {} events meet the conditions, so no event was sent: add conditions, or raise --limit",
            self.limit
        );
        events.reverse();
        Ok(events)
    }

    async fn send(&self, replay: &Replay<'_>, events: &[LoggedEvent]) -> Result<ExitCode> {
        let mut progress = Progress::new(events.len());
        let sent = replay.send_all(events, self.rate, |logged, result| {
            match result {
                Ok(sent) => progress.sent(&self.line(logged, &sent)),
                Err(error) => progress.skipped(&error.to_string()),
            }
            // An operator knows only of events whose lines were printed.
            if is_pipe_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        sent.await?;
        let is_complete = progress.sent == events.len() && !events.is_empty();
        if !self.json {
            let (sent, skipped) = (progress.sent, progress.skipped);
            let skipped = if skipped > 0 { format!("; {skipped} could not be sent") } else { String::new() };
            print_line(format_args!("sent {sent} events again as replay {}{skipped}", replay.id()));
        }
        Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn line(&self, LoggedEvent { event, .. }: &LoggedEvent, Sent { replay, request_id }: &Sent) -> String {
        let (id, source, to) = (&event.id, &event.source, &self.destination);
        match self.json {
            true => json!({ "id": id, "source": source, "type": event.r#type, "received": event.received,
                            "destination": to, "replay": replay, "request_id": request_id })
            .to_string(),
            false => format!("sent {id} ({} from {source}) again", event.r#type),
        }
    }
}

/// Fails if several sources have an event with the id.
fn check_source(id: &str, events: &[LoggedEvent]) -> Result<()> {
    let sources: BTreeSet<_> = events.iter().map(|logged| logged.event.source.as_str()).collect();
    let names = Vec::from_iter(sources.iter().copied()).join(", ");
    ensure!(sources.len() <= 1, "several sources have an event `{id}`: add --source with one of {names}");
    Ok(())
}

/// How many events were sent. Each sent event has a line, so an operator sees what an interrupted replay has sent.
struct Progress {
    bar: ProgressBar,
    sent: usize,
    skipped: usize,
    total: usize,
}

impl Progress {
    fn new(total: usize) -> Self {
        Self { bar: ProgressBar::start("replay", total), sent: 0, skipped: 0, total }
    }

    fn sent(&mut self, line: &str) {
        self.sent += 1;
        self.bar.advance();
        self.bar.suspend(|| print_line(format_args!("{line}")));
    }

    fn skipped(&mut self, reason: &str) {
        self.skipped += 1;
        self.bar.advance();
        self.bar.suspend(|| eprintln!("not sent: {reason}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let rest = self.total - self.sent - self.skipped;
        if rest > 0 {
            let (sent, total) = (self.sent, self.total);
            self.bar.suspend(|| eprintln!("sent {sent} of {total} events; the other {rest} were not sent"));
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use hookline_event_log::{EventEntry, Outcome, event_position};

    use super::*;
    use crate::event_log::tests::{Fixture, at, event};

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        replay: ReplayEvents,
    }

    fn parse(arguments: &[&str]) -> ReplayEvents {
        Command::try_parse_from(["replay"].iter().chain(arguments)).unwrap().replay
    }

    #[test]
    fn ids_or_conditions_select_the_events() {
        for arguments in [
            vec!["a", "b"],
            vec!["a", "--source", "github"],
            vec!["a", "--key", "4cb2"],
            vec!["--source", "github"],
            vec!["--status", "dead_lettered"],
            vec!["--since", "6h"],
            vec!["--sent-to", "orders", "--destination", "audit"],
        ] {
            assert!(parse(&arguments).check().is_ok(), "{arguments:?}");
        }
        assert!(parse(&["--destination", "audit"]).check().unwrap_err().to_string().contains("no event is selected"));
        assert!(parse(&["--since", "6h", "--key", "a"]).check().unwrap_err().to_string().contains("give the id"));
        for condition in [["--since", "6h"], ["--status", "delivered"], ["--type", "a.*"], ["--sent-to", "orders"]] {
            let error = parse(&[&["a"][..], &condition].concat()).check().unwrap_err();
            assert!(error.to_string().contains("either ids or conditions"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_id_of_several_events_needs_the_key() {
        let fixture = Fixture::start(&["github"]).await;
        for (second, digit) in [(1, "a"), (2, "b"), (3, "a")] {
            let dedup_key = Some(digit.repeat(64));
            let request_id = format!("request-{second}");
            let received = at(second).received;
            let position = event_position(&received, &request_id);
            let event = EventEntry { dedup_key, request_id, received, position, ..event("1", 1, Outcome::Delivered) };
            fixture.add(event);
        }
        let error = parse(&["1"]).named(&fixture.log).await.unwrap_err().to_string();
        assert!(error.contains("aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb"), "{error}");
        // As few digits as are needed, or all of them, as `--json` prints the key.
        for key in ["aaaa", &"a".repeat(64)] {
            let named = parse(&["1", "--key", key]).named(&fixture.log).await.unwrap();
            assert_eq!(named.iter().map(|logged| &*logged.event.request_id).collect::<Vec<_>>(), ["request-3"]);
        }
        let error = parse(&["1", "--key", "c"]).named(&fixture.log).await.unwrap_err().to_string();
        assert!(
            error.contains("has the key `c`: add --key with the beginning of one of aaaaaaaaaaaaaaaa, "),
            "{error}"
        );
        let selected = parse(&["--since", "900d"]).selected(&fixture.log).await.unwrap();
        let requests: Vec<_> = selected.iter().map(|logged| &*logged.event.request_id).collect();
        assert_eq!(requests, ["request-2", "request-3"]);
    }

    #[test]
    fn each_sent_event_has_a_line() {
        let logged = LoggedEvent { event: event("1", 1, Outcome::Delivered), attempts: Vec::new(), is_complete: true };
        let sent = Sent { replay: "replay-1".to_owned(), request_id: "request-2".to_owned() };
        let lines = [parse(&["1"]), parse(&["1", "--json", "--destination", "audit"])]
            .map(|replay| replay.line(&logged, &sent));
        insta::assert_snapshot!(lines.join("\n"), @r#"
        sent 1 (github.push from github) again
        {"destination":"audit","id":"1","received":"2026-01-02T03:04:01.000Z","replay":"replay-1","request_id":"request-2","source":"github","type":"github.push"}
        "#);
    }
}
