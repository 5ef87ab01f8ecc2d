//! Publishes the event to an SNS topic: the CloudEvent in JSON, with its attributes as message attributes.
//!
//! API: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.

use aws_sdk_sns::types::MessageAttributeValue;
use hookline_event::{Event, name};
use serde::Deserialize;
use url::Url;

use super::arn::{Arn, ArnFormat};
use super::attempt::{Attempt, before_deadline};
use super::cloud_event::{self, JsonFormat};
use super::error::DestinationError;
use super::escaping::Escaping;
use super::fifo::{Fifo, FifoIds};
use super::kind::{Kind, Preview, Setup};
use super::template::{Format, MessageTemplate, TemplateContext};
use super::{aws, limits};
use crate::failure::Failure;
use crate::reason::Reason;

const TOPIC: ArnFormat = ArnFormat {
    service: "sns",
    prefix: "",
    expected: "a topic, such as arn:aws:sns:eu-central-1:123456789012:orders",
    is_regional: true,
};

/// The type of the attributes, which counts towards the size of the message.
const DATA_TYPE: &str = "String";

/// A topic may accept more than its default, so an inline payload between both limits is sent, and SNS decides.
const FORMAT: JsonFormat = JsonFormat {
    inline_bytes: limits::SNS_DEFAULT_MESSAGE_BYTES,
    max_bytes: limits::SNS_MESSAGE_BYTES,
    is_readable: |_| true,
    rewrite: cloud_event::escape_noncharacters,
};

const SUBJECT: Format = Format { escaping: Escaping::NONE, link, max_units: limits::SNS_SUBJECT };

/// The configuration of an SNS destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The ARN of the topic. A FIFO topic's name ends with `.fifo`.
    topic: String,
    /// A template for the message group, for a FIFO topic.
    group: Option<String>,
    /// A template for the subject, which e-mail subscribers see.
    subject: Option<String>,
}

/// A topic.
#[derive(Debug)]
pub(crate) struct Sns {
    topic: Arn,
    fifo: Option<Fifo>,
    subject: Option<MessageTemplate>,
}

/// The parts of a message.
struct Message {
    text: String,
    subject: Option<String>,
    attributes: Vec<(&'static str, String)>,
    fifo: Option<FifoIds>,
}

impl Kind for Sns {
    const NAME: &'static str = "sns";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        let topic = Arn::parse(&config.topic, TOPIC)?;
        let subject = config.subject.map(|subject| MessageTemplate::new(SUBJECT, Some(subject))).transpose()?;
        Ok(Self { fifo: Fifo::new(&topic, config.group)?, topic, subject })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let Message { text, subject, attributes, fifo } = self.message(event)?;
        let mut headers = cloud_event::headers(&attributes);
        headers.extend(fifo.iter().flat_map(FifoIds::headers));
        headers.extend(subject.map(|subject| ("Subject".to_owned(), subject)));
        Ok(Preview { target: self.topic.text.clone(), headers, body: text.into() })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Message { text, subject, attributes, fifo } = self.message(event)?;
        let client = attempt.clients.sns(&self.topic.region);
        let mut publish = client.publish().topic_arn(&self.topic.text).message(text).set_subject(subject);
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder().data_type(DATA_TYPE).string_value(value).build();
            publish = publish.message_attributes(name, value.map_err(|_| Reason::RequestFailed)?);
        }
        if let Some(FifoIds { group, deduplication }) = fifo {
            publish = publish.message_group_id(group).message_deduplication_id(deduplication);
        }
        let failure = |error| aws::call_failure("sns", hookline_aws::Failure::from_sdk_error(&error));
        let publish = Box::pin(publish.send());
        before_deadline(attempt.deadline, async { publish.await.map(|_| ()).map_err(failure) }).await
    }
}

impl Sns {
    fn message(&self, event: &Event) -> Result<Message, Failure> {
        let attributes = cloud_event::attributes(event);
        let subject = self.subject.as_ref().and_then(|subject| subject.render_value(&TemplateContext::new(event)));
        let subject = subject.and_then(|subject| one_line(&subject));
        let size = |(name, value): &(&str, String)| name.len() + DATA_TYPE.len() + value.len();
        let others = attributes.iter().map(size).sum::<usize>() + subject.as_ref().map_or(0, String::len);
        let text = FORMAT.write(event, others)?;
        Ok(Message { text, subject, attributes, fifo: self.fifo.as_ref().map(|fifo| fifo.ids(event)) })
    }
}

/// Replaces the characters that would make a subject invalid: control characters, line separators and noncharacters.
/// Returns `None` if nothing else is left.
fn one_line(text: &str) -> Option<String> {
    let text = text.replace(|character| !is_printable(character), " ");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a subject can have the character.
fn is_printable(character: char) -> bool {
    let is_separator = matches!(character, '\u{2028}' | '\u{2029}');
    !character.is_control() && !is_separator && !name::is_noncharacter(character)
}

fn link(_: &Url, text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_has_no_characters_that_sns_rejects() {
        for (text, expected) in [
            ("a\r\nb\u{85}c\u{0}d", Some("a  b c d")),
            ("a\u{2028}b\u{2029}c", Some("a b c")),
            ("a\u{fffe}b\u{ffff}c\u{fdd0}d\u{fdef}e\u{1fffe}f\u{10ffff}g", Some("a b c d e f g")),
            ("\u{ffff}\u{2028}a\u{ffff}", Some("a")),
            ("\u{ffff}\u{2029}", None),
            ("\u{fffd} \u{fdcf}\u{fdf0}\u{1f984}\u{fc}", Some("\u{fffd} \u{fdcf}\u{fdf0}\u{1f984}\u{fc}")),
        ] {
            assert_eq!(one_line(text).as_deref(), expected, "{text:?}");
        }
    }
}
