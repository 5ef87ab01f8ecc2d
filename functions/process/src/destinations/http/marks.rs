//! Puts values into JSON at the places that a template has for them.
//!
//! Outside a string, a value is rendered as JSON, and inside a string as text with its special characters escaped. So a
//! payload can neither end a string nor add members. Whether a place is inside a string is known only after the complete
//! template is rendered. Until then each value is a mark: a beginning that a payload cannot guess, the value as JSON, and
//! an end. JSON does not contain the end, U+0000, and neither does the template.

use std::sync::Arc;

use serde::de::IgnoredAny;

/// The end of a mark, and the first character of its beginning.
const END: char = '\0';

/// The marks of a template.
#[derive(Debug, Clone)]
pub(super) struct Marks {
    begin: Arc<str>,
}

/// A value cannot be put into the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum MisplacedValue {
    /// The text before the value would change its first character.
    #[error("a value follows a backslash")]
    AfterBackslash,
    /// A filter has changed a text with values.
    #[error("a filter changed a text with values: apply the filter to each value")]
    Changed,
}

/// The part of the JSON that the next character belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Outside,
    InString,
    AfterBackslash,
}

impl Position {
    fn after(self, text: &str) -> Self {
        text.bytes().fold(self, |position, byte| match (position, byte) {
            (Self::Outside, b'"') | (Self::AfterBackslash, _) => Self::InString,
            (Self::InString, b'"') => Self::Outside,
            (Self::InString, b'\\') => Self::AfterBackslash,
            (position, _) => position,
        })
    }
}

impl Marks {
    pub(super) fn new() -> Self {
        // Digits stay the same in upper and lower case, so that a mark in a changed text is found.
        Self { begin: format!("{END}{:020}:", fastrand::u64(..)).into() }
    }

    /// Returns the mark of a value in JSON.
    pub(super) fn mark(&self, json: &str) -> String {
        format!("{}{json}{END}", self.begin)
    }

    /// Whether a text contains a mark, or a part of one.
    pub(super) fn is_in(&self, text: &str) -> bool {
        text.contains(self.begin.trim_start_matches(END))
    }

    /// Replaces the marks of a rendered text by their values.
    ///
    /// # Errors
    ///
    /// [`MisplacedValue`].
    pub(super) fn resolve(&self, rendered: &str) -> Result<String, MisplacedValue> {
        let mut output = String::with_capacity(rendered.len());
        let (mut position, mut rest) = (Position::Outside, rendered);
        while let Some((literal, _)) = rest.split_once(END) {
            position = position.after(literal);
            output.push_str(literal);
            let marked = rest.strip_prefix(literal).and_then(|marked| marked.strip_prefix(&*self.begin));
            let (json, after) = marked.and_then(|marked| marked.split_once(END)).ok_or(MisplacedValue::Changed)?;
            // A filter can have changed it, and the position would then be wrong.
            serde_json::from_str::<IgnoredAny>(json).map_err(|_| MisplacedValue::Changed)?;
            match position {
                Position::Outside => output.push_str(json),
                Position::InString => push_text(&mut output, json),
                Position::AfterBackslash => return Err(MisplacedValue::AfterBackslash),
            }
            rest = after;
        }
        output.push_str(rest);
        Ok(output)
    }
}

/// Adds a value to a string: a string without its quotes, nothing for `null`, and the JSON text of any other value.
fn push_text(output: &mut String, json: &str) {
    let json = json.trim();
    match json.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(escaped) => output.push_str(escaped),
        None if json == "null" => {}
        None => output.push_str(&json.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Resolves a text in which each `@` is the mark of a value.
    fn resolved(text: &str, values: &[Value]) -> Result<String, MisplacedValue> {
        let marks = Marks::new();
        let mut values = values.iter();
        let parts: Vec<_> = text.split('@').collect();
        let mut rendered = String::new();
        for (number, part) in parts.iter().enumerate() {
            rendered.push_str(part);
            if number + 1 < parts.len() {
                rendered.push_str(&marks.mark(&values.next().unwrap().to_string()));
            }
        }
        marks.resolve(&rendered)
    }

    #[test]
    fn value_outside_a_string_is_json() {
        let value = json!({ "a": ["\"", 1.5, null] });
        assert_eq!(resolved(r#"{"x":@}"#, &[value]).unwrap(), r#"{"x":{"a":["\"",1.5,null]}}"#);
    }

    #[test]
    fn value_in_a_string_is_escaped_text() {
        let values = [json!("a \"b\" \\ \n"), json!(7), json!(null), json!(true), json!({ "c": "\"\n" })];
        let text = resolved(r#""@, @, @, @, @""#, &values).unwrap();
        let read: String = serde_json::from_str(&text).unwrap();
        assert_eq!(read, "a \"b\" \\ \n, 7, , true, {\"c\":\"\\\"\\n\"}");
    }

    #[test]
    fn escaped_quotes_of_the_template_do_not_end_a_string() {
        assert_eq!(resolved(r#"["\"@\\",@]"#, &[json!("x"), json!("y")]).unwrap(), r#"["\"x\\","y"]"#);
        assert_eq!(resolved(r#""\@""#, &[json!("\"")]), Err(MisplacedValue::AfterBackslash));
    }

    #[test]
    fn changed_mark_is_an_error() {
        let marks = Marks::new();
        for rendered in ["\0", "\"\0x\0\"", "\u{0}0\u{0}", &marks.mark("{"), &*marks.begin] {
            assert_eq!(marks.resolve(rendered), Err(MisplacedValue::Changed), "{rendered:?}");
        }
    }
}
