//! The messages of the dead-letter queue, grouped, with redrive and deletion.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::render::Page;
use crate::dead_letter_queue::{DeadLetterMessage, DeadLetterQueue, ReadLimits, ReadMessages};
use crate::destinations::QueueDepth;

pub(super) const PATH: &str = "/dead-letters";
/// Rows of a page. The others are counted, and actions on a group include them.
const MAX_ROWS: usize = 150;
/// Rows of one group.
const MAX_GROUP_ROWS: usize = 30;

/// What the page reads of a long queue. The page has 30 seconds, and makes the messages visible in this time too.
const LIMITS: ReadLimits = ReadLimits { messages: 1000, time: Duration::from_secs(10) };

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    /// The messages that were read.
    total: usize,
    /// About how many messages the queue has, if not all of them were read.
    queued: Option<usize>,
    groups: Vec<Group>,
    /// The id of the running job.
    job: Option<u64>,
}

/// The messages with one reason at one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Group {
    reason: String,
    destination: String,
    total: usize,
    oldest: String,
    rows: Vec<Row>,
    /// Messages that have no row.
    hidden: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Row {
    id: String,
    message_id: String,
    source: String,
    event_type: String,
    age: String,
    attempts: String,
}

/// The messages that an action is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Selection {
    /// `redrive` or `delete`.
    action: &'static str,
    /// The ids of the messages; empty for a group.
    messages: Vec<String>,
    reason: String,
    destination: String,
    /// The number of messages that the operator has seen.
    count: usize,
    /// Whether a group may have more messages, which the page has not read.
    is_partial: bool,
}

impl View {
    /// Groups messages. The largest group is the first. `queued` is the number of messages in the queue, if it has more.
    pub(in crate::console) fn new(messages: &[DeadLetterMessage], queued: Option<usize>, job: Option<u64>) -> Self {
        let mut groups = BTreeMap::<_, Vec<&DeadLetterMessage>>::new();
        for message in messages {
            groups.entry((&message.reason, &message.destination)).or_default().push(message);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, messages)| std::cmp::Reverse(messages.len()));
        let mut left = MAX_ROWS;
        let group = |((reason, destination), messages): ((&String, &String), Vec<&DeadLetterMessage>)| {
            let rows: Vec<_> =
                messages.iter().take(MAX_GROUP_ROWS.min(left)).map(|message| Row::new(message)).collect();
            left -= rows.len();
            Group {
                reason: reason.clone(),
                destination: destination.clone(),
                total: messages.len(),
                oldest: messages.first().map(|message| message.formatted_age()).unwrap_or_default(),
                hidden: messages.len() - rows.len(),
                rows,
            }
        };
        Self { total: messages.len(), queued, groups: groups.into_iter().map(group).collect(), job }
    }
}

impl Row {
    fn new(message: &DeadLetterMessage) -> Self {
        Self {
            id: message.id.clone(),
            message_id: message.message_id.clone(),
            source: message.source.clone(),
            event_type: message.event_type.clone(),
            age: message.formatted_age(),
            attempts: message.attempts.clone(),
        }
    }
}

impl Selection {
    /// Reads a selection from a form.
    pub(in crate::console) fn parse(fields: &Fields) -> Result<Self> {
        let (scope, action) = fields.require("action")?.split_once('-').unwrap_or_default();
        let action = match action {
            "redrive" => "redrive",
            "delete" => "delete",
            _ => bail!("the form has no action: go back and repeat it"),
        };
        let messages: Vec<_> = match scope {
            "selected" => fields.all("message").map(str::to_owned).collect(),
            "group" => Vec::new(),
            _ => bail!("the form has no selection: go back and repeat it"),
        };
        ensure!(scope == "group" || !messages.is_empty(), "no message is selected: go back and select at least one");
        let text = |name| fields.get(name).unwrap_or_default().to_owned();
        let count = if scope == "group" { text("count").parse().unwrap_or_default() } else { messages.len() };
        let (reason, destination, is_partial) = (text("reason"), text("destination"), fields.get("partial").is_some());
        Ok(Self { action, messages, reason, destination, count, is_partial })
    }

    fn has(&self, message: &DeadLetterMessage) -> bool {
        match self.messages.is_empty() {
            true => message.reason == self.reason && message.destination == self.destination,
            false => self.messages.contains(&message.message_id),
        }
    }

    /// Returns the page that confirms the action.
    pub(in crate::console) fn page(&self) -> Page {
        let title = if self.action == "delete" { "Delete messages permanently?" } else { "Redrive messages?" };
        Page::new(PATH, title, "confirm", self)
    }
}

pub(super) async fn show(console: &Console) -> Result<Reply> {
    let job = console.jobs.running(PATH).map(|job| job.id);
    let ReadMessages { messages, is_complete } = match job {
        // The job has received the messages, so the list would not be complete.
        Some(_) => ReadMessages { messages: Vec::new(), is_complete: true },
        None => read(console, LIMITS, |_| false).await?,
    };
    let queued = match is_complete {
        true => None,
        false => {
            let depth = QueueDepth::read(&console.target, &console.target.resources.dlq_url).await?;
            Some(usize::try_from(depth.total())?.max(messages.len()))
        }
    };
    let mut page = Page::new(PATH, "Dead-letter messages", "dead_letters", View::new(&messages, queued, job));
    page.is_live = job.is_some();
    Ok(Reply::Page(page))
}

/// Reads messages of the queue up to a limit, or up to one for which `is_last` is true.
pub(super) async fn read(
    console: &Console,
    limits: ReadLimits,
    is_last: impl Fn(&DeadLetterMessage) -> bool + Send + Sync + 'static,
) -> Result<ReadMessages> {
    let lock = console.dead_letter_queue().await?;
    let queue = DeadLetterQueue::new(console.target.clone());
    // A task of its own also makes the messages visible if the browser leaves the page meanwhile.
    let reading = tokio::spawn(async move {
        let _lock = lock;
        queue.list_until(limits, is_last).await
    });
    reading.await.context("the dead-letter queue was not read")?
}

pub(super) fn confirm(fields: &Fields) -> Result<Reply> {
    Ok(Reply::Page(Selection::parse(fields)?.page()))
}

pub(super) async fn apply(console: &Console, fields: &Fields) -> Result<Reply> {
    let selection = Selection::parse(fields)?;
    console.check_confirmation(fields.get("workspace"))?;
    let lock = console.dead_letter_queue().await?;
    let progress = console.jobs.start(PATH, format!("{} messages of {}", selection.action, console.workspace()));
    let path = format!("/job?id={}", progress.id());
    let queue = DeadLetterQueue::new(console.target.clone());
    tokio::spawn(async move {
        let is_selected = |message: &DeadLetterMessage| selection.has(message);
        let result = if selection.action == "delete" {
            let deleted = queue.delete_selected(is_selected).await;
            deleted.map(|deleted| format!("deleted {} messages", deleted.len()))
        } else {
            let moved = queue.redrive_selected(is_selected, None, |done, total| progress.advance(done, total)).await;
            moved.map(|moved| format!("moved {moved} messages to the intake queue"))
        };
        progress.end(result);
        drop(lock);
    });
    Ok(Reply::Redirect(path, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_grouped_by_reason_and_destination() {
        let mut messages: Vec<_> = (0..40).map(|_| DeadLetterMessage::example("orders")).collect();
        messages.insert(3, DeadLetterMessage::example("ledger"));
        let view = View::new(&messages, None, None);
        let groups: Vec<_> = view
            .groups
            .iter()
            .map(|group| (&*group.destination, group.total, group.rows.len(), group.hidden))
            .collect();
        assert_eq!(groups, [("orders", 40, 30, 10), ("ledger", 1, 1, 0)]);
        assert_eq!(view.total, 41);
    }

    #[test]
    fn selection_is_of_messages_or_of_a_group() {
        let parse = |form: &str| Selection::parse(&Fields::parse(form.as_bytes()));
        let (orders, ledger) = (DeadLetterMessage::example("orders"), DeadLetterMessage::example("ledger"));
        let group = parse("action=group-redrive&reason=http_503&destination=orders&message=m-ledger&count=7").unwrap();
        assert_eq!((group.action, group.count), ("redrive", 7));
        assert!(group.has(&orders) && !group.has(&ledger));
        let selected = parse("action=selected-delete&reason=http_503&destination=orders&message=m-ledger").unwrap();
        assert_eq!((selected.action, selected.count), ("delete", 1));
        assert!(!selected.has(&orders) && selected.has(&ledger));
        for form in ["action=selected-delete&reason=x", "action=group-purge", "action=delete", ""] {
            assert!(parse(form).is_err(), "{form}");
        }
    }
}
