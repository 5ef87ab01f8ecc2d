//! Posts a message through an incoming webhook of Slack, whose URL is the destination's secret.
//!
//! API: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/messaging/formatting-message-text>.

use hookline_event::Event;
use serde_json::{Value, json};
use url::Url;

use super::attempt::Attempt;
use super::chat::{Chat, Config};
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use super::limits;
use super::template::Format;
use crate::failure::Failure;

const FORMAT: Format = Format { escape, link, max_units: limits::SLACK_TEXT };

/// A Slack channel.
#[derive(Debug)]
pub(crate) struct Slack(Chat);

impl Kind for Slack {
    const NAME: &'static str = "slack";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        Chat::new(setup.name, FORMAT, config).map(Self)
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        self.0.preview(event, message)
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        self.0.post(event, attempt, message).await
    }
}

/// Returns the message with a text.
fn message(text: String) -> Value {
    // With `mrkdwn` off, characters such as asterisks are plain text. Links use `<` and `>`, which payload text
    // cannot contain after escaping.
    {
        json!({
            "text": text,
            "mrkdwn": false,
            "link_names": false,
            "parse": "none",
            "unfurl_links": false,
            "unfurl_media": false,
        })
    }
}

/// Escapes the three characters that begin and end mentions, links and entities.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn link(url: &Url, text: &str) -> String {
    // The first `|` ends the address.
    let address = escape(url.as_str()).replace('|', "%7C");
    format!("<{address}|{}>", escape(text).replace('|', "\u{2758}"))
}
