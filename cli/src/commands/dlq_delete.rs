use std::fmt::Display;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::confirmation::confirm;
use super::dlq_table::table;
use crate::dead_letter_queue::{DeadLetterMessage, DeadLetterQueue};
use crate::output::print_line;

#[derive(Debug, Args)]
#[command(after_help = "\
An event has one message for each destination that did not receive it; its id deletes all of them. The exit code is 1 if
an id is not in the queue. `events delete` also deletes the other data of an event.

Examples:
  hookline dlq delete 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod --dry-run
  hookline dlq delete 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod --yes")]
pub(super) struct Delete {
    /// Ids of events or of SQS messages
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Print the messages that would be deleted, and delete none
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Delete without confirmation
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Delete {
    pub(super) async fn run(self, queue: &DeadLetterQueue) -> Result<ExitCode> {
        if !self.yes {
            let messages = queue.list().await?;
            let matching: Vec<_> = messages.into_iter().filter(|message| message.has_id(&self.ids)).collect();
            if self.dry_run || matching.is_empty() {
                return self.print(&matching, false);
            }
            eprintln!("{}", table(&matching));
            if !confirm(&question(queue, &matching.len()))? {
                print_line(format_args!("no message was deleted"));
                return Ok(ExitCode::FAILURE);
            }
        }
        self.print(&queue.delete(&self.ids).await?, true)
    }

    fn print(&self, messages: &[DeadLetterMessage], is_deleted: bool) -> Result<ExitCode> {
        let missing = missing(&self.ids, messages);
        if self.json {
            let output = output(messages, &missing, is_deleted);
            print_line(format_args!("{}", serde_json::to_string_pretty(&output)?));
        } else {
            print_line(format_args!("{}", text(messages, &missing, is_deleted)));
        }
        Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Returns the question before a deletion. It names the deployment.
pub(super) fn question(queue: &DeadLetterQueue, count: &impl Display) -> String {
    format!("{}: permanently delete {count} messages?", queue.deployment())
}

/// Returns the ids that no message has.
fn missing<'a>(ids: &'a [String], messages: &[DeadLetterMessage]) -> Vec<&'a str> {
    let is_missing = |id: &&String| !messages.iter().any(|message| message.has_id(std::slice::from_ref(*id)));
    ids.iter().filter(is_missing).map(String::as_str).collect()
}

fn text(messages: &[DeadLetterMessage], missing: &[&str], is_deleted: bool) -> String {
    let result = match (messages.len(), is_deleted) {
        (0, _) => "no message was deleted".to_owned(),
        (_, false) => "dry run: no message was deleted".to_owned(),
        (count, true) => format!("deleted {count} messages"),
    };
    let mut lines = if messages.is_empty() { Vec::new() } else { vec![table(messages)] };
    lines.push(result);
    lines.extend(missing.iter().map(|id| {
        format!("`{id}` is not in the dead-letter queue, or another reader has received it: retry in 2 minutes")
    }));
    lines.join("\n")
}

fn output(messages: &[DeadLetterMessage], missing: &[&str], is_deleted: bool) -> Value {
    let messages: Vec<_> = messages.iter().map(DeadLetterMessage::summary).collect();
    json!({ "deleted": is_deleted, "messages": messages, "not_found": missing })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::aws::{Timeouts, fake};

    #[derive(Debug, Parser)]
    struct CommandLine {
        #[command(flatten)]
        delete: Delete,
    }

    fn messages() -> [DeadLetterMessage; 2] {
        let [mut first, second] = ["orders", "ledger"].map(DeadLetterMessage::example);
        first.message_id = "m-1".to_owned();
        [first, second]
    }

    #[test]
    fn question_names_the_deployment() {
        let timeout = std::time::Duration::from_millis(1);
        let timeouts = Timeouts { connect: timeout, attempt: timeout, call: timeout, attempts: 1 };
        let queue = DeadLetterQueue::new(fake::target("http://127.0.0.1:1", timeouts));
        assert_eq!(question(&queue, &3), "hookline-test: permanently delete 3 messages?");
    }

    #[test]
    fn id_of_an_event_or_of_a_message_is_found() {
        let ids = ["e-1", "m-1", "m-2", "e-2"].map(str::to_owned);
        assert_eq!(missing(&ids, &messages()), ["m-2", "e-2"]);
        assert!(missing(&ids[..2], &messages()).is_empty());
    }

    #[test]
    fn output_has_the_messages_and_the_missing_ids() {
        let texts = [text(&messages(), &[], false), text(&messages(), &["e-2"], true), text(&[], &["e-2"], false)];
        insta::assert_snapshot!(texts.join("\n----\n"));
        insta::assert_json_snapshot!(output(&messages()[..1], &["e-2"], true));
    }

    #[test]
    fn usage_needs_an_id_and_one_way_to_confirm() {
        let parse = |arguments: &[&str]| CommandLine::try_parse_from([&["delete"], arguments].concat()).is_ok();
        assert!(parse(&["e-1", "e-2", "--yes"]) && parse(&["e-1", "--dry-run", "--json"]));
        assert!(!parse(&[]) && !parse(&["e-1", "--yes", "--dry-run"]));
    }
}
