//! Builds the values that templates use.

use std::collections::BTreeMap;

use minijinja::{Error, ErrorKind, Value};

use super::cursor::{Cursor, string};
use super::form;
use super::readable::ReadablePayload;
use super::unreadable::Unreadable;

/// The estimated memory of a tree. The values of a payload with many small objects need a hundred times the memory of its
/// bytes.
const MAX_TREE_BYTES: usize = 16 * 1024 * 1024;

/// The maximum depth, because each level needs a part of the stack. Deeper values are errors: a template that renders one
/// as JSON fails, and text says that the value is missing.
const MAX_DEPTH: usize = 100;

/// The memory of an array without its elements, and of an element while the array grows.
const ARRAY_BYTES: usize = 96;
const ELEMENT_BYTES: usize = 48;
/// The memory of an object without its members. The first node of its map has the space for eleven members.
const OBJECT_BYTES: usize = 720;
const MEMBER_BYTES: usize = 80;
/// The memory of a string without its text.
const STRING_BYTES: usize = 24;

impl ReadablePayload<'_> {
    /// Returns the payload as a value for templates.
    ///
    /// # Errors
    ///
    /// [`Unreadable::TooLarge`]: the value would need too much memory.
    pub(crate) fn to_value(&self) -> Result<Value, Unreadable> {
        let mut tree = Tree { remaining: MAX_TREE_BYTES };
        let value = match self {
            Self::Json(json) => tree.value(&mut Cursor::new(json), MAX_DEPTH),
            Self::Form(form) => tree.form(form),
        };
        value.ok_or(Unreadable::TooLarge)
    }
}

struct Tree {
    /// The bytes that further values may use.
    remaining: usize,
}

impl Tree {
    fn reserve(&mut self, bytes: usize) -> Option<()> {
        self.remaining = self.remaining.checked_sub(bytes)?;
        Some(())
    }

    /// Builds the next value. Returns `None` if the tree is too large.
    fn value(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
        cursor.skip_space();
        let start = cursor.rest;
        match cursor.peek() {
            Some(b'{' | b'[') if depth == 0 => {
                cursor.skip_value();
                Some(too_deep())
            }
            Some(b'{') => {
                self.reserve(OBJECT_BYTES)?;
                cursor.begin();
                let mut members = BTreeMap::new();
                while let Some(name) = cursor.next_name() {
                    self.reserve(MEMBER_BYTES + name.len())?;
                    members.insert(Value::from(name), self.value(cursor, depth - 1)?);
                }
                Some(Value::from(members))
            }
            Some(b'[') => {
                self.reserve(ARRAY_BYTES)?;
                cursor.begin();
                let mut elements = Vec::new();
                while cursor.next_element() {
                    self.reserve(ELEMENT_BYTES)?;
                    elements.push(self.value(cursor, depth - 1)?);
                }
                Some(Value::from(elements))
            }
            _ => {
                cursor.skip_value();
                let text = start.get(..start.len() - cursor.rest.len()).unwrap_or_default();
                self.scalar(text)
            }
        }
    }

    fn scalar(&mut self, json: &str) -> Option<Value> {
        Some(match json {
            "null" => Value::from(()),
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ if json.starts_with('"') => {
                self.reserve(STRING_BYTES + json.len())?;
                // The replacement for a text that is not Unicode.
                string(json).map_or_else(|| Value::from("\u{fffd}"), Value::from)
            }
            _ => self.number(json)?,
        })
    }

    /// Integers are exact. An integer of more than 128 bits keeps its notation.
    fn number(&mut self, json: &str) -> Option<Value> {
        if let Ok(number) = json.parse::<i64>() {
            return Some(Value::from(number));
        }
        if let Ok(number) = json.parse::<i128>() {
            self.reserve(STRING_BYTES)?;
            return Some(Value::from(number));
        }
        let is_integer = json.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let number = json.parse::<f64>().ok().filter(|number| number.is_finite() && !is_integer);
        self.reserve(STRING_BYTES + json.len())?;
        Some(number.map_or_else(|| Value::from(json), Value::from))
    }

    /// Builds an object of strings. Text that is not Unicode is replaced.
    fn form(&mut self, form: &str) -> Option<Value> {
        self.reserve(OBJECT_BYTES)?;
        let mut members = BTreeMap::new();
        for (name, value) in form::fields(form) {
            self.reserve(MEMBER_BYTES + STRING_BYTES + name.len() + value.len())?;
            let [name, value] = [name, value].map(|text| form::decode(text).unwrap_or_else(|_| "\u{fffd}".to_owned()));
            members.insert(Value::from(name), Value::from(value));
        }
        Some(Value::from(members))
    }
}

fn too_deep() -> Value {
    let detail = format!("the payload has values deeper than {MAX_DEPTH} levels");
    Value::from(Error::new(ErrorKind::InvalidOperation, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Result<Value, Unreadable> {
        ReadablePayload::read(json.as_bytes(), None, None)?.to_value()
    }

    #[test]
    fn values_are_those_of_the_payload() {
        let json = r#"{"a":[1,-2.50,true,null,"x\n\ud83d\ude00"],"a":{"b":"c"},"id":12345678901234567890123}"#;
        assert_eq!(value(json).unwrap().to_string(), "{'a': {'b': 'c'}, 'id': 12345678901234567890123}");
        assert_eq!(value("[1,-2.50,true,null,[],{}]").unwrap().to_string(), "[1, -2.5, True, None, [], {}]");
        let huge = "9".repeat(60);
        assert_eq!(value(&huge).unwrap().to_string(), huge);
        assert_eq!(value(r#""\ud800""#).unwrap().to_string(), "\u{fffd}");
    }

    #[test]
    fn form_is_an_object_of_strings() {
        let form = ReadablePayload::Form("a=1&b=%2Fx&a=2".into());
        assert_eq!(form.to_value().unwrap().to_string(), "{'a': '2', 'b': '/x'}");
    }

    #[test]
    fn large_tree_is_too_large() {
        let wide = |count: usize| format!("[{}{{}}]", "{\"\":0},".repeat(count));
        assert!(value(&wide(15_000)).is_ok());
        assert_eq!(value(&wide(200_000)), Err(Unreadable::TooLarge));
        assert!(value(&format!("[\"{}\"]", "a".repeat(4_400_000))).is_ok(), "one long text is not a large tree");
    }

    #[test]
    fn deeper_values_are_never_left_out_without_a_notice() {
        let nested = format!("{{\"deep\":{}{},\"a\":1}}", "[".repeat(200_000), "]".repeat(200_000));
        let value = value(&nested).unwrap();
        let environment = minijinja::Environment::new();
        let values = minijinja::context! { payload => value };
        let rendered = |template: &str| environment.render_str(template, &values);
        assert_eq!(rendered("{{ payload.a }}").unwrap(), "1");
        let text = rendered("{{ payload.deep }}").unwrap();
        assert!(text.contains("the payload has values deeper than 100 levels"), "{text}");
    }
}
