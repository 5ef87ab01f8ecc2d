//! The handshakes of a source: the URL, its methods, the verify token, and keys that requests have brought.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use aws_sdk_cloudwatchlogs::Client;
use hookline_senders::{Endpoint, Handshake};
use hookline_signature::verify_token;
use serde_json::Value;

use crate::event_trace::written_at;
use crate::logs::log_events;
use crate::secrets::{SecretForm, SecretStore, Version};
use crate::source_scheme::SourceScheme;
use crate::target::Target;
use crate::webhook_url;

/// The member of a log line with a key.
const KEY: &str = "handshake_key";

/// What an operator needs to register a source at its sender.
#[derive(Debug)]
pub struct Handshakes {
    /// Name of the source.
    pub source: String,
    /// Slug of the sender; `None` for a scheme that is spelled out.
    pub sender: Option<String>,
    /// The URL, or the reason why it is unknown.
    pub url: Result<String, String>,
    /// The methods that the URL accepts.
    pub methods: Vec<String>,
    /// The verify token of the stored secret.
    pub token: Token,
    /// Whether a handshake of the sender brings a key.
    pub brings_key: bool,
    /// The keys that arrived, the latest last.
    pub keys: Vec<ArrivedKey>,
}

/// The verify token of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// The sender has no verify token.
    NotNeeded,
    /// The token.
    Derived(String),
    /// The stored secret cannot be used.
    Unknown(String),
}

/// A key that requests have brought. Nothing authenticates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedKey {
    /// The key.
    pub key: String,
    /// Times of the requests in milliseconds since 1970, oldest first.
    pub times_ms: Vec<i64>,
}

/// Returns the handshakes of a source. The log is searched for keys since `since`.
///
/// # Errors
///
/// If the configuration of the ingest function or its log cannot be read, or if there is no such source.
pub async fn find(target: &Target, source: &str, since: Duration) -> Result<Handshakes> {
    let scheme = target.source_scheme(source).await?;
    let (url, token) = tokio::join!(webhook_url::find(target, source), token(target, source, &scheme));
    let handshakes = scheme.scheme.handshakes();
    let brings_key = handshakes.iter().any(Handshake::brings_key);
    let keys = if brings_key { keys(target, source, since).await? } else { Vec::new() };
    Ok(Handshakes {
        source: source.to_owned(),
        url: url.map_err(|error| format!("{error:#}")),
        methods: methods(&scheme.scheme),
        token,
        brings_key,
        keys,
        sender: scheme.sender,
    })
}

/// Returns the methods that a source accepts.
fn methods(scheme: &Endpoint) -> Vec<String> {
    let mut methods = vec!["POST".to_owned()];
    for handshake in scheme.handshakes() {
        if !methods.iter().any(|method| method == handshake.method()) {
            methods.push(handshake.method().to_owned());
        }
    }
    methods
}

async fn token(target: &Target, source: &str, scheme: &SourceScheme) -> Token {
    if !scheme.scheme.handshakes().iter().any(Handshake::has_token) {
        return Token::NotNeeded;
    }
    let name = target.resources.source_secret_name(source);
    match SecretStore::new(&target.sdk).read(&name, Version::Current).await {
        Ok(value) => match SecretForm::Source(scheme.clone()).parse(value) {
            Ok(secret) => Token::Derived(verify_token(&secret)),
            Err(fault) => {
                Token::Unknown(format!("{}: store it first with `hookline secret set {source}`", fault.reason()))
            }
        },
        Err(error) => Token::Unknown(format!("{error:#}")),
    }
}

async fn keys(target: &Target, source: &str, since: Duration) -> Result<Vec<ArrivedKey>> {
    let since = SystemTime::now().checked_sub(since).unwrap_or(UNIX_EPOCH);
    let since = since.duration_since(UNIX_EPOCH)?.as_millis().try_into()?;
    let client = Client::new(&target.sdk);
    // The pattern matches the name in any field; `arrived` checks the field.
    let lines =
        log_events(&client, &target.resources.log_group_names.ingest, since, Some(format!("\"{KEY}\""))).await?;
    let lines = lines.iter().map(|line| (line.message.as_deref().unwrap_or_default(), line.timestamp));
    Ok(grouped(lines.filter_map(|(line, timestamp)| arrived(line, timestamp, source))))
}

/// Returns the key of a log line and its time, or `None` if the line has none of this source.
fn arrived(line: &str, timestamp: Option<i64>, source: &str) -> Option<(String, i64)> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["outcome"] != "handshake" || line["source"] != source {
        return None;
    }
    Some((line[KEY].as_str()?.to_owned(), written_at(&line).or(timestamp).unwrap_or_default()))
}

fn grouped(arrived: impl Iterator<Item = (String, i64)>) -> Vec<ArrivedKey> {
    let mut times = BTreeMap::<String, Vec<i64>>::new();
    arrived.for_each(|(key, time)| times.entry(key).or_default().push(time));
    let mut keys: Vec<_> = times
        .into_iter()
        .map(|(key, mut times_ms)| {
            times_ms.sort_unstable();
            ArrivedKey { key, times_ms }
        })
        .collect();
    keys.sort_by_key(|key| key.times_ms.last().copied());
    keys
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(second: u32, source: &str, outcome: &str, key: Value) -> String {
        let timestamp = format!("2026-01-02T03:04:{second:02}.000Z");
        json!({ "timestamp": timestamp, "outcome": outcome, "source": source, KEY: key }).to_string()
    }

    #[test]
    fn keys_of_the_source_are_grouped() {
        let lines = [
            line(3, "asana", "handshake", "one".into()),
            line(1, "asana", "handshake", "one".into()),
            line(2, "asana", "handshake", "two".into()),
            line(4, "other", "handshake", "three".into()),
            line(5, "asana", "accepted", "four".into()),
            line(6, "asana", "handshake", Value::Null),
            "START".to_owned(),
        ];
        let keys = grouped(lines.iter().filter_map(|line| arrived(line, None, "asana")));
        let at = |second: i64| 1_767_323_040_000 + second * 1000;
        let key = |key: &str, times: &[i64]| ArrivedKey { key: key.to_owned(), times_ms: times.to_vec() };
        assert_eq!(keys, [key("two", &[at(2)]), key("one", &[at(1), at(3)])]);
    }

    #[test]
    fn methods_are_those_of_events_and_handshakes() {
        let methods = |sender| methods(&SourceScheme::of_sender(sender).unwrap().scheme);
        assert_eq!(methods("github"), ["POST"]);
        assert_eq!(methods("whatsapp"), ["POST", "GET"]);
    }
}
