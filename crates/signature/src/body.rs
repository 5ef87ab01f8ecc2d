//! A look at the few members of a verified body that name its event. The body is never built as a value, and one that
//! is not what it should be names nothing: the event then goes by its source alone.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A member, whatever it is.
pub(crate) type Member<'a> = Option<&'a RawValue>;

/// Reads members of a JSON object; all of them are missing if it is none, or if it has one of them twice.
pub(crate) fn read<'a, T: Deserialize<'a> + Default>(body: &'a [u8]) -> T {
    serde_json::from_slice(body).unwrap_or_default()
}

/// The same for a member that is an object.
pub(crate) fn inside<'a, T: Deserialize<'a> + Default>(member: Member<'a>) -> T {
    member.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// A member that is text.
pub(crate) fn text(member: Member<'_>) -> Option<String> {
    serde_json::from_str(member?.get()).ok()
}
