//! Posts a message through an incoming webhook of Slack, whose URL is the destination's secret.
//!
//! Facts: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/messaging/formatting-message-text>.

use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::Event;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::message::{Message, Style};
use super::secret_url::SecretUrl;
use super::{DestinationError, Failure, Shared};

/// What Slack advises; it cuts at 40,000.
const MAX_UNITS: usize = 4000;

const STYLE: Style = Style { escape, link, max_units: MAX_UNITS };

/// As Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// How long an attempt may take.
    timeout_ms: NonZeroU64,
    /// Instead of the templates that there are.
    template: Option<String>,
}

/// A Slack channel.
pub(crate) struct Slack {
    message: Message,
    webhook: SecretUrl,
}

impl Slack {
    pub(super) fn new(name: &str, config: Config, shared: &Shared) -> Result<Self, DestinationError> {
        let timeout = Duration::from_millis(config.timeout_ms.get());
        let message = Message::new(STYLE, config.template)?;
        Ok(Self { message, webhook: SecretUrl::new(name, timeout, shared) })
    }

    pub(super) async fn deliver(&self, event: &Event, time: Duration) -> Result<(), Failure> {
        // `mrkdwn` off: asterisks and the like are text. Links are marked up by `<` and `>`, which payload text cannot hold.
        let message = json!({
            "text": self.message.render(event)?,
            "mrkdwn": false,
            "link_names": false,
            "parse": "none",
            "unfurl_links": false,
            "unfurl_media": false,
        });
        self.webhook.post(&message, time).await
    }
}

/// The three characters that begin and end mentions, links and entities.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn link(url: &Url, text: &str) -> String {
    // The first bar ends the address.
    let address = escape(url.as_str()).replace('|', "%7C");
    format!("<{address}|{}>", escape(text).replace('|', "\u{2758}"))
}
