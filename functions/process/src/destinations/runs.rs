//! Splits a rendered message into text and links, for chats that accept both as elements. Markup is not interpreted in
//! them, so a payload cannot add any.

use url::Url;

/// Marks a link in a rendered message. A value from an event cannot contain these characters.
const START: char = '\u{1}';
const SEPARATOR: char = '\u{2}';
const END: char = '\u{3}';

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    Text(String),
    Link { url: String, text: String },
}

impl Run {
    /// Returns the visible text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Link { text, .. } => text,
        }
    }

    fn with_text(self, text: String) -> Self {
        match self {
            Self::Text(_) => Self::Text(text),
            Self::Link { url, .. } => Self::Link { url, text },
        }
    }
}

/// Marks a link for [`parse`].
pub(super) fn link(url: &Url, text: &str) -> String {
    let text = if text.trim().is_empty() { url.as_str() } else { text };
    format!("{START}{url}{SEPARATOR}{text}{END}")
}

/// Splits a message at its links and truncates it to this number of UTF-16 code units of visible text.
pub(super) fn parse(message: &str, max_units: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, part) in message.split(START).enumerate() {
        let link = if index == 0 { None } else { part.split_once(END) };
        let link = link.and_then(|(link, rest)| Some((link.split_once(SEPARATOR)?, rest)));
        let rest = match link {
            Some(((url, text), rest)) => {
                runs.push(Run::Link { url: url.to_owned(), text: text.to_owned() });
                rest
            }
            None => part,
        };
        if !rest.is_empty() {
            // The end of the message can have half of a link.
            runs.push(Run::Text(rest.replace([SEPARATOR, END], " ")));
        }
    }
    truncated(runs, max_units)
}

/// Returns the number of UTF-16 code units, in which chats count the length of a text.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Truncates a message to this number of UTF-16 code units of visible text.
pub(super) fn truncated(runs: Vec<Run>, max_units: usize) -> Vec<Run> {
    if runs.iter().map(|run| units(run.text())).sum::<usize>() <= max_units {
        return runs;
    }
    let mut remaining = max_units.saturating_sub(1);
    let mut kept = Vec::new();
    for run in runs {
        let length = units(run.text());
        if length > remaining {
            let mut text = String::new();
            for character in run.text().chars() {
                match remaining.checked_sub(character.len_utf16()) {
                    Some(rest) => remaining = rest,
                    None => break,
                }
                text.push(character);
            }
            text.push('\u{2026}');
            kept.push(run.with_text(text));
            break;
        }
        remaining -= length;
        kept.push(run);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Run {
        Run::Text(text.to_owned())
    }

    #[test]
    fn message_is_split_at_its_links() {
        let url = Url::parse("https://a.example/x").unwrap();
        let message = format!("a {} b {}", link(&url, "one"), link(&url, " "));
        let link = |text: &str| Run::Link { url: url.to_string(), text: text.to_owned() };
        let runs = [text("a "), link("one"), text(" b "), link("https://a.example/x")];
        assert_eq!(parse(&message, 100), runs);
        assert_eq!(parse(&message, 4), [text("a "), link("o\u{2026}")]);
        assert_eq!(parse(&message, 1), [text("\u{2026}")]);
    }

    /// The output of a template is bounded, so it can end in a link.
    #[test]
    fn incomplete_link_is_text() {
        assert_eq!(parse("a \u{1}https://a.exam", 100), [text("a "), text("https://a.exam")]);
        assert_eq!(parse("a\u{3}\u{1}b\u{2}c", 100), [text("a "), text("b c")]);
    }

    #[test]
    fn truncation_splits_no_character() {
        for max in 1..8 {
            let runs = parse("\u{1f984}\u{1f984}\u{1f984}\u{1f984}", max);
            assert!(units(runs[0].text()) <= max, "{runs:?}");
        }
    }
}
