//! Limits the memory of a rendered message, whatever the template and the payload are.

use std::fmt::{self, Write as _};
use std::io;

use minijinja::Value;

/// Bytes of a rendered message that are kept before it is truncated to the destination's limit. A template can render a
/// large payload many times.
const MAX_RENDERED_BYTES: usize = 256 * 1024;

/// Keeps the first bytes and drops the others.
#[derive(Default)]
pub(super) struct BoundedOutput(Vec<u8>);

impl BoundedOutput {
    /// Returns the kept text. Its end can be half of a character, which is replaced.
    pub(super) fn into_text(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl io::Write for BoundedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let remaining = MAX_RENDERED_BYTES.saturating_sub(self.0.len());
        self.0.extend_from_slice(bytes.get(..remaining).unwrap_or(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The beginning of a value's text without the characters that no message may have.
pub(super) struct BoundedText {
    text: String,
    remaining: usize,
}

impl BoundedText {
    /// Returns at most `max_characters` of the value's text.
    pub(super) fn read(value: &Value, max_characters: usize) -> String {
        let mut bounded = Self { text: String::new(), remaining: max_characters };
        // The error stops the value at the limit.
        let _ = write!(bounded, "{value}");
        bounded.text
    }
}

impl fmt::Write for BoundedText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars().filter(|character| is_allowed(*character)) {
            self.remaining = self.remaining.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

/// Whether a message may have the character: no control characters and none that change the text direction.
fn is_allowed(character: char) -> bool {
    let is_direction = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    !is_direction && (!character.is_control() || matches!(character, '\n' | '\t'))
}
