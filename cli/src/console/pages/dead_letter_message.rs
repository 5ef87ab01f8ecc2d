//! One message of the dead-letter queue with its payload.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use super::dead_letters::PATH;
use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::payload::ShownPayload;
use crate::console::render::Page;
use crate::dead_letter_queue::{DeadLetterMessage, ReadLimits, ReadMessages};

/// How long the page searches for the message.
const LIMITS: ReadLimits = ReadLimits { messages: usize::MAX, time: Duration::from_secs(10) };

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    id: String,
    message_id: String,
    is_event: bool,
    /// Names and values.
    facts: Vec<(&'static str, String)>,
    headers: Vec<(String, String)>,
    payload: ShownPayload,
    /// The fields with which the page selects the message.
    reason: String,
    destination: String,
}

impl View {
    /// Returns what the page shows of a message.
    pub(in crate::console) fn new(message: &DeadLetterMessage) -> Self {
        let event = message.event();
        let mut facts = vec![
            ("source", message.source.clone()),
            ("type", message.event_type.clone()),
            ("reason", message.reason.clone()),
            ("destination", message.destination.clone()),
            ("attempts", message.attempts.clone()),
            ("first queued", format!("{} ago", message.formatted_age())),
            ("content type", event.and_then(|event| event.content_type.clone()).unwrap_or_default()),
            ("content encoding", event.and_then(|event| event.content_encoding.clone()).unwrap_or_default()),
        ];
        facts.retain(|(_, value)| !value.is_empty());
        let headers = event.into_iter().flat_map(|event| event.forwarded.iter());
        Self {
            id: message.id.clone(),
            message_id: message.message_id.clone(),
            is_event: event.is_some(),
            facts,
            headers: headers.map(|(name, value)| (name.clone(), value.clone())).collect(),
            payload: match event {
                Some(event) => ShownPayload::new(&event.data),
                None => ShownPayload::of_bytes(message.body.as_bytes()),
            },
            reason: message.reason.clone(),
            destination: message.destination.clone(),
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(PATH, format!("Message of event {}", self.id), "message", self)
    }
}

pub(super) async fn show(console: &Console, fields: &Fields) -> Result<Reply> {
    let id = fields.require("id")?;
    let searched = id.to_owned();
    let ReadMessages { messages, is_complete } =
        super::dead_letters::read(console, LIMITS, move |message| message.message_id == searched).await?;
    let message = messages.iter().find(|message| message.message_id == id);
    let message = message.with_context(|| match is_complete {
        true => format!(
            "message `{id}` is not in the dead-letter queue, or another reader has received it: retry in 2 minutes"
        ),
        false => format!(
            "message `{id}` is not among the first {} messages of the dead-letter queue, and the page reads no more: \
             `hookline dlq show {id}` searches all of them",
            messages.len()
        ),
    })?;
    Ok(Reply::Page(View::new(message).page()))
}
