use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};

use crate::dead_letters::{DeadLetters, Filter, Letter};
use crate::progress::say;
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct Dlq {
    /// Terraform workspace whose queue is meant, by the outputs of terraform/; without it, the stack that is up locally
    #[arg(long, global = true)]
    workspace: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What is in the dead-letter queue, the oldest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One message with its payload
    Show {
        /// Id of the event, or of the message
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Move messages back to the intake queue, to be delivered where they were not
    Redrive {
        #[command(flatten)]
        filter: Filter,
        /// Only say what would be moved
        #[arg(long)]
        dry_run: bool,
        /// At most so many a second
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
        rate: Option<u32>,
    },
    /// Delete everything in the dead-letter queue
    Purge {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl Dlq {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let letters = DeadLetters::of(Target::find(self.workspace.as_deref()).await?);
        match self.command {
            Command::List { filter, json } => list(&letters, &filter, json).await,
            Command::Show { id, json } => show(&letters, &id, json).await,
            Command::Redrive { filter, dry_run, rate } => redrive(&letters, &filter, dry_run, rate).await,
            Command::Purge { yes } => purge(&letters, yes).await,
        }
    }
}

async fn list(letters: &DeadLetters, filter: &Filter, as_json: bool) -> Result<ExitCode> {
    let found: Vec<_> = letters.list().await?.into_iter().filter(|letter| filter.matches(letter)).collect();
    if as_json {
        let rows: Vec<_> = found.iter().map(Letter::summary).collect();
        say(format_args!("{}", serde_json::to_string_pretty(&rows)?));
    } else {
        say(format_args!("{}", table(&found)));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(letters: &[Letter]) -> String {
    if letters.is_empty() {
        return "nothing is in the dead-letter queue that fits".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["id", "source", "type", "reason", "destination", "age", "attempts"]);
    for letter in letters {
        let Letter { id, source, event_type, reason, destination, attempts, .. } = letter;
        table.add_row([id, source, event_type, reason, destination, &letter.age_in_words(), attempts]);
    }
    format!("{table}\n{} messages", letters.len())
}

async fn show(letters: &DeadLetters, id: &str, as_json: bool) -> Result<ExitCode> {
    let found = letters.list().await?;
    let letter = found.iter().find(|letter| letter.id == id || letter.message_id == id);
    let letter =
        letter.with_context(|| format!("no message {id} is in the dead-letter queue, or somebody else is at it"))?;
    let mut summary = letter.summary();
    if as_json {
        // Unchanged: what `replay` takes.
        summary["message"] = letter.body.clone().into();
        say(format_args!("{}", serde_json::to_string_pretty(&summary)?));
        return Ok(ExitCode::SUCCESS);
    }
    for (name, value) in summary.as_object().into_iter().flatten() {
        say(format_args!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    say(format_args!("\n{}", letter.payload().unwrap_or(&letter.body)));
    Ok(ExitCode::SUCCESS)
}

async fn redrive(letters: &DeadLetters, filter: &Filter, dry_run: bool, rate: Option<u32>) -> Result<ExitCode> {
    if dry_run {
        let found: Vec<_> = letters.list().await?.into_iter().filter(|letter| filter.matches(letter)).collect();
        say(format_args!("{}\nnothing was moved: this is what would be", table(&found)));
        return Ok(ExitCode::SUCCESS);
    }
    if filter.is_empty()
        && let Some(task) = letters.move_task(rate).await?
    {
        say(format_args!("SQS moves everything itself; its task is {task}"));
        return Ok(ExitCode::SUCCESS);
    }
    let moved = letters.redrive(filter, rate).await?;
    say(format_args!("{moved} messages were moved"));
    Ok(ExitCode::SUCCESS)
}

async fn purge(letters: &DeadLetters, yes: bool) -> Result<ExitCode> {
    let count = letters.count().await?;
    if !yes {
        ensure!(std::io::stdin().is_terminal(), "nobody is here to be asked: give --yes");
        let _ = write!(std::io::stderr(), "delete {count} messages for good? [y/N] ");
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if !matches!(answer.trim(), "y" | "Y" | "yes") {
            say(format_args!("nothing was deleted"));
            return Ok(ExitCode::FAILURE);
        }
    }
    letters.purge().await?;
    say(format_args!("{count} messages were deleted"));
    Ok(ExitCode::SUCCESS)
}
