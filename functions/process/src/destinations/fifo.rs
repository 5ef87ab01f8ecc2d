//! The identifiers of messages for FIFO queues and FIFO topics.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html>

use hookline_event::{Event, name};
use url::Url;

use super::arn::Arn;
use super::error::DestinationError;
use super::escaping::Escaping;
use super::template::{Format, MessageTemplate, TemplateContext};
use super::{cloud_event, limits};

const GROUP: Format = Format { escaping: Escaping::NONE, link, max_units: limits::TEMPLATE_VALUE };

const DEFAULT_GROUP: &str = "{{ event.source }}";

/// How a queue or a topic orders and deduplicates its messages.
#[derive(Debug)]
pub(super) struct Fifo {
    group: MessageTemplate,
}

/// The identifiers of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FifoIds {
    /// The messages of one group are received in their order: 1 to 128 characters of printable ASCII.
    pub(super) group: String,
    /// AWS drops another message with the same id within 5 minutes: 1 to 64 letters, digits, hyphens and underscores.
    pub(super) deduplication: String,
}

impl Fifo {
    /// Compiles the template of the group. Returns `None` for a standard queue or topic.
    ///
    /// # Errors
    ///
    /// [`DestinationError`]: the template is invalid, or a standard queue or topic has a group.
    pub(super) fn new(arn: &Arn, group: Option<String>) -> Result<Option<Self>, DestinationError> {
        if !arn.name.ends_with(".fifo") {
            return match group {
                None => Ok(None),
                Some(_) => Err(DestinationError::GroupWithoutFifo { arn: arn.text.clone() }),
            };
        }
        let group = MessageTemplate::new(GROUP, Some(group.unwrap_or_else(|| DEFAULT_GROUP.to_owned())))?;
        Ok(Some(Self { group }))
    }

    /// Returns the identifiers of an event. An event for which the template renders nothing belongs to the group of its
    /// source.
    pub(super) fn ids(&self, event: &Event) -> FifoIds {
        let group = self.group.render_value(&TemplateContext::new(event));
        let group = group.unwrap_or_else(|| cloud_event::safe_name(event.source_name()).into_owned());
        let group = name::shorten(&name::escape_type(&group), limits::FIFO_ID).into_owned();
        FifoIds { group, deduplication: cloud_event::identifier(event).into_owned() }
    }
}

impl FifoIds {
    /// Returns the identifiers as the headers of a preview.
    pub(super) fn headers(&self) -> [(String, String); 2] {
        let Self { group, deduplication } = self;
        [("MessageGroupId", group), ("MessageDeduplicationId", deduplication)]
            .map(|(name, value)| (name.to_owned(), value.clone()))
    }
}

fn link(_: &Url, text: &str) -> String {
    text.to_owned()
}
