//! Posts a message through an incoming webhook of Slack, whose URL is the destination's secret.
//!
//! API: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/messaging/formatting-message-text>,
//! <https://docs.slack.dev/reference/block-kit/blocks/rich-text-block>.

use hookline_event::Event;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::chat::{Chat, WebhookUrl};
use super::error::DestinationError;
use super::escaping::Escaping;
use super::kind::{Kind, Preview, Setup};
use super::limits;
use super::runs::{self, Markup, Run};
use super::template::Format;
use crate::failure::Failure;

/// The three characters that begin and end mentions, links and entities.
const ESCAPING: Escaping = Escaping::new("&<>", |character, text| match character {
    '&' => text.push_str("&amp;"),
    '<' => text.push_str("&lt;"),
    _ => text.push_str("&gt;"),
});

const MARKUP: Markup = Markup { escaping: ESCAPING, link };

const TEXT: Format = Format { escaping: ESCAPING, link: runs::link, max_units: usize::MAX };

/// The blocks have plain text and links as elements.
const BLOCKS: Format = Format { escaping: Escaping::NONE, ..TEXT };

/// The configuration of a Slack destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// A template that replaces the built-in templates.
    template: Option<String>,
    /// Whether the message consists of Block Kit blocks: the text, and a line with the event's type, source and time.
    #[serde(default)]
    blocks: bool,
}

/// A Slack channel.
#[derive(Debug)]
pub(crate) struct Slack {
    channel: Chat,
    has_blocks: bool,
}

impl Kind for Slack {
    const NAME: &'static str = "slack";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        let format = if config.blocks { BLOCKS } else { TEXT };
        let channel = Chat::new(setup.name, format, config.template, WebhookUrl::SECRET)?;
        Ok(Self { channel, has_blocks: config.blocks })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        self.channel.preview(event, |text| self.message(event, text))
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        self.channel.post(event, attempt, |text| self.message(event, text)).await
    }
}

impl Slack {
    fn message(&self, event: &Event, text: &str) -> Value {
        if !self.has_blocks {
            return plain_message(&runs::write(text, MARKUP, limits::SLACK_TEXT)).into();
        }
        let runs = runs::truncated(runs::parse(text, Escaping::NONE), limits::SLACK_TEXT);
        // Slack shows the text in notifications.
        let mut message = plain_message(&ESCAPING.escape(&runs.iter().map(Run::text).collect::<String>()));
        let blocks = json!([
            { "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": elements(&runs) }] },
            { "type": "context", "elements": [{ "type": "plain_text", "text": context(event), "emoji": false }] },
        ]);
        message.insert("blocks".to_owned(), blocks);
        message.into()
    }
}

/// Returns a message without blocks. With `mrkdwn` off, characters such as asterisks are plain text. Links use `<` and
/// `>`, which payload text cannot contain after escaping.
fn plain_message(text: &str) -> Map<String, Value> {
    let members = [
        ("text", text.into()),
        ("mrkdwn", false.into()),
        ("link_names", false.into()),
        ("parse", "none".into()),
        ("unfurl_links", false.into()),
        ("unfurl_media", false.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns the elements of a `rich_text` block. An element of the type `text` cannot mention a user.
fn elements(runs: &[Run]) -> Vec<Value> {
    let element = |run: &Run| match run {
        Run::Text(text) => json!({ "type": "text", "text": text }),
        Run::Link { url, text } => json!({ "type": "link", "url": url, "text": text }),
    };
    runs.iter().map(element).collect()
}

/// Returns the line below the message. Type and source are of a bounded length that is far below Slack's limit.
fn context(event: &Event) -> String {
    format!("{} \u{b7} {} \u{b7} {}", event.event_type, event.source_name(), event.time)
}

fn link(url: &str, text: &str) -> String {
    // The first `|` ends the address.
    let address = ESCAPING.escape(url).replace('|', "%7C");
    format!("<{address}|{}>", ESCAPING.escape(text).replace('|', "\u{2758}"))
}
