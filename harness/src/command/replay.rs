use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use hookline_event::Event;
use serde_json::Value;

use super::scheme;
use crate::dead_letters::DeadLetters;
use crate::progress::{Bar, say};
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Terraform workspace whose queue is meant, by the outputs of terraform/; without it, the stack that is up locally
    #[arg(long)]
    workspace: Option<String>,
    /// File with events as they are on the queue, one a line, or as `dlq show --json` prints one; - is standard input
    file: PathBuf,
}

impl Replay {
    /// All or nothing as far as reading goes: a file that is not whole is not begun with.
    pub(super) async fn run(self) -> Result<ExitCode> {
        let text = String::from_utf8(scheme::read(&self.file)?).context("the file is not text")?;
        let messages = messages(&text)?;
        let letters = DeadLetters::of(Target::find(self.workspace.as_deref()).await?);
        let bar = Bar::start("replay", messages.len());
        for (sent, message) in messages.iter().enumerate() {
            letters.replay(message).await.with_context(|| format!("{sent} of {} were sent", messages.len()))?;
            bar.advance();
        }
        drop(bar);
        say(format_args!("{} events were sent", messages.len()));
        Ok(ExitCode::SUCCESS)
    }
}

fn messages(text: &str) -> Result<Vec<String>> {
    let whole = serde_json::from_str::<Value>(text).ok().and_then(|it| it["message"].as_str().map(str::to_owned));
    let messages: Vec<String> = match whole {
        Some(message) => vec![message],
        None => text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
    };
    ensure!(!messages.is_empty(), "the file has no events");
    for (number, message) in messages.iter().enumerate() {
        Event::from_json(message).with_context(|| format!("event {} of the file", number + 1))?;
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_an_event_a_line_or_is_one_that_was_shown() {
        let event = crate::scenario::ask_event("github", "1").to_json().unwrap();
        assert_eq!(messages(&format!("{event}\n\n{event}\n")).unwrap().len(), 2);
        let shown = serde_json::json!({ "id": "1", "message": event }).to_string();
        assert_eq!(messages(&shown).unwrap(), std::slice::from_ref(&event));
        assert!(messages("\n").unwrap_err().to_string().contains("no events"));
        assert!(messages(&format!("{event}\n{{}}")).unwrap_err().to_string().contains("event 2 of the file"));
    }
}
