//! Reads the few members of a verified body that identify its event.
//!
//! The body is never parsed into a complete value. A body without the expected members identifies nothing: the event's
//! type is then derived from its source alone.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A member of any JSON type.
pub(crate) type Member<'a> = Option<&'a RawValue>;

/// Reads members of a JSON object. All are missing if the body is not an object, or if a member occurs twice.
pub(crate) fn parse_members<'a, T: Deserialize<'a> + Default>(body: &'a [u8]) -> T {
    serde_json::from_slice(without_bom(body)).unwrap_or_default()
}

/// Returns a body without its byte order mark, which a reader of JSON may ignore
/// ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)). Some senders sign one.
#[must_use]
pub fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Returns whether a content type is that of forms. It can have parameters or be repeated: an HTTP API joins the values of a
/// repeated header with commas.
#[must_use]
pub fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split([';', ',']).next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Reads members of a member that is an object, in the same way.
pub(crate) fn parse_nested<'a, T: Deserialize<'a> + Default>(member: Member<'a>) -> T {
    member.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// Returns a member that is a string.
pub(crate) fn parse_text(member: Member<'_>) -> Option<String> {
    serde_json::from_str(member?.get()).ok()
}
