//! Sends a message to a Telegram chat. The token of the bot is the destination's secret.
//!
//! API: <https://core.telegram.org/bots/api#sendmessage>, <https://core.telegram.org/bots/api#messageentity>.

use std::borrow::Cow;

use hookline_event::Event;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::chat::{Chat, WebhookUrl};
use super::error::DestinationError;
use super::escaping::Escaping;
use super::kind::{Kind, Preview, Setup};
use super::limits;
use super::runs::{self, Run};
use super::template::Format;
use crate::failure::Failure;

/// The message is plain text. Links are entities with an offset and a length.
const FORMAT: Format = Format { escaping: ESCAPING, link: runs::link, max_units: usize::MAX };

/// Prevents that Telegram takes `@name` for a mention, `/name` for a command and `#name` for a hashtag: an invisible
/// character that is not part of a name follows the sign.
const ESCAPING: Escaping = Escaping::new("@#$/", |character, text| text.extend([character, '\u{2060}']));

const URL: WebhookUrl =
    WebhookUrl { from_secret: method_url, query: None, expected: "the token of a bot or the https URL of a bot" };

/// The configuration of a Telegram destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The id of the chat, or `@name` of a public channel or group.
    chat: String,
    /// The topic of a group with topics.
    thread: Option<i64>,
    /// A template that replaces the built-in templates.
    template: Option<String>,
}

/// A Telegram chat.
#[derive(Debug)]
pub(crate) struct Telegram {
    bot: Chat,
    chat: String,
    thread: Option<i64>,
}

impl Kind for Telegram {
    const NAME: &'static str = "telegram";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        let Config { chat, thread, template } = config;
        if !is_chat(&chat) {
            return Err(DestinationError::InvalidChat { chat });
        }
        Ok(Self { bot: Chat::new(setup.name, FORMAT, template, URL)?, chat, thread })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        self.bot.preview(event, |text| self.message(text))
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        self.bot.post(event, attempt, |text| self.message(text)).await
    }
}

impl Telegram {
    /// Returns the message with a text.
    fn message(&self, text: &str) -> Value {
        let runs = complete(runs::parse(text, ESCAPING));
        let members = [
            ("chat_id", Some(self.chat.as_str().into())),
            ("message_thread_id", self.thread.map(Value::from)),
            ("text", Some(runs.iter().map(Run::text).collect::<String>().into())),
            ("entities", Some(entities(&runs).into())),
            ("link_preview_options", Some(json!({ "is_disabled": true }))),
        ];
        let message: Map<_, _> =
            members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        message.into()
    }
}

/// Returns the links. Offsets and lengths are in UTF-16 code units.
fn entities(runs: &[Run]) -> Vec<Value> {
    let mut offset = 0;
    let mut entities = Vec::new();
    for run in runs {
        let length = runs::units(run.text());
        if let Run::Link { url, .. } = run {
            entities.push(json!({ "type": "text_link", "offset": offset, "length": length, "url": url }));
        }
        offset += length;
    }
    entities
}

/// Escapes the texts, makes texts of the links after Telegram's limit, and truncates the message. In a link, a text needs
/// no escaping.
fn complete(runs: Vec<Run>) -> Vec<Run> {
    let mut links = 0;
    let limited = runs.into_iter().map(|run| match run {
        Run::Link { text, .. } if links == limits::TELEGRAM_ENTITIES => Run::Text(ESCAPING.escape(&text)),
        Run::Link { .. } => {
            links += 1;
            run
        }
        Run::Text(text) => Run::Text(ESCAPING.resolve(&text)),
    });
    runs::truncated(limited.collect(), limits::TELEGRAM_TEXT)
}

/// Whether a text can be the id of a chat, which is negative for groups, or the name of a public one.
fn is_chat(text: &str) -> bool {
    let is_name = |name: &str| {
        (4..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.parse::<i64>().is_ok() || text.strip_prefix('@').is_some_and(is_name)
}

/// Returns the URL of the method `sendMessage` from the token of a bot, or from the URL of a bot at a
/// [Bot API server](https://core.telegram.org/bots/api#using-a-local-bot-api-server) of the team:
/// `https://bots.example.com/bot<token>`.
fn method_url(secret: &str) -> Cow<'_, str> {
    if secret.contains("://") {
        return format!("{}/sendMessage", secret.trim_end_matches('/')).into();
    }
    // A token has no character with a meaning in a URL. The text without a scheme is not accepted as a URL.
    let is_token = secret.split_once(':').is_some_and(|(id, key)| {
        let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty() && is_key
    });
    if is_token { format!("https://api.telegram.org/bot{secret}/sendMessage").into() } else { Cow::Borrowed("") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_a_token_or_the_url_of_a_bot() {
        assert_eq!(method_url("123:AB-c_9"), "https://api.telegram.org/bot123:AB-c_9/sendMessage");
        assert_eq!(method_url("https://bots.example.com/bot1:a/"), "https://bots.example.com/bot1:a/sendMessage");
        for invalid in ["", "123", "a:b", ":b", "123:", "123:a/../b", "123:a b", "bot123:a"] {
            assert_eq!(method_url(invalid), "", "{invalid}");
        }
    }

    #[test]
    fn text_of_a_link_after_the_limit_is_no_mention() {
        let link = Run::Link { url: "https://a.example/".to_owned(), text: "@all".to_owned() };
        let runs = complete(vec![link; limits::TELEGRAM_ENTITIES + 2]);
        assert_eq!(entities(&runs).len(), limits::TELEGRAM_ENTITIES);
        let escaped = Run::Text("@\u{2060}all".to_owned());
        assert_eq!(runs.get(limits::TELEGRAM_ENTITIES..), Some(&[escaped.clone(), escaped][..]));
    }

    #[test]
    fn chat_is_an_id_or_a_name() {
        for valid in ["123", "-1001234567890", "@orders", "@or_ders9"] {
            assert!(is_chat(valid), "{valid}");
        }
        for invalid in ["", "orders", "@", "@abc", "@or-ders", "1.5", "@a b c d"] {
            assert!(!is_chat(invalid), "{invalid}");
        }
    }
}
