//! Text in Terraform's language, in the form of `terraform fmt`.

use std::fmt::Write as _;

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Boolean(bool),
    /// A reference, such as `module.hookline.webhook_urls`.
    Reference(String),
    List(Vec<Self>),
    /// An object in one line.
    Row(Vec<(String, Self)>),
    /// An object with one line for each attribute.
    Object(Vec<Item>),
}

/// A part of a file, of a block or of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Attribute(String, Value),
    Block {
        /// The type and the labels, such as `module` and `hookline`.
        header: &'static str,
        labels: Vec<String>,
        body: Vec<Self>,
    },
    /// Text that Terraform ignores. Each line gets its own `#`.
    Comment(String),
    /// An empty line.
    Gap,
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn is_one_line(&self) -> bool {
        !matches!(self, Self::Object(_))
    }
}

impl Item {
    pub(crate) fn attribute(name: impl Into<String>, value: Value) -> Self {
        Self::Attribute(name.into(), value)
    }

    pub(crate) fn text(name: &str, text: impl Into<String>) -> Self {
        Self::attribute(name, Value::text(text))
    }

    pub(crate) fn block(header: &'static str, label: &str, body: Vec<Self>) -> Self {
        let labels = if label.is_empty() { Vec::new() } else { vec![label.to_owned()] };
        Self::Block { header, labels, body }
    }
}

/// Returns the text of a file.
pub(crate) fn file(items: &[Item]) -> String {
    let mut text = String::new();
    write_items(&mut text, items, 0);
    text
}

fn write_items(text: &mut String, items: &[Item], depth: usize) {
    let indent = "  ".repeat(depth);
    // `terraform fmt` aligns the equals signs of adjacent attributes that have one line each.
    for run in items.chunk_by(|one, other| name_width(one).is_some() && name_width(other).is_some()) {
        let width = run.iter().filter_map(name_width).max().unwrap_or(0);
        for item in run {
            write_item(text, item, &indent, depth, width);
        }
    }
}

/// Returns the width of the name of an attribute with one line.
fn name_width(item: &Item) -> Option<usize> {
    match item {
        Item::Attribute(name, value) if value.is_one_line() => Some(key(name).chars().count()),
        _ => None,
    }
}

fn write_item(text: &mut String, item: &Item, indent: &str, depth: usize, width: usize) {
    match item {
        Item::Attribute(name, value) => {
            let _ = write!(text, "{indent}{:<width$} = ", key(name));
            write_value(text, value, depth);
            text.push('\n');
        }
        Item::Block { header, labels, body } => {
            let labels: String = labels.iter().map(|label| format!(" {}", quoted(label))).collect();
            let _ = writeln!(text, "{indent}{header}{labels} {{");
            write_items(text, body, depth + 1);
            let _ = writeln!(text, "{indent}}}");
        }
        Item::Comment(comment) => {
            // A control character could end the comment for another reader of the file.
            for line in comment.lines() {
                let line: String = line.chars().filter(|character| !is_hidden(*character)).collect();
                let _ = writeln!(text, "{}", format!("{indent}# {line}").trim_end());
            }
        }
        Item::Gap => text.push('\n'),
    }
}

fn write_value(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Text(value) => text.push_str(&quoted(value)),
        Value::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Reference(reference) => text.push_str(reference),
        Value::List(values) => {
            text.push('[');
            for (position, value) in values.iter().enumerate() {
                text.push_str(if position == 0 { "" } else { ", " });
                write_value(text, value, depth);
            }
            text.push(']');
        }
        Value::Row(attributes) => {
            text.push('{');
            for (position, (name, value)) in attributes.iter().enumerate() {
                let _ = write!(text, "{} {} = ", if position == 0 { "" } else { "," }, key(name));
                write_value(text, value, depth);
            }
            text.push_str(if attributes.is_empty() { "}" } else { " }" });
        }
        Value::Object(items) => {
            text.push_str("{\n");
            write_items(text, items, depth + 1);
            text.push_str(&"  ".repeat(depth));
            text.push('}');
        }
    }
}

/// Returns the name of an attribute: an identifier as it is, any other name in quotes.
fn key(name: &str) -> String {
    let is_first = |character: char| character.is_ascii_alphabetic() || character == '_';
    let is_other = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    // `for` would begin an expression.
    let is_identifier = name.starts_with(is_first) && name.chars().all(is_other) && name != "for";
    if is_identifier { name.to_owned() } else { quoted(name) }
}

/// Returns a text in quotes, in which no character has a meaning for Terraform.
/// See <https://developer.hashicorp.com/terraform/language/expressions/strings>.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // `${` and `%{` begin an expression; the first character is doubled to mean itself.
            '$' | '%' if characters.peek() == Some(&'{') => {
                quoted.push(character);
                quoted.push(character);
            }
            _ if is_hidden(character) => match u32::from(character) {
                code @ 0..=0xffff => {
                    let _ = write!(quoted, "\\u{code:04x}");
                }
                code => {
                    let _ = write!(quoted, "\\U{code:08x}");
                }
            },
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a character is invisible, or changes the order of the visible ones.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &str) {
        assert_eq!(quoted(text), expected);
    }

    #[test]
    fn no_character_of_a_text_has_a_meaning_for_terraform() {
        case("plain text", r#""plain text""#);
        case(r#"a "quote" and a \"#, r#""a \"quote\" and a \\""#);
        case("${var.secret}", r#""$${var.secret}""#);
        case("%{ if true }", r#""%%{ if true }""#);
        case("$${x}", r#""$$${x}""#);
        case("$ { 100 % {", r#""$ { 100 % {""#);
        case("cost: 5$", r#""cost: 5$""#);
        case("one\ntwo\r\tthree", r#""one\ntwo\r\tthree""#);
        case("\0 \u{1b}[31m \u{7f}", r#""\u0000 \u001b[31m \u007f""#);
        case("\u{202e}txt.\u{feff}\u{e0041}", r#""\u202etxt.\ufeff\U000e0041""#);
        case("Grüße 🚀", "\"Grüße 🚀\"");
    }

    #[test]
    fn names_that_are_no_identifiers_are_in_quotes() {
        assert_eq!(key("cal-com"), "cal-com");
        assert_eq!(key("_id2"), "_id2");
        assert_eq!(key("3cx"), "\"3cx\"");
        assert_eq!(key("a.b"), "\"a.b\"");
        assert_eq!(key("for"), "\"for\"");
        assert_eq!(key(""), "\"\"");
    }

    #[test]
    fn a_comment_cannot_become_code() {
        let text = file(&[Item::Comment("one\nprovider \"x\" {}\r\u{2028}two\n\nthree".to_owned())]);
        assert_eq!(text, "# one\n# provider \"x\" {}two\n#\n# three\n");
    }

    #[test]
    fn equals_signs_of_adjacent_lines_are_aligned() {
        let row =
            Value::Row(vec![("kind".to_owned(), Value::text("http")), ("signed".to_owned(), Value::Boolean(true))]);
        let object = vec![
            Item::text("a", "1"),
            Item::attribute("long-name", row),
            Item::Comment("A comment ends the alignment.".to_owned()),
            Item::text("b", "2"),
        ];
        let body = vec![
            Item::text("source", "./module"),
            Item::Gap,
            Item::text("environment", "x"),
            Item::attribute("empty", Value::Row(Vec::new())),
            Item::attribute("list", Value::List(vec![Value::text("one"), Value::Reference("local.two".to_owned())])),
            Item::attribute("sources", Value::Object(object)),
            Item::text("after", "3"),
        ];
        insta::assert_snapshot!(file(&[Item::block("terraform", "", Vec::new()), Item::block("module", "x", body)]));
    }
}
