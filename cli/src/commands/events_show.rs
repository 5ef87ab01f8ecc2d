use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use hookline_event_log::Attempt;
use serde_json::{Value, json};

use crate::event_log::{EventLog, LoggedEvent, Payload, PayloadError, SelectedKey, SharedIds};
use crate::output::{Step, print_line};
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Id of the event
    id: String,
    /// Name of the source, if several sources use the id
    #[arg(long)]
    source: Option<String>,
    /// Only the event whose deduplication key begins with this, if several events have the id
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Write the exact bytes of the payload, and nothing else
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, target: Target) -> Result<ExitCode> {
        let log = EventLog::find(target).await?;
        let step = Step::start("read the event log");
        let events = self.events(&log).await?;
        let newest = events.first().with_context(|| {
            format!(
                "the event log has no event `{}`: it may have expired, or it was not written. `hookline trace {0}` searches the \
                 logs",
                self.id
            )
        })?;
        let payload = log.payload(&newest.event).await;
        step.done("");
        if self.raw {
            std::io::stdout().write_all(&payload?.bytes).context("cannot write the payload")?;
            return Ok(ExitCode::SUCCESS);
        }
        let payload = match payload {
            Err(error) if !error.is_missing() => return Err(error.into()),
            payload => payload,
        };
        let text = if self.json { json(&events, payload.ok()) } else { Ok(text(&events, &payload)) };
        print_line(format_args!("{}", text?));
        Ok(ExitCode::SUCCESS)
    }

    /// Returns the requests with the id, newest first: of all events, or of the one with the key.
    async fn events(&self, log: &EventLog) -> Result<Vec<LoggedEvent>> {
        let mut events = log.events(&self.id, self.source.as_deref()).await?;
        if self.key.is_some() {
            let key = SelectedKey::of(&self.id, events.iter().map(LoggedEvent::key), self.key.as_deref())?;
            events.retain(|logged| key.includes(logged.key()));
        }
        Ok(events)
    }
}

/// Returns the newest event with its payload, and the other events with the same id.
fn json(events: &[LoggedEvent], payload: Option<Payload>) -> Result<String> {
    let (newest, others) = events.split_first().context("no event")?;
    let mut event = newest.json();
    if let Some(payload) = payload {
        event["message"] = serde_json::from_str(&payload.message)?;
        event["data_base64"] = json!(STANDARD.encode(payload.bytes));
    }
    event["other_requests"] = others.iter().map(LoggedEvent::json).collect();
    Ok(serde_json::to_string_pretty(&event)?)
}

fn text(events: &[LoggedEvent], payload: &Result<Payload, PayloadError>) -> String {
    let mut lines = Vec::new();
    if let Some((newest, others)) = events.split_first() {
        let shared = SharedIds::of(events);
        lines.extend(timeline(newest));
        lines.extend(others.iter().map(|other| {
            let (event, status) = (&other.event, other.summary().status);
            match shared.is_same_event(other, newest) {
                true => format!("another request with this id: received {}, {status}", event.received),
                false => {
                    let key = other.key().unwrap_or("unknown");
                    format!("another event with this id: received {}, {status}, key {key}", event.received)
                }
            }
        }));
    }
    lines.push(String::new());
    lines.push(match payload {
        Ok(payload) => visible(&payload.bytes),
        Err(error) => error.to_string(),
    });
    lines.join("\n")
}

fn timeline(logged: &LoggedEvent) -> Vec<String> {
    let (event, status) = (&logged.event, logged.summary().status);
    let mut lines = vec![format!("event {} ({} from {}), {status}", event.id, event.r#type, event.source)];
    if !logged.is_complete {
        lines.push("the log has only attempts of this event".to_owned());
    }
    let replay = event.replay.as_ref().map(|replay| format!("replay {replay}"));
    let details = [
        event.content_type.clone(),
        event.size.map(|size| format!("{size} bytes")),
        event.trace_id.as_ref().map(|trace| format!("trace {trace}")),
        event.reason.clone(),
        replay,
    ];
    let details: Vec<_> = details.into_iter().flatten().collect();
    lines.push(format!("{}  received          {}", event.received, details.join(", ")).trim_end().to_owned());
    lines.extend(logged.all_attempts().map(attempt_line));
    lines
}

fn attempt_line(attempt: &Attempt) -> String {
    let Attempt { destination, outcome, reason, number, at, duration_ms, retry_in_seconds, .. } = attempt;
    let outcome = serde_json::to_value(outcome).ok();
    let outcome = outcome.as_ref().and_then(Value::as_str).unwrap_or_default();
    let details = [
        (!destination.is_empty()).then(|| format!("to {destination}")),
        reason.clone(),
        Some(format!("attempt {number}")),
        retry_in_seconds.map(|seconds| format!("next in {seconds} s")),
        Some(format!("took {duration_ms} ms")),
    ];
    format!("{at}  {outcome:<17} {}", details.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Returns a payload for a terminal: indented if it is JSON, without control characters, and base64 if it is no text.
fn visible(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return STANDARD.encode(bytes) };
    let pretty = serde_json::from_str::<Value>(text).ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    let escape = |character: char| match character {
        '\n' | '\t' => character.to_string(),
        control if control.is_control() => control.escape_default().to_string(),
        other => other.to_string(),
    };
    pretty.as_deref().unwrap_or(text).chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use hookline_event_log::{EventEntry, Outcome, event_position};

    use super::*;
    use crate::event_log::tests::{Fixture, at, event, later};

    fn events() -> Vec<LoggedEvent> {
        let newest = event("1", 9, Outcome::Retried);
        let attempts = vec![later(&newest, Outcome::Retried, 2, 20), later(&newest, Outcome::Delivered, 3, 50)];
        let older = LoggedEvent { event: event("1", 1, Outcome::Delivered), attempts: Vec::new(), is_complete: true };
        vec![LoggedEvent { event: newest, attempts, is_complete: true }, older]
    }

    fn payload(bytes: &[u8]) -> Payload {
        Payload { message: r#"{"id":"1","type":"github.push"}"#.to_owned(), bytes: bytes.to_vec() }
    }

    #[tokio::test]
    async fn key_of_the_json_output_selects_the_event() {
        let fixture = Fixture::start(&["github"]).await;
        for (second, digit) in [(1, "a"), (2, "b")] {
            let (request_id, received) = (format!("request-{second}"), at(second).received);
            let position = event_position(&received, &request_id);
            let dedup_key = Some(digit.repeat(64));
            fixture.add(EventEntry { dedup_key, request_id, received, position, ..event("1", 1, Outcome::Delivered) });
        }
        let show = |key: &str| Show {
            id: "1".to_owned(),
            source: None,
            key: (!key.is_empty()).then(|| key.to_owned()),
            raw: false,
            json: true,
        };
        assert_eq!(show("").events(&fixture.log).await.unwrap().len(), 2);
        let events = show("aa").events(&fixture.log).await.unwrap();
        let json: Value = serde_json::from_str(&json(&events, None).unwrap()).unwrap();
        let printed = json["dedup_key"].as_str().unwrap();
        assert_eq!((printed.len(), show(printed).events(&fixture.log).await.unwrap()), (64, events));
        let error = show("c").events(&fixture.log).await.unwrap_err().to_string();
        assert!(error.ends_with("one of aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb"), "{error}");
    }

    #[test]
    fn text_has_the_timeline_and_the_payload() {
        insta::assert_snapshot!(text(&events(), &Ok(payload(br#"{"action":"opened"}"#))));
        let missing = text(&events(), &Err(PayloadError::Missing { id: "1".to_owned() }));
        assert!(missing.ends_with("it has expired, or it was deleted"), "{missing}");
    }

    #[test]
    fn json_has_the_payload_and_the_other_requests() {
        let json: Value = serde_json::from_str(&json(&events(), Some(payload(b"{}"))).unwrap()).unwrap();
        assert_eq!((&json["data_base64"], &json["message"]["id"]), (&json!("e30="), &json!("1")));
        assert_eq!(
            (json["attempts"].as_array().unwrap().len(), json["other_requests"].as_array().unwrap().len()),
            (3, 1)
        );
    }

    #[test]
    fn payload_cannot_control_the_terminal() {
        assert_eq!(visible(b"a\x1b[31m\n\tb\x07"), "a\\u{1b}[31m\n\tb\\u{7}");
        assert_eq!(visible("\u{9b}1m".as_bytes()), "\\u{9b}1m");
        assert_eq!(visible(br#"{"a":"\u001b"}"#), "{\n  \"a\": \"\\u001b\"\n}");
        assert_eq!(visible(b"\xff\xfe"), "//4=");
    }
}
