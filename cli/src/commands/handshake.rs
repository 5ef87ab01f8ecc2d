use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::timestamp::rfc3339;
use crate::duration::duration;
use crate::handshakes::{self, ArrivedKey, Handshakes, Token};
use crate::output::{Step, print_line};
use crate::target::TargetOptions;

#[derive(Debug, Args)]
#[command(after_help = "\
Some senders check the URL before they send events: they want a verify token, which you enter at the sender, or they bring a
key, which you store with `hookline secret set SOURCE`. Requests that bring a key are not authenticated.

Examples:
  hookline handshake whatsapp --service hookline-prod
  hookline handshake asana --service hookline-prod --since 15m")]
pub(super) struct Handshake {
    /// Name of the source
    source: String,
    /// How far back to search the log for keys: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1d")]
    since: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: TargetOptions,
}

impl Handshake {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let target = self.target.find().await?;
        let step = Step::start(format!("read the source {}", self.source));
        let found = handshakes::find(&target, &self.source, self.since).await?;
        step.done("");
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&row(&found))?));
        } else {
            print_line(format_args!("{}", text(&found)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(found: &Handshakes) -> Value {
    let Handshakes { source, sender, url, methods, token, brings_key, keys } = found;
    let token = if let Token::Derived(token) = token { Some(token) } else { None };
    let key = |ArrivedKey { key, times_ms }: &ArrivedKey| json!({ "key": key, "times_ms": times_ms });
    json!({
        "source": source, "sender": sender, "url": url.as_ref().ok(), "methods": methods, "verify_token": token,
        "brings_key": brings_key, "keys": keys.iter().map(key).collect::<Vec<_>>(), "ambiguous": keys.len() > 1,
    })
}

fn text(found: &Handshakes) -> String {
    let Handshakes { source, sender, url, methods, token, brings_key, keys } = found;
    let url = url.as_ref().map_or_else(|reason| format!("unknown: {reason}"), Clone::clone);
    let token = match token {
        Token::NotNeeded => "none: the sender does not use one".to_owned(),
        Token::Derived(token) => token.clone(),
        Token::Unknown(reason) => format!("unknown: {reason}"),
    };
    let mut lines = vec![
        format!("source        {source}"),
        format!("sender        {}", sender.as_deref().unwrap_or("described by the source's scheme")),
        format!("url           {url}"),
        format!("methods       {}", methods.join(", ")),
        format!("verify token  {token}"),
    ];
    if !brings_key {
        lines.push("keys          none: no request of the sender brings one".to_owned());
        return lines.join("\n");
    }
    if keys.is_empty() {
        lines.push(
            "keys          none arrived: register the URL at the sender, or search longer with --since".to_owned(),
        );
    }
    for ArrivedKey { key, times_ms } in keys {
        let times: Vec<_> = times_ms.iter().map(|time| rfc3339(time.div_euclid(1000))).collect();
        lines.push(format!("key           {key}"));
        lines.push(format!("              arrived {}", times.join(", ")));
    }
    match keys.len() {
        0 => {}
        1 => lines.push(format!(
            "\nAny caller can send a key. If it arrived when you registered the URL, store it: hookline secret set {source}"
        )),
        count => lines.push(format!(
            "\nwarning: {count} different keys arrived, and any caller can send one. Store only the key that arrived when you \
             registered the URL: hookline secret set {source}. If you are not sure, register the URL again"
        )),
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(brings_key: bool, token: Token, keys: &[(&str, &[i64])]) -> Handshakes {
        let key = |(key, times): &(&str, &[i64])| ArrivedKey { key: (*key).to_owned(), times_ms: times.to_vec() };
        Handshakes {
            source: "tasks".to_owned(),
            sender: Some("asana".to_owned()),
            url: Ok("https://hooks.example.com/webhooks/tasks".to_owned()),
            methods: vec!["POST".to_owned()],
            token,
            brings_key,
            keys: keys.iter().map(key).collect(),
        }
    }

    #[test]
    fn output_has_the_token_or_the_keys() {
        let at = 1_767_323_045_678;
        let outputs = [
            found(false, Token::Derived("0123456789abcdef".to_owned()), &[]),
            Handshakes { url: Err("access denied".to_owned()), sender: None, ..found(false, Token::NotNeeded, &[]) },
            found(true, Token::Unknown("the secret has no value".to_owned()), &[]),
            found(true, Token::NotNeeded, &[("first-key", &[at])]),
            found(true, Token::NotNeeded, &[("first-key", &[at, at + 1000]), ("second-key", &[at + 60_000])]),
        ];
        insta::assert_snapshot!(outputs.iter().map(text).collect::<Vec<_>>().join("\n----\n"));
        insta::assert_json_snapshot!(outputs.iter().map(row).collect::<Vec<_>>());
    }
}
