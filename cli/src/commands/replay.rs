use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use hookline_event::Event;
use serde_json::Value;
use uuid::Uuid;

use super::scheme_options;
use crate::dead_letter_queue::DeadLetterQueue;
use crate::output::{ProgressBar, print_line};
use crate::target::TargetOptions;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// File with one queued event per line, or with the output of `dlq show --json`; - reads standard input
    file: PathBuf,
    #[command(flatten)]
    target: TargetOptions,
}

impl Replay {
    /// Sends all events of the file. An invalid event anywhere in the file prevents the whole replay.
    pub(super) async fn run(self) -> Result<ExitCode> {
        let text = String::from_utf8(scheme_options::read(&self.file)?).context("the file is not UTF-8 text")?;
        let messages = messages(&text)?;
        let queue = DeadLetterQueue::new(self.target.find().await?);
        let bar = ProgressBar::start("replay", messages.len());
        for (sent, message) in messages.iter().enumerate() {
            queue.replay(message).await.with_context(|| format!("sent {sent} of {} events", messages.len()))?;
            bar.advance();
        }
        drop(bar);
        print_line(format_args!("sent {} events", messages.len()));
        Ok(ExitCode::SUCCESS)
    }
}

fn messages(text: &str) -> Result<Vec<String>> {
    let shown = serde_json::from_str::<Value>(text).ok();
    if let Some(message) = shown.as_ref().and_then(|shown| shown["message"].as_str()) {
        // A dead-letter message stays the same request, like in a redrive: a crash may have left its claim, and another
        // request would count as a duplicate.
        Event::from_json(message).context("event 1 of the file is invalid")?;
        return Ok(vec![message.to_owned()]);
    }
    let messages: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    ensure!(!messages.is_empty(), "the file has no events");
    let request = |(number, message): (usize, &String)| {
        new_request(message).with_context(|| format!("event {} of the file is invalid", number + 1))
    };
    messages.iter().enumerate().map(request).collect()
}

/// Returns the event as a new request. Process delivers an event again whose request it has seen, because the message is
/// then a repeated receive; another request of a delivered event is a duplicate.
fn new_request(message: &str) -> Result<String> {
    Event::from_json(message)?;
    let mut event: Value = serde_json::from_str(message)?;
    event["requestid"] = Uuid::now_v7().to_string().into();
    Ok(event.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dead_letter_queue::tests::event;

    #[test]
    fn reads_one_event_per_line_or_one_shown_message() {
        let event = event("github", "1").to_json().unwrap();
        assert_eq!(messages(&format!("{event}\n\n{event}\n")).unwrap().len(), 2);
        let shown = serde_json::json!({ "id": "1", "message": event }).to_string();
        assert_eq!(messages(&shown).unwrap().len(), 1);
        assert!(messages("\n").unwrap_err().to_string().contains("no events"));
        assert!(messages(&format!("{event}\n{{}}")).unwrap_err().to_string().contains("event 2 of the file"));
    }

    #[test]
    fn shown_message_stays_the_same_request() {
        let message = Event { request_id: Some("request-1".to_owned()), ..event("github", "1") }.to_json().unwrap();
        let shown = serde_json::json!({ "id": "1", "message": message }).to_string();
        assert_eq!(messages(&shown).unwrap(), [message]);
    }

    #[test]
    fn each_replayed_event_is_a_new_request() {
        let original = Event { request_id: Some("request-1".to_owned()), ..event("github", "1") };
        let json = original.to_json().unwrap();
        let with_unknown = json.replacen('{', r#"{"laterattribute":"kept","#, 1);
        let replayed = messages(&format!("{with_unknown}\n{with_unknown}")).unwrap();
        assert!(replayed.iter().all(|message| message.contains(r#""laterattribute":"kept""#)), "{replayed:?}");
        let events: Vec<_> = replayed.iter().map(|message| Event::from_json(message).unwrap()).collect();
        let requests: Vec<_> = events.iter().map(|event| event.request_id.clone().unwrap()).collect();
        assert!(requests[0] != requests[1] && !requests.contains(&"request-1".to_owned()), "{requests:?}");
        let restored = Event { request_id: original.request_id.clone(), ..events[0].clone() };
        assert_eq!(restored, original);
    }
}
