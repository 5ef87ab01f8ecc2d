use std::borrow::Cow;

use hookline_signature::is_form;

use super::cursor::string;
use super::json::{Pointers, is_json};
use super::unreadable::Unreadable;
use super::{decode, form};

/// A payload that filters and templates can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadablePayload<'p> {
    /// JSON, or the JSON in the field `payload` of a form, which is GitHub's default.
    Json(Cow<'p, str>),
    /// Another form: an object of strings.
    Form(Cow<'p, str>),
}

/// The value that a pointer selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PointedValue<'p> {
    /// A string.
    Text(Cow<'p, str>),
    /// A string that is not Unicode.
    InvalidText,
    /// A number in the notation of the payload.
    Number(&'p str),
    /// `true`, `false` or `null`.
    Literal(&'p str),
    /// An array or an object.
    Composite,
}

impl<'p> ReadablePayload<'p> {
    /// Decodes a payload. JSON is recognized by its bytes, because senders declare it with many content types.
    ///
    /// # Errors
    ///
    /// [`Unreadable`].
    pub(crate) fn read(
        bytes: &'p [u8],
        content_type: Option<&str>,
        content_encoding: Option<&str>,
    ) -> Result<Self, Unreadable> {
        let is_form = content_type.is_some_and(is_form);
        let decoded = decode::decode(bytes, content_encoding.unwrap_or_default());
        match decoded.and_then(|decoded| Self::read_decoded(decoded, is_form)) {
            // Some senders declare a content coding that they did not apply.
            Err(Unreadable::Coding) => {
                Self::read_decoded(Cow::Borrowed(bytes), is_form).map_err(|_| Unreadable::Coding)
            }
            result => result,
        }
    }

    fn read_decoded(decoded: Cow<'p, [u8]>, is_form: bool) -> Result<Self, Unreadable> {
        let text = match decoded {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        let text = without_byte_order_mark(text.ok_or(Unreadable::Format)?);
        if (!is_form || is_composite(&text)) && is_json(&text) {
            return Ok(Self::Json(text));
        }
        if !is_form {
            return Err(Unreadable::Format);
        }
        let inner = form::last_value(&text, "payload").map(form::decode);
        match inner {
            Some(Ok(inner)) if is_composite(&inner) => {
                let inner = without_byte_order_mark(Cow::Owned(inner));
                if is_json(&inner) { Ok(Self::Json(inner)) } else { Err(Unreadable::Format) }
            }
            _ => Ok(Self::Form(text)),
        }
    }

    /// Returns the value of each pointer.
    pub(crate) fn find(&self, pointers: &Pointers<'_>) -> Vec<Option<PointedValue<'_>>> {
        match self {
            Self::Json(json) => {
                pointers.find(json).into_iter().map(|value| value.map(PointedValue::from_json)).collect()
            }
            Self::Form(form) => {
                let mut found = vec![None; pointers.count()];
                let mut set = |indices: &[usize], value: Option<PointedValue<'static>>| {
                    let slots =
                        indices.iter().filter_map(|index| found.get_mut(*index).map(|slot| *slot = value.clone()));
                    slots.for_each(drop);
                };
                set(pointers.root(), Some(PointedValue::Composite));
                for (name, indices) in pointers.names().filter(|(_, indices)| !indices.is_empty()) {
                    let value = form::last_value(form, name).map(form::decode);
                    let invalid = |_| PointedValue::InvalidText;
                    set(indices, value.map(|value| value.map_or_else(invalid, |text| PointedValue::Text(text.into()))));
                }
                found
            }
        }
    }
}

impl<'p> PointedValue<'p> {
    fn from_json(json: &'p str) -> Self {
        match json.as_bytes().first() {
            Some(b'"') => string(json).map_or(Self::InvalidText, Self::Text),
            Some(b'{' | b'[') => Self::Composite,
            Some(b't' | b'f' | b'n') => Self::Literal(json),
            _ => Self::Number(json),
        }
    }
}

/// Whether a text can be an object or an array.
fn is_composite(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with(['{', '['])
}

fn without_byte_order_mark(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Cow::Owned(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    #[track_caller]
    fn case(bytes: &[u8], content_type: Option<&str>, expected: Result<&str, Unreadable>) {
        let payload = ReadablePayload::read(bytes, content_type, None);
        let description = payload.map(|payload| match payload {
            ReadablePayload::Json(json) => format!("json {json}"),
            ReadablePayload::Form(form) => format!("form {form}"),
        });
        assert_eq!(description.as_deref().map_err(|error| *error), expected);
    }

    #[test]
    fn json_is_recognized_by_its_bytes() {
        for content_type in [None, Some("application/json"), Some("text/plain"), Some("applications/json"), Some(FORM)]
        {
            case(b"{\"a\":1}", content_type, Ok("json {\"a\":1}"));
            case(b"\xef\xbb\xbf [1]", content_type, Ok("json  [1]"));
        }
        case(b"7", None, Ok("json 7"));
        for bytes in [&b""[..], b"a=1", b"{", b"{} {}", b"\xff\xfe{\0}\0", b"{\"a\":\"\xff\"}", b"<a/>"] {
            case(bytes, Some("application/json"), Err(Unreadable::Format));
        }
    }

    #[test]
    fn form_is_json_or_an_object_of_strings() {
        let uppercase = "Application/X-WWW-Form-URLencoded ; charset=utf-8";
        let repeated = "application/x-www-form-urlencoded, application/x-www-form-urlencoded";
        for content_type in [FORM, uppercase, repeated] {
            case(b"a=1", Some(content_type), Ok("form a=1"));
            case(b"payload=%7B%22a%22%3A+1%7D", Some(content_type), Ok("json {\"a\": 1}"));
            case(b"x=1&payload=[1]&y", Some(content_type), Ok("json [1]"));
        }
        case(b"payload=text", Some(FORM), Ok("form payload=text"));
        case(b"payload=7", Some(FORM), Ok("form payload=7"));
        case(b"7", Some(FORM), Ok("form 7"));
        case(b"", Some(FORM), Ok("form "));
        case(b"payload=%7B%22a%22", Some(FORM), Err(Unreadable::Format));
    }

    #[test]
    fn coding_that_was_not_applied_is_ignored() {
        let payload = ReadablePayload::read(b"{}", None, Some("gzip"));
        assert_eq!(payload, Ok(ReadablePayload::Json("{}".into())));
        assert_eq!(ReadablePayload::read(b"\x1f\x8b", None, Some("gzip")), Err(Unreadable::Coding));
    }

    #[test]
    fn form_has_strings() {
        let pointers = Pointers::new(["", "/a", "/b~1[c]", "/a/b", "/d", "/e"]);
        let payload = ReadablePayload::read(b"a=1&b%2F[c]=%2F&e=%FF&a=2+2", Some(FORM), None).unwrap();
        let text = |text: &str| Some(PointedValue::Text(text.to_owned().into()));
        let invalid = Some(PointedValue::InvalidText);
        assert_eq!(
            payload.find(&pointers),
            [Some(PointedValue::Composite), text("2 2"), text("/"), None, None, invalid]
        );
    }

    proptest! {
        /// A panic would make SQS deliver the message again and again.
        #[test]
        fn any_bytes_are_read_without_a_panic(
            bytes: Vec<u8>,
            magic in prop::sample::select(vec![&b""[..], b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\x78\x9c", b"\x0b\x04\x80", b"{\"a\":", b"payload={"]),
            coding in prop::sample::select(vec!["", "gzip", "deflate", "br", "zstd", "gzip, br"]),
            content_type in prop::sample::select(vec!["application/json", FORM]),
        ) {
            let bytes = [magic, &bytes].concat();
            if let Ok(payload) = ReadablePayload::read(&bytes, Some(content_type), Some(coding)) {
                let found = payload.find(&Pointers::new(["", "/a", "/a/0"]));
                prop_assert!(found.first().is_some_and(Option::is_some));
                prop_assert!(payload.to_value().is_ok());
            }
        }
    }
}
