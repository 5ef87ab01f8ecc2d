use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::destination_status::ShowStatus;
use super::timestamp::rfc3339;
use crate::clock::unix_seconds;
use crate::destinations::{Pause, StateTable, checked_note};
use crate::duration::formatted;
use crate::output::print_line;
use crate::target::{DeliveryConfiguration, TargetOptions};

#[derive(Debug, Args)]
pub(super) struct Destination {
    #[command(flatten)]
    target: TargetOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Stop deliveries to one destination; its events wait in the retry queue
    #[command(after_help = "\
Events for the destination move to the retry queue without an attempt, until `resume`, or until `retry.give_up_after_hours`
has passed: then they go to the dead-letter queue. Other destinations of an event are not affected. The pause survives
deployments, and each `terraform plan` warns of it. A second `pause` replaces the note.

Example:
  hookline destination pause ledger --note 'database migration until 14:00' --service hookline-prod")]
    Pause {
        /// Name of the destination
        name: String,
        /// Why the destination is paused, for other operators
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Deliver to a paused destination again
    Resume {
        /// Name of the destination
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show pauses, circuit breakers and waiting events
    Status(ShowStatus),
}

impl Destination {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let target = self.target.find().await?;
        let configuration = target.delivery_configuration().await?;
        let table = || anyhow::Ok(StateTable::new(&target.sdk, configuration.state_table()?.to_owned()));
        match &self.command {
            Command::Pause { name, note, json } => {
                configuration.check_destination(name)?;
                let note = checked_note(note.as_deref())?;
                let now = unix_seconds();
                let earlier = table()?.pause(name, note, now).await?;
                let since = earlier.as_ref().map_or(now, |pause| pause.since);
                let pause = Pause { since, note: note.map(str::to_owned) };
                print(*json, changed(name, Some(&pause)), &paused(name, earlier.as_ref(), &configuration))
            }
            Command::Resume { name, json } => {
                configuration.check_destination(name)?;
                let ended = table()?.resume(name).await?;
                print(*json, changed(name, None), &resumed(name, ended.as_ref(), &configuration))
            }
            Command::Status(status) => status.run(&target, &configuration).await,
        }
    }
}

fn changed(name: &str, pause: Option<&Pause>) -> Value {
    let pause = pause.map(|Pause { since, note }| json!({ "since": since, "note": note }));
    json!({ "destination": name, "pause": pause })
}

fn print(as_json: bool, result: Value, text: &str) -> Result<ExitCode> {
    match as_json {
        true => print_line(format_args!("{}", serde_json::to_string_pretty(&result)?)),
        false => print_line(format_args!("{text}")),
    }
    Ok(ExitCode::SUCCESS)
}

fn paused(name: &str, earlier: Option<&Pause>, configuration: &DeliveryConfiguration) -> String {
    if let Some(Pause { since, .. }) = earlier {
        return format!("destination `{name}` was paused already, since {}; the note is replaced", rfc3339(*since));
    }
    let seconds = configuration.breaker.cool_down_seconds;
    let age = formatted(configuration.give_up_seconds(name).into());
    format!(
        "paused destination `{name}`: within {seconds} seconds its events go to the retry queue, and wait there for at most \
         {age}"
    )
}

fn resumed(name: &str, ended: Option<&Pause>, configuration: &DeliveryConfiguration) -> String {
    let Some(Pause { since, .. }) = ended else {
        return format!("destination `{name}` was not paused");
    };
    let seconds = configuration.breaker.cool_down_seconds;
    format!(
        "resumed destination `{name}`, which was paused since {}: new events are delivered within {seconds} seconds, and \
         events that wait because of the pause within 15 minutes",
        rfc3339(*since)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_says_what_happens_next() {
        let configuration = DeliveryConfiguration::example();
        let pause = Pause { since: 1_767_323_045, note: None };
        let texts = [
            paused("ledger", None, &configuration),
            paused("ledger", Some(&pause), &configuration),
            resumed("ledger", Some(&pause), &configuration),
            resumed("ledger", None, &configuration),
            changed("ledger", Some(&pause)).to_string(),
            changed("ledger", None).to_string(),
        ];
        insta::assert_snapshot!(texts.join("\n"));
    }
}
