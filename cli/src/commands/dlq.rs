use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::confirmation::confirm;
use super::dlq_delete::{Delete, question};
use super::dlq_table::table;
use crate::dead_letter_queue::{DeadLetterMessage, DeadLetterQueue, Filter};
use crate::output::print_line;
use crate::target::TargetOptions;

#[derive(Debug, Args)]
pub(super) struct Dlq {
    #[command(flatten)]
    target: TargetOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the messages of the dead-letter queue, oldest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        filter: Filter,
    },
    /// Show one message with its payload
    Show {
        /// Id of the event or of the SQS message
        id: String,
        /// Print JSON, which `replay` accepts
        #[arg(long)]
        json: bool,
    },
    /// Move messages to the intake queue; each event is delivered to the destinations that have not received it
    Redrive {
        /// Print the messages that would be moved, and move none
        #[arg(long)]
        dry_run: bool,
        /// Maximum number of messages per second
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
        rate: Option<u32>,
        #[command(flatten)]
        filter: Filter,
    },
    /// Delete messages from the dead-letter queue
    Delete(Delete),
    /// Delete all messages of the dead-letter queue
    Purge {
        /// Delete without confirmation
        #[arg(long)]
        yes: bool,
    },
}

impl Dlq {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let queue = DeadLetterQueue::new(self.target.find().await?);
        match self.command {
            Command::List { filter, json } => list(&queue, &filter, json).await,
            Command::Show { id, json } => show(&queue, &id, json).await,
            Command::Redrive { filter, dry_run, rate } => redrive(&queue, &filter, dry_run, rate).await,
            Command::Delete(delete) => delete.run(&queue).await,
            Command::Purge { yes } => purge(&queue, yes).await,
        }
    }
}

async fn list(queue: &DeadLetterQueue, filter: &Filter, as_json: bool) -> Result<ExitCode> {
    let messages = matching(queue, filter).await?;
    if as_json {
        let rows: Vec<_> = messages.iter().map(DeadLetterMessage::summary).collect();
        print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
    } else {
        print_line(format_args!("{}", table(&messages)));
    }
    Ok(ExitCode::SUCCESS)
}

async fn matching(queue: &DeadLetterQueue, filter: &Filter) -> Result<Vec<DeadLetterMessage>> {
    Ok(queue.list().await?.into_iter().filter(|message| filter.matches(message)).collect())
}

async fn show(queue: &DeadLetterQueue, id: &str, as_json: bool) -> Result<ExitCode> {
    let messages = queue.list().await?;
    let message = messages.iter().find(|message| message.id == id || message.message_id == id);
    let message = message.with_context(|| {
        format!("message `{id}` is not in the dead-letter queue, or another reader has received it: retry in 2 minutes")
    })?;
    let mut summary = message.summary();
    if as_json {
        // `replay` accepts the unchanged body.
        summary["message"] = message.body.clone().into();
        print_line(format_args!("{}", serde_json::to_string_pretty(&summary)?));
        return Ok(ExitCode::SUCCESS);
    }
    for (name, value) in summary.as_object().into_iter().flatten() {
        print_line(format_args!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    print_line(format_args!("\n{}", message.payload().unwrap_or(&message.body)));
    Ok(ExitCode::SUCCESS)
}

async fn redrive(queue: &DeadLetterQueue, filter: &Filter, dry_run: bool, rate: Option<u32>) -> Result<ExitCode> {
    if dry_run {
        let messages = matching(queue, filter).await?;
        print_line(format_args!("{}\ndry run: no message was moved", table(&messages)));
        return Ok(ExitCode::SUCCESS);
    }
    if filter.is_empty()
        && let Some(task) = queue.start_move_task(rate).await?
    {
        print_line(format_args!("SQS moves all messages in the background, with the message move task {task}"));
        return Ok(ExitCode::SUCCESS);
    }
    let moved = queue.redrive(filter, rate).await?;
    print_line(format_args!("moved {moved} messages"));
    Ok(ExitCode::SUCCESS)
}

async fn purge(queue: &DeadLetterQueue, yes: bool) -> Result<ExitCode> {
    let count = queue.count().await?;
    if !yes && !confirm(&question(queue, &count))? {
        print_line(format_args!("no message was deleted"));
        return Ok(ExitCode::FAILURE);
    }
    queue.purge().await?;
    print_line(format_args!("deleted {count} messages"));
    Ok(ExitCode::SUCCESS)
}
