//! Posts a message through a webhook of a Discord channel, whose URL is the destination's secret.
//!
//! API: <https://discord.com/developers/docs/resources/webhook#execute-webhook>,
//! <https://discord.com/developers/docs/resources/message#allowed-mentions-object>.

use std::borrow::Cow;

use hookline_event::Event;
use serde_json::{Value, json};

use super::attempt::Attempt;
use super::chat::{Chat, Config, WebhookUrl};
use super::error::DestinationError;
use super::escaping::Escaping;
use super::kind::{Kind, Preview, Setup};
use super::limits;
use super::runs::{self, Markup};
use super::template::Format;
use crate::failure::Failure;

/// The API version that the function is tested with. It defines waits in seconds.
const API_VERSION: &str = "v10";

/// `SUPPRESS_EMBEDS`: Discord shows no preview of linked pages.
const FLAGS: u32 = 1 << 2;

/// A backslash before each character that can begin Markdown, a mention, an emoji or a timestamp.
const ESCAPING: Escaping = Escaping::new("\\*_~`|<>[]()#-+@:", |character, text| text.extend(['\\', character]));

const MARKUP: Markup = Markup { escaping: ESCAPING, link };

const FORMAT: Format = Format { escaping: ESCAPING, link: runs::link, max_units: usize::MAX };

/// Without `wait`, Discord responds before it stores the message, and a message that it cannot store is not an error.
const URL: WebhookUrl = WebhookUrl { from_secret: with_version, query: Some(("wait", "true")), ..WebhookUrl::SECRET };

/// A Discord channel.
#[derive(Debug)]
pub(crate) struct Discord(Chat);

impl Kind for Discord {
    const NAME: &'static str = "discord";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        Chat::new(setup.name, FORMAT, config.template, URL).map(Self)
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        self.0.preview(event, message)
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        self.0.post(event, attempt, message).await
    }
}

/// Returns the message with a text.
fn message(text: &str) -> Value {
    // Discord notifies no user, even if the text contains a mention.
    let text = runs::write(text, MARKUP, limits::DISCORD_CONTENT);
    json!({ "content": text, "allowed_mentions": { "parse": [] }, "flags": FLAGS })
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

fn link(url: &str, text: &str) -> String {
    let address = url.replace('(', "%28").replace(')', "%29").replace('<', "%3C").replace('>', "%3E");
    format!("[{}](<{address}>)", ESCAPING.escape(text))
}
