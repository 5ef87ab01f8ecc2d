//! Posts a message through a webhook of a Discord channel, whose URL is the destination's secret.
//!
//! Facts: <https://discord.com/developers/docs/resources/webhook#execute-webhook>,
//! <https://discord.com/developers/docs/resources/message#allowed-mentions-object>.

use std::num::NonZeroU64;
use std::time::Duration;

use hookline_event::Event;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::message::{Message, Style};
use super::secret_url::SecretUrl;
use super::{DestinationError, Failure, Shared};

/// What Discord takes; it refuses more.
const MAX_UNITS: usize = 2000;

/// `SUPPRESS_EMBEDS`: no preview of what a link leads to.
const FLAGS: u32 = 1 << 2;

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

/// A Discord channel.
pub(crate) struct Discord {
    message: Message,
    webhook: SecretUrl,
}

impl Discord {
    pub(super) fn new(name: &str, config: Config, shared: &Shared) -> Result<Self, DestinationError> {
        let timeout = Duration::from_millis(config.timeout_ms.get());
        let message = Message::new(STYLE, config.template)?;
        // Without it the answer comes before the message is kept, and a message that is not kept is no error.
        let webhook = SecretUrl::new(name, timeout, shared).asking("wait", "true");
        Ok(Self { message, webhook })
    }

    pub(super) async fn deliver(&self, event: &Event, time: Duration) -> Result<(), Failure> {
        // Nobody is notified, whatever the text says.
        let message = json!({
            "content": self.message.render(event)?,
            "allowed_mentions": { "parse": [] },
            "flags": FLAGS,
        });
        self.webhook.post(&message, time).await
    }
}

/// A backslash before whatever Markdown, a mention, an emoji or a time stamp begins with.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\*_~`|<>[]()#-+@:".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn link(url: &Url, text: &str) -> String {
    let address = url.as_str().replace('(', "%28").replace(')', "%29").replace('<', "%3C").replace('>', "%3E");
    format!("[{}](<{address}>)", escape(text))
}
