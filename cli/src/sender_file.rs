//! Files that describe how a sender signs: the description alone, or a complete file as in `senders/`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use hookline_senders::{Sender, SenderScheme};
use serde_json::Value;

/// Members of a complete file that are not members of a description.
const COMPLETE: [&str; 3] = ["scheme", "extends", "alternatives"];

/// Reads a file.
///
/// # Errors
///
/// If the file cannot be read, or is neither a description nor a sender's file.
pub fn read(path: &Path) -> Result<SenderScheme> {
    let text = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    parse(&text).with_context(|| format!("`{}` does not describe a sender", path.display()))
}

/// Parses the text of a file.
///
/// # Errors
///
/// If the text is neither a description nor a sender's file.
pub fn parse(json: &[u8]) -> Result<SenderScheme> {
    let value: Value = serde_json::from_slice(json)?;
    let Some(members) = value.as_object() else { bail!("the file is no JSON object") };
    if !COMPLETE.iter().any(|name| members.contains_key(*name)) {
        return Ok(SenderScheme { methods: vec![serde_json::from_value(value)?], ..SenderScheme::default() });
    }
    let base = match members.get("extends").and_then(Value::as_str) {
        None => Value::Null,
        Some(slug) => serde_json::from_str(Sender::json(Sender::named(slug)?).unwrap_or_default())?,
    };
    Ok(serde_json::from_value(hookline_senders::merged(&value, &base))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_file_is_read_as_the_catalogue_reads_it() {
        for slug in hookline_senders::slugs() {
            let parsed = parse(Sender::json(slug).unwrap().as_bytes()).unwrap();
            assert_eq!(parsed, hookline_senders::scheme(slug).unwrap(), "{slug}");
        }
    }

    #[test]
    fn description_alone_is_one_way() {
        let parsed = parse(br#"{"signature":{"in":["header:X-Signature"]},"message":"{body}"}"#).unwrap();
        assert_eq!(parsed.methods.len(), 1);
        assert!(parsed.handshakes.is_empty());
    }

    #[test]
    fn other_file_is_an_error() {
        for text in ["[]", "{\"signatur\":{}}", "x", "{\"extends\":\"none\"}"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
