//! Splits a rendered message into text and links. Some chats accept both as elements: markup is not interpreted in them, so
//! a payload cannot add any. For the others, the message is written with the markup of the chat.

use std::borrow::Cow;

use url::Url;

use super::escaping::Escaping;

/// Marks a link in a rendered message. A value from an event cannot contain these characters.
const START: char = '\u{1}';
const SEPARATOR: char = '\u{2}';
const END: char = '\u{3}';

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    /// Text, with marks for the special characters of values.
    Text(String),
    /// A link, without marks.
    Link { url: String, text: String },
}

/// The markup of a chat.
#[derive(Clone, Copy)]
pub(super) struct Markup {
    pub(super) escaping: Escaping,
    /// Formats a link from a URL and unescaped text.
    pub(super) link: fn(&str, &str) -> String,
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

/// Splits a message at its links.
pub(super) fn parse(message: &str, escaping: Escaping) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, part) in message.split(START).enumerate() {
        let link = if index == 0 { None } else { part.split_once(END) };
        let link = link.and_then(|(link, rest)| Some((link.split_once(SEPARATOR)?, rest)));
        let rest = match link {
            Some(((url, text), rest)) => {
                runs.push(Run::Link { url: escaping.unmark(url), text: escaping.unmark(text) });
                rest
            }
            None => part,
        };
        if !rest.is_empty() {
            // The end of the message can have half of a link.
            runs.push(Run::Text(rest.replace([SEPARATOR, END], " ")));
        }
    }
    runs
}

/// Writes a message with the markup of a chat, up to this number of UTF-16 code units with the markup. The end is never
/// within a link or an escape sequence. A link that does not fit is text.
pub(super) fn write(message: &str, markup: Markup, max_units: usize) -> String {
    let mut output = BoundedMessage { text: String::new(), units: 0, max_units, end: 0 };
    // The message is complete at the limit.
    let _ = parse(message, markup.escaping).iter().try_for_each(|run| output.push_run(run, markup));
    output.text
}

/// A message up to a number of UTF-16 code units.
struct BoundedMessage {
    text: String,
    units: usize,
    max_units: usize,
    /// The length of the longest text that an ellipsis can follow.
    end: usize,
}

impl BoundedMessage {
    /// Adds a run. Returns `None` if the message is complete.
    fn push_run(&mut self, run: &Run, Markup { escaping, link }: Markup) -> Option<()> {
        let marked = match run {
            Run::Text(text) => Cow::Borrowed(text),
            Run::Link { url, text } => {
                let link = link(url, text);
                if self.units + units(&link) <= self.max_units {
                    return self.push(&link);
                }
                Cow::Owned(escaping.mark(text))
            }
        };
        marked.chars().try_for_each(|character| {
            let mut part = String::new();
            escaping.push(character, &mut part);
            self.push(&part)
        })
    }

    /// Adds a part that must not be split, or an ellipsis if the part does not fit. Then the message is complete, and the
    /// result is `None`.
    fn push(&mut self, part: &str) -> Option<()> {
        self.units += units(part);
        if self.units > self.max_units {
            self.text.truncate(self.end);
            self.text.push('\u{2026}');
            return None;
        }
        self.text.push_str(part);
        if self.units < self.max_units {
            self.end = self.text.len();
        }
        Some(())
    }
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

    const MARKUP: Markup = Markup {
        escaping: Escaping::new("&<", |character, text| text.push_str(if character == '&' { "&amp;" } else { "&lt;" })),
        link: |url, text| format!("<{url}|{text}>"),
    };

    fn text(text: &str) -> Run {
        Run::Text(text.to_owned())
    }

    fn parse_plain(message: &str, max_units: usize) -> Vec<Run> {
        truncated(parse(message, Escaping::NONE), max_units)
    }

    #[test]
    fn message_is_split_at_its_links() {
        let url = Url::parse("https://a.example/x").unwrap();
        let message = format!("a {} b {}", link(&url, "one"), link(&url, " "));
        let link = |text: &str| Run::Link { url: url.to_string(), text: text.to_owned() };
        let runs = [text("a "), link("one"), text(" b "), link("https://a.example/x")];
        assert_eq!(parse_plain(&message, 100), runs);
        assert_eq!(parse_plain(&message, 4), [text("a "), link("o\u{2026}")]);
        assert_eq!(parse_plain(&message, 1), [text("\u{2026}")]);
    }

    /// The output of a template is bounded, so it can end in a link.
    #[test]
    fn incomplete_link_is_text() {
        assert_eq!(parse_plain("a \u{1}https://a.exam", 100), [text("a "), text("https://a.exam")]);
        assert_eq!(parse_plain("a\u{3}\u{1}b\u{2}c", 100), [text("a "), text("b c")]);
        let incomplete = MARKUP.escaping.mark("\u{1}https://a.example/?a&b<");
        assert_eq!(write(&incomplete, MARKUP, 100), "https://a.example/?a&amp;b&lt;");
    }

    /// Half of an escape sequence would be shown, and half of a link could become one with other text.
    #[test]
    fn message_does_not_end_in_a_link_or_an_escape_sequence() {
        let url = Url::parse("https://a.example/").unwrap();
        let message = format!("<!here> {}b{}c", MARKUP.escaping.mark("a&"), MARKUP.escaping.mark(&link(&url, "d<e")));
        let complete = "<!here> a&amp;b<https://a.example/|d<e>c";
        assert_eq!(write(&message, MARKUP, complete.len()), complete);
        for (max_units, expected) in [
            // The link fits, and nothing after it.
            (complete.len() - 1, "<!here> a&amp;b\u{2026}"),
            // The link does not fit, and its text does.
            (complete.len() - 2, "<!here> a&amp;bd&lt;ec"),
            (20, "<!here> a&amp;bd\u{2026}"),
            (16, "<!here> a&amp;b\u{2026}"),
            (15, "<!here> a&amp;\u{2026}"),
            (14, "<!here> a\u{2026}"),
            (10, "<!here> a\u{2026}"),
            (1, "\u{2026}"),
        ] {
            assert_eq!(write(&message, MARKUP, max_units), expected, "{max_units}");
        }
    }

    #[test]
    fn truncation_splits_no_character() {
        for max in 1..8 {
            let runs = parse_plain("\u{1f984}\u{1f984}\u{1f984}\u{1f984}", max);
            assert!(units(runs[0].text()) <= max, "{runs:?}");
            assert!(units(&write("\u{1f984}\u{1f984}\u{1f984}\u{1f984}", MARKUP, max)) <= max);
        }
    }
}
