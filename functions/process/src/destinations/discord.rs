//! Posts a message through a webhook of a Discord channel, whose URL is the destination's secret.
//!
//! API: <https://discord.com/developers/docs/resources/webhook#execute-webhook>,
//! <https://discord.com/developers/docs/resources/message#allowed-mentions-object>.

use std::borrow::Cow;

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

/// The API version that the function is tested with. It defines waits in seconds.
const API_VERSION: &str = "v10";

/// `SUPPRESS_EMBEDS`: Discord shows no preview of linked pages.
const FLAGS: u32 = 1 << 2;

const FORMAT: Format = Format { escape, link, max_units: limits::DISCORD_CONTENT };

/// A Discord channel.
#[derive(Debug)]
pub(crate) struct Discord(pub(super) Chat);

impl Discord {
    pub(super) fn new(name: &str, config: Config) -> Result<Self, DestinationError> {
        // Without `wait`, Discord responds before it stores the message, and a message that it cannot store is not an
        // error.
        Ok(Self(Chat::new(name, FORMAT, config)?.with_query("wait", "true").with_rewrite(with_version)))
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        // Discord notifies no user, even if the text contains a mention.
        let body = |text| json!({ "content": text, "allowed_mentions": { "parse": [] }, "flags": FLAGS });
        self.0.post(event, attempt, body).await
    }
}

/// Adds the API version to a URL without one. Discord hands out such URLs. They use its oldest version, whose
/// waits can be in milliseconds (<https://docs.discord.com/developers/reference#api-versioning>,
/// <https://github.com/discord/discord-api-docs/issues/2360>).
fn with_version(url: &str) -> Cow<'_, str> {
    const WITHOUT_VERSION: &str = "/api/webhooks/";
    let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|start| rest.get(start..)));
    match path.and_then(|path| path.strip_prefix(WITHOUT_VERSION)) {
        Some(rest) => {
            let origin = url.strip_suffix(rest).and_then(|url| url.strip_suffix(WITHOUT_VERSION)).unwrap_or_default();
            Cow::Owned(format!("{origin}/api/{API_VERSION}/webhooks/{rest}"))
        }
        None => Cow::Borrowed(url),
    }
}

/// Puts a backslash before each character that can begin Markdown, a mention, an emoji or a timestamp.
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
