//! Posts a message through an incoming webhook of Slack, whose URL is the destination's secret.
//!
//! API: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/messaging/formatting-message-text>.

use hookline_event::Event;
use serde_json::json;
use url::Url;

pub(crate) use super::chat::Config;

use super::attempt::Attempt;
use super::chat::Chat;
use super::error::DestinationError;
use super::limits;
use super::template::Format;
use crate::failure::Failure;

const FORMAT: Format = Format { escape, link, max_units: limits::SLACK_TEXT };

/// A Slack channel.
#[derive(Debug)]
pub(crate) struct Slack(pub(super) Chat);

impl Slack {
    pub(super) fn new(name: &str, config: Config) -> Result<Self, DestinationError> {
        Chat::new(name, FORMAT, config).map(Self)
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        // With `mrkdwn` off, characters such as asterisks are plain text. Links use `<` and `>`, which payload text
        // cannot contain after escaping.
        let body = |text| {
            json!({
                "text": text,
                "mrkdwn": false,
                "link_names": false,
                "parse": "none",
                "unfurl_links": false,
                "unfurl_media": false,
            })
        };
        self.0.post(event, attempt, body).await
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
