//! Finds values in JSON text by JSON Pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) in one pass. The
//! values that no pointer names are skipped, so the memory does not depend on the payload, and a payload can be nested to
//! any depth.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::cursor::Cursor;

/// Whether a text is JSON. The check needs no stack for nested values.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Pointers as a tree of their reference tokens.
#[derive(Debug, Default)]
pub(crate) struct Pointers<'w> {
    /// The indices of the pointers that end here.
    ends: Vec<usize>,
    /// The pointers that continue with a token.
    children: BTreeMap<Cow<'w, str>, Pointers<'w>>,
}

impl<'w> Pointers<'w> {
    /// Parses pointers. The results of a search have the same order.
    pub(crate) fn new(pointers: impl IntoIterator<Item = &'w str>) -> Self {
        let mut root = Self::default();
        for (index, pointer) in pointers.into_iter().enumerate() {
            let mut node = &mut root;
            for token in pointer.split('/').skip(1) {
                let token = if token.contains('~') {
                    Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
                } else {
                    Cow::Borrowed(token)
                };
                node = node.children.entry(token).or_default();
            }
            node.ends.push(index);
        }
        root
    }

    /// Returns the pointers that have no token, and those with one token, by the token. An object of strings, such as a
    /// form, has no other values.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.children.iter().map(|(name, node)| (name.as_ref(), node.ends.as_slice()))
    }

    /// The indices of the pointers that select the whole payload.
    pub(super) fn root(&self) -> &[usize] {
        &self.ends
    }

    /// Returns the number of pointers.
    pub(super) fn count(&self) -> usize {
        self.ends.len() + self.children.values().map(Self::count).sum::<usize>()
    }

    /// Returns the text of each pointed value, which has the index of its pointer. The text must be JSON.
    pub(super) fn find<'t>(&self, json: &'t str) -> Vec<Option<&'t str>> {
        let mut found = vec![None; self.count()];
        self.visit(&mut Cursor::new(json), &mut found);
        found
    }

    /// Reads the next value. The recursion is as deep as the pointers, not as the payload.
    fn visit<'t>(&self, cursor: &mut Cursor<'t>, found: &mut [Option<&'t str>]) {
        cursor.skip_space();
        let start = cursor.rest;
        match cursor.peek() {
            _ if self.children.is_empty() => cursor.skip_value(),
            Some(b'{') => {
                cursor.begin();
                while let Some(name) = cursor.next_name() {
                    match self.children.get(name.as_ref()) {
                        Some(child) => {
                            // The last member with a name counts.
                            child.clear(found);
                            child.visit(cursor, found);
                        }
                        None => cursor.skip_value(),
                    }
                }
            }
            Some(b'[') => {
                let index = |token: &str| {
                    let is_index = token == "0" || !token.starts_with(['0', '+']);
                    token.parse::<usize>().ok().filter(|_| is_index)
                };
                let children: BTreeMap<_, _> =
                    self.children.iter().filter_map(|(token, child)| Some((index(token)?, child))).collect();
                cursor.begin();
                let mut position = 0;
                while cursor.next_element() {
                    match children.get(&position) {
                        Some(child) => child.visit(cursor, found),
                        None => cursor.skip_value(),
                    }
                    position += 1;
                }
            }
            _ => cursor.skip_value(),
        }
        let value = start.get(..start.len() - cursor.rest.len());
        self.ends.iter().filter_map(|index| found.get_mut(*index).map(|slot| *slot = value)).for_each(drop);
    }

    fn clear(&self, found: &mut [Option<&str>]) {
        self.ends.iter().filter_map(|index| found.get_mut(*index).map(|slot| *slot = None)).for_each(drop);
        self.children.values().for_each(|child| child.clear(found));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn find<'t>(json: &'t str, pointer: &str) -> Option<&'t str> {
        assert!(is_json(json), "{json}");
        Pointers::new([pointer]).find(json).remove(0)
    }

    #[test]
    fn pointers_select_the_text_of_values() {
        let json = r#" { "a" : [ 1 , { "b" : "x\"]" } , [] ] , "" : -1.50e3 , "a/b" : { "~" : null } , "\u0061\ud83d\ude00" : {} } "#;
        assert_eq!(find(json, "/a/0"), Some("1"));
        assert_eq!(find(json, "/a/1"), Some(r#"{ "b" : "x\"]" }"#));
        assert_eq!(find(json, "/a/1/b"), Some(r#""x\"]""#));
        assert_eq!(find(json, "/a/2"), Some("[]"));
        assert_eq!(find(json, "/"), Some("-1.50e3"));
        assert_eq!(find(json, "/a~1b/~0"), Some("null"));
        assert_eq!(find(json, "/a\u{1f600}"), Some("{}"));
        assert_eq!(find(json, ""), Some(json.trim()));
        for missing in ["/a/3", "/a/00", "/a/+1", "/a/-", "/a/1/b/c", "/b", "//a", "/a/b"] {
            assert_eq!(find(json, missing), None, "{missing}");
        }
        assert_eq!(find("7", ""), Some("7"));
        assert_eq!(find("7", "/a"), None);
    }

    #[test]
    fn last_member_with_a_name_counts() {
        assert_eq!(find(r#"{"a":1,"a":2}"#, "/a"), Some("2"));
        assert_eq!(find(r#"{"a":{"b":1},"a":{}}"#, "/a/b"), None);
        assert_eq!(find(r#"{"a":{"b":1},"a":3}"#, "/a/b"), None);
    }

    #[test]
    fn several_pointers_are_found_in_one_pass() {
        let pointers = Pointers::new(["/a/b", "", "/a", "/c", "/a/b"]);
        let found = pointers.find(r#"{"a":{"b":1}}"#);
        assert_eq!(found, [Some("1"), Some(r#"{"a":{"b":1}}"#), Some(r#"{"b":1}"#), None, Some("1")]);
    }

    #[test]
    fn payload_is_nested_to_any_depth() {
        let depth = 500_000;
        let nested = format!("{{\"deep\":{}1{},\"a\":2}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(find(&nested, "/a"), Some("2"));
        let objects = format!("{}1{}", "{\"a\":".repeat(400), "}".repeat(400));
        assert_eq!(find(&objects, &"/a".repeat(400)), Some("1"));
        assert_eq!(find(&objects, &"/a".repeat(401)), None);
    }

    #[test]
    fn name_that_is_not_unicode_is_skipped() {
        assert_eq!(find(r#"{"\ud800":1,"a":"\ud800"}"#, "/a"), Some(r#""\ud800""#));
    }

    fn json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 40, 5, |inner| {
            let name = prop_oneof![Just("a".to_owned()), Just("b/~".to_owned()), any::<String>()];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(name, inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn pointers_find_the_same_value_as_in_a_tree(json in json(), tokens in proptest::collection::vec("a|b~1~0|0|1|2", 0..4)) {
            let pointer: String = tokens.iter().map(|token| format!("/{token}")).collect();
            for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
                let found = find(&text, &pointer).map(|text| serde_json::from_str::<Value>(text).unwrap());
                prop_assert_eq!(found.as_ref(), json.pointer(&pointer));
            }
        }
    }
}
