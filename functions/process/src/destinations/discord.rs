//! Posts a message through a webhook of a Discord channel, whose URL is the destination's secret.
//!
//! Facts: <https://discord.com/developers/docs/resources/webhook#execute-webhook>,
//! <https://discord.com/developers/docs/resources/message#allowed-mentions-object>.

use hookline_event::Event;
use serde_json::json;
use url::Url;

pub(crate) use super::chat::Config;

use super::chat::Chat;
use super::message::Style;
use super::{Attempt, DestinationError, Failure};
use crate::egress::Guard;

/// What Discord takes; it refuses more.
const MAX_UNITS: usize = 2000;

/// `SUPPRESS_EMBEDS`: no preview of what a link leads to.
const FLAGS: u32 = 1 << 2;

const STYLE: Style = Style { escape, link, max_units: MAX_UNITS };

/// A Discord channel.
#[derive(Debug)]
pub(crate) struct Discord(Chat);

impl Discord {
    pub(super) fn new(name: &str, config: Config, _guard: &Guard) -> Result<Self, DestinationError> {
        // Without it the answer comes before the message is kept, and a message that is not kept is no error.
        Ok(Self(Chat::new(name, STYLE, config)?.with_query("wait", "true")))
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        // Nobody is notified, whatever the text says.
        let body = |text| json!({ "content": text, "allowed_mentions": { "parse": [] }, "flags": FLAGS });
        self.0.post(event, attempt, body).await
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
