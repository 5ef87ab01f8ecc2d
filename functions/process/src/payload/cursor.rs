//! Moves through JSON text without a stack for nested values.

use std::borrow::Cow;

/// A position in a JSON text that was checked.
pub(super) struct Cursor<'t> {
    pub(super) rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(json: &'t str) -> Self {
        Self { rest: json }
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    pub(super) fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Enters an object or an array.
    pub(super) fn begin(&mut self) {
        self.advance(1);
    }

    /// Moves to the value of the next member and returns its name. At the end of the object, moves behind it and returns
    /// `None`.
    pub(super) fn next_name(&mut self) -> Option<Cow<'t, str>> {
        if !self.next_element() {
            return None;
        }
        let start = self.rest;
        self.skip_value();
        let name = start.get(..start.len() - self.rest.len()).unwrap_or_default();
        self.skip_space();
        self.advance(1);
        // A pointer or a template cannot name a member whose name is not Unicode.
        Some(string(name).unwrap_or(Cow::Borrowed("\u{fffd}")))
    }

    /// Moves to the next element. At the end of the array, moves behind it and returns `false`.
    pub(super) fn next_element(&mut self) -> bool {
        self.skip_space();
        if self.peek() == Some(b',') {
            self.advance(1);
            self.skip_space();
        }
        let has_element = !matches!(self.peek(), None | Some(b']' | b'}'));
        if !has_element {
            self.advance(1);
        }
        has_element
    }

    /// Moves behind the next value. A nested value needs no stack.
    pub(super) fn skip_value(&mut self) {
        self.skip_space();
        let (bytes, mut position, mut depth) = (self.rest.as_bytes(), 0, 0_usize);
        while let Some(byte) = bytes.get(position) {
            match byte {
                b'"' => position = string_end(bytes, position),
                b'{' | b'[' => {
                    depth += 1;
                    position += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    position += 1;
                }
                _ if depth == 0 => {
                    // A number or a literal.
                    let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
                    let rest = bytes.get(position..).unwrap_or_default();
                    position += rest.iter().position(is_end).unwrap_or(rest.len());
                }
                _ => {
                    position += 1;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
        }
        self.advance(position);
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

/// Returns the position behind the string that begins at `start`.
pub(crate) fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    loop {
        match bytes.get(position) {
            Some(b'\\') => position += 2,
            Some(b'"') => return position + 1,
            Some(_) => position += 1,
            None => return bytes.len(),
        }
    }
}

/// Decodes a string. Returns `None` if it has an escape sequence that is not Unicode, such as half of a surrogate pair.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(json).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_decoded() {
        assert_eq!(string(r#""a""#).as_deref(), Some("a"));
        assert_eq!(string(r#""\ud83d\ude00\n""#).as_deref(), Some("\u{1f600}\n"));
        assert_eq!(string(r#""\ud800""#), None);
    }

    #[test]
    fn values_are_skipped() {
        for value in ["1", "\"\\\"]\"", "[[],{\"a\":[\"}\"]}]", "null", "{}"] {
            let text = format!(" {value} ,2");
            let mut cursor = Cursor::new(&text);
            cursor.skip_value();
            assert_eq!(cursor.rest, " ,2", "{value}");
        }
    }
}
