//! Names of events in the characters that every header, log and API can carry.
//!
//! Printable ASCII stays as it is. Any other character is percent-encoded, so a name is never replaced by another one.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// Digits of the hash at the end of a shortened name.
const HASH_DIGITS: usize = 16;

/// The ASCII characters that are escaped in a type. Characters outside of ASCII always are.
const ESCAPED_IN_TYPES: &AsciiSet = &CONTROLS.add(b' ').add(b'%');
/// The ASCII characters that are escaped in a header.
const ESCAPED_IN_HEADERS: &AsciiSet = &ESCAPED_IN_TYPES.add(b'"');

/// Escapes a sender's type of an event.
///
/// Printable ASCII stays, except `%`. A `%`, a space, a control character and a character outside of ASCII become `%XX`
/// for each of their UTF-8 bytes, so [`decode`] restores the type.
#[must_use]
pub fn escape_type(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED_IN_TYPES).to_string()
}

/// Encodes an attribute for a header of an HTTP message as CloudEvents requires: a space, a double quote, a percent sign
/// and each character outside of printable ASCII become `%XX`.
///
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values>
#[must_use]
pub fn encode_header(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED_IN_HEADERS).to_string()
}

/// Decodes `%XX`. A `%` without two hex digits stays as it is, and so does the complete text if the decoded bytes are
/// not UTF-8.
#[must_use]
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// Shortens a name of more than `max` bytes: its beginning, `~` and 16 hex digits of the SHA-256 of the complete name.
/// Two long names therefore stay different. An escape sequence is not divided.
#[must_use]
pub fn shorten(name: &str, max: usize) -> Cow<'_, str> {
    if name.len() <= max {
        return Cow::Borrowed(name);
    }
    let mut end = name.floor_char_boundary(max.saturating_sub(HASH_DIGITS + 1));
    if let Some(escape) = name.get(end.saturating_sub(2)..end).and_then(|last| last.find('%')) {
        end = end.saturating_sub(2) + escape;
    }
    let mut hash = hex::encode(Sha256::digest(name));
    hash.truncate(HASH_DIGITS);
    Cow::Owned(format!("{}~{hash}", name.get(..end).unwrap_or_default()))
}

/// Whether Unicode reserves the character for use inside of programs: the last two of each plane, and 32 others
/// (<https://www.unicode.org/faq/private_use.html#nonchar1>).
#[must_use]
pub fn is_noncharacter(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_ascii_of_a_type_stays() {
        let all: String = (b'!'..=b'~').filter(|byte| *byte != b'%').map(char::from).collect();
        assert_eq!(escape_type(&all), all);
        for name in ["v2.core.account[requirements].updated", "orders/create", "repo:push", "order#1", "a=b@c+d,e"] {
            assert_eq!(escape_type(name), name);
        }
    }

    #[test]
    fn other_characters_of_a_type_are_encoded_and_decoded() {
        for (name, escaped) in [
            ("p\u{fc}sh", "p%C3%BCsh"),
            ("a\r\nb", "a%0D%0Ab"),
            ("100%", "100%25"),
            ("a%20b", "a%2520b"),
            ("Order Created", "Order%20Created"),
            ("  ", "%20%20"),
            ("\u{1f600}", "%F0%9F%98%80"),
            ("\u{7f}", "%7F"),
            ("", ""),
        ] {
            assert_eq!(escape_type(name), escaped);
            assert_eq!(decode(escaped), name);
        }
    }

    /// The example of the specification.
    #[test]
    fn header_is_encoded_as_cloudevents_requires() {
        assert_eq!(encode_header("Euro \u{20ac} \u{1f600}"), "Euro%20%E2%82%AC%20%F0%9F%98%80");
        assert_eq!(encode_header("a\"b%c"), "a%22b%25c");
        for text in ["Euro \u{20ac} \u{1f600}", "a\"b%c", "order/17", "\u{0}"] {
            assert_eq!(decode(&encode_header(text)), text);
        }
    }

    #[test]
    fn malformed_escapes_stay() {
        for text in ["%", "%2", "%zz", "100%", "%+1", "%ff"] {
            assert_eq!(decode(text), text);
        }
    }

    #[test]
    fn long_names_are_shortened_and_stay_different() {
        let long = |end: &str| format!("{}{end}", "x".repeat(300));
        let (first, second) = (long("a"), long("b"));
        assert_eq!(shorten(&first, 301), first);
        let shortened = shorten(&first, 128);
        assert_eq!(shortened.len(), 128);
        assert!(shortened.starts_with(&format!("{}~", "x".repeat(111))), "{shortened}");
        assert_ne!(shortened, shorten(&second, 128));
        for length in 20..30 {
            let escaped = shorten("%C3%BC%C3%BC%C3%BC%C3%BC%C3%BC%C3%BC", length);
            let (prefix, hash) = escaped.split_once('~').unwrap();
            assert!(escaped.len() <= length && prefix.len() % 3 == 0 && hash.len() == HASH_DIGITS, "{escaped}");
        }
    }
}
