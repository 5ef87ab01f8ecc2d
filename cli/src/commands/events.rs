use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::confirmation::confirm;
use super::events_list::List;
use super::events_replay::ReplayEvents;
use super::events_show::Show;
use super::events_tail::TailEvents;
use super::events_text;
use crate::duration::duration;
use crate::event_deletion::{Deletion, EventData, EventSelection};
use crate::output::{Step, print_line};
use crate::target::TargetOptions;

#[derive(Debug, Args)]
pub(super) struct Events {
    #[command(flatten)]
    target: TargetOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the events of the event log, newest first, and rejected requests
    #[command(after_help = "\
The status is the worst one of the event's destinations: pending, delivered, filtered, retrying or dead_lettered. Rejected
requests come from the log of the ingest function; they have a request id instead of an event's id.

Examples:
  hookline events list --service hookline-prod --status dead_lettered --since 1d
  hookline events list --service hookline-prod --source github --type 'github.pull_request*' --filter '/action=opened'")]
    List(List),
    /// Show what happened to one event, and its payload
    #[command(after_help = "\
Examples:
  hookline events show 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod
  hookline events show 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod --raw >body.json")]
    Show(Show),
    /// Send events again: to the destinations of the matching routes, or to one destination
    #[command(after_help = "\
A replay is a new request for the same event, which is not a duplicate. Destinations receive it with the CloudEvents attribute
`replay`, which HTTP destinations get as the header ce-replay; the event's id stays the same, so that a receiver that
remembers ids may ignore it. A replay to one destination ignores the routes.

Each sent event has a line. An interrupted command has sent the events that it has printed, and no others.

Examples:
  hookline events replay 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod
  hookline events replay --status dead_lettered --since 6h --dry-run --service hookline-prod
  hookline events replay --source github --since 1d --destination audit --rate 20 --service hookline-prod
  hookline events replay --sent-to ledger --status dead_lettered --destination ledger --service hookline-prod")]
    Replay(Box<ReplayEvents>),
    /// Print events as they are received, until Ctrl-C
    #[command(after_help = "\
An event is printed once the log has it, some seconds after its receive, and again for each later attempt within two minutes
of its receive.

Examples:
  hookline events tail --service hookline-prod --source github
  hookline events tail --service hookline-prod --json | jq .type")]
    Tail(TailEvents),
    /// Delete one event from the event log, the dead-letter queue, the payload bucket and the idempotency table
    #[command(after_help = "\
The command prints what it deletes, and what it cannot delete: messages of the intake queue and the retry queue, which SQS
cannot search; log lines, which have no payload; and the copies of destinations. Repeat it after the event has left the
queues. The exit code is 1 if there is nothing to delete.

After the deletion, a repeated request of the sender counts as a new event.

Examples:
  hookline events delete 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod --dry-run
  hookline events delete 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod --since 14d --yes")]
    Delete(Delete),
}

#[derive(Debug, Args)]
struct Delete {
    /// Id of the event
    id: String,
    /// Name of the source, if several sources use the id, or if the log has no line of the event
    #[arg(long)]
    source: Option<String>,
    /// Only the event whose deduplication key begins with this, if several events have the id
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// How far back to search the log: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1d")]
    since: Duration,
    /// Print what would be deleted, and delete nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Delete without confirmation
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Events {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let target = self.target.find().await?;
        let delete = match self.command {
            Command::List(list) => return list.run(target).await,
            Command::Show(show) => return show.run(target).await,
            Command::Replay(replay) => return replay.run(target).await,
            Command::Tail(tail) => return tail.run(target).await,
            Command::Delete(delete) => delete,
        };
        let step = Step::start("find the data of the event");
        let data = EventData::find(&target, delete.selection(), delete.since).await?;
        step.done("");
        if data.is_empty() || delete.dry_run {
            return delete.print(&data, None);
        }
        if !delete.yes {
            eprintln!("{}", events_text::text(&data, None));
            if !confirm(&format!("{}: permanently delete this data?", target.resources.prefix()))? {
                print_line(format_args!("nothing was deleted"));
                return Ok(ExitCode::FAILURE);
            }
        }
        let deletion = data.delete(&target).await?;
        delete.print(&data, Some(&deletion))
    }
}

impl Delete {
    fn selection(&self) -> EventSelection<'_> {
        EventSelection { id: &self.id, source: self.source.as_deref(), key: self.key.as_deref() }
    }

    fn print(&self, data: &EventData, deletion: Option<&Deletion>) -> Result<ExitCode> {
        match self.json {
            true => print_line(format_args!("{}", serde_json::to_string_pretty(&events_text::json(data, deletion))?)),
            false => print_line(format_args!("{}", events_text::text(data, deletion))),
        }
        let is_complete = deletion.is_none_or(|deletion| deletion.is_complete(data));
        Ok(if is_complete && !data.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
