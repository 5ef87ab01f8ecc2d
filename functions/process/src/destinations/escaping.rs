//! Escapes the values in a message exactly once, however a template processes them.
//!
//! A filter can change, cut or print a text that already contains values: the text of a `set` block, for instance. So a
//! special character of a value is replaced by a mark, which is a single character. No filter splits it, and escaping the
//! text once more does not change it. When the message is complete, each mark becomes an escape sequence.

/// The first mark. Unicode reserves this character and the next 31 for use inside of programs.
/// <https://www.unicode.org/faq/private_use.html#nonchar1>
const FIRST_MARK: u32 = 0xfdd0;

const MAX_MARKS: usize = 32;

/// The characters that have a meaning in a markup, and their escape sequences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Escaping {
    special: &'static str,
    /// Adds the escape sequence of a special character to a text.
    escape: fn(char, &mut String),
}

impl Escaping {
    /// For plain text.
    pub(super) const NONE: Self = Self::new("", |character, text| text.push(character));

    pub(super) const fn new(special: &'static str, escape: fn(char, &mut String)) -> Self {
        assert!(special.is_ascii() && special.len() <= MAX_MARKS);
        Self { special, escape }
    }

    /// Replaces the special characters of a text by marks.
    pub(super) fn mark(&self, text: &str) -> String {
        text.chars().map(|character| self.mark_of(character).unwrap_or(character)).collect()
    }

    /// Replaces the marks of a text by the special characters.
    pub(super) fn unmark(&self, text: &str) -> String {
        text.chars().map(|character| self.special_of(character).unwrap_or(character)).collect()
    }

    /// Replaces the marks of a text by escape sequences.
    pub(super) fn resolve(&self, text: &str) -> String {
        let mut resolved = String::with_capacity(text.len());
        text.chars().for_each(|character| self.push(character, &mut resolved));
        resolved
    }

    /// Escapes a text.
    pub(super) fn escape(&self, text: &str) -> String {
        self.resolve(&self.mark(text))
    }

    /// Adds a character of a text with marks to a text with escape sequences.
    pub(super) fn push(&self, character: char, resolved: &mut String) {
        match self.special_of(character) {
            Some(special) => (self.escape)(special, resolved),
            None => resolved.push(character),
        }
    }

    fn mark_of(&self, character: char) -> Option<char> {
        let index = self.special.find(character)?;
        char::from_u32(FIRST_MARK.checked_add(u32::try_from(index).ok()?)?)
    }

    fn special_of(&self, mark: char) -> Option<char> {
        let index = usize::try_from(u32::from(mark).checked_sub(FIRST_MARK)?).ok()?;
        self.special.as_bytes().get(index).copied().map(char::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKSLASH: Escaping = Escaping::new("\\*", |character, text| text.extend(['\\', character]));

    #[test]
    fn text_is_escaped_once() {
        let marked = BACKSLASH.mark("a*b\\");
        assert_eq!(marked.chars().count(), 4, "{marked:?}");
        assert_eq!(BACKSLASH.mark(&marked), marked);
        assert_eq!(BACKSLASH.resolve(&marked), "a\\*b\\\\");
        assert_eq!(BACKSLASH.unmark(&marked), "a*b\\");
        assert_eq!(BACKSLASH.escape("a*b\\"), "a\\*b\\\\");
        assert_eq!(BACKSLASH.resolve("a*b\\"), "a*b\\", "the text of the template has no marks");
    }

    /// A payload can contain the characters that are marks. They become escape sequences, never markup.
    #[test]
    fn other_characters_do_not_change() {
        for text in ["", "a\u{fdd2}\u{fdef}\u{fdcf}\u{fdf0}", "\u{ffff}\u{1f984}"] {
            assert_eq!(BACKSLASH.escape(text), text);
            assert_eq!(Escaping::NONE.escape(text), text);
        }
        assert_eq!(BACKSLASH.escape("\u{fdd1}"), "\\*");
        assert_eq!(Escaping::NONE.escape("*\u{fdd1}"), "*\u{fdd1}");
    }
}
