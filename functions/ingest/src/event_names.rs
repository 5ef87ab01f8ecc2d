//! The ids and types of events.

use hookline_event::name;

/// The longest id, in bytes. It becomes a header of the delivery.
pub(crate) const MAX_ID_BYTES: usize = 1024;

/// The longest type of a sender, in bytes after it was escaped.
pub(crate) const MAX_TYPE_BYTES: usize = 256;

/// The type of an event whose sender declares none.
pub(crate) const UNKNOWN_TYPE: &str = "unknown";

/// Returns an id if CloudEvents allows it and it is not too long.
///
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system>
pub(crate) fn usable_id(id: String) -> Option<String> {
    is_usable_id(&id).then_some(id)
}

/// Whether CloudEvents allows an id and it is not too long.
pub(crate) fn is_usable_id(id: &str) -> bool {
    let is_allowed = |character: char| !character.is_control() && !name::is_noncharacter(character);
    (1..=MAX_ID_BYTES).contains(&id.len()) && id.chars().all(is_allowed)
}

/// Returns a sender's type in the form in which routes, headers and logs have it. Returns `None` if there is no type.
pub(crate) fn usable_type(event_type: Option<&str>) -> Option<String> {
    let event_type = event_type.filter(|event_type| !event_type.trim().is_empty())?;
    Some(name::shorten(&name::escape_type(event_type), MAX_TYPE_BYTES).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_any_text_that_cloudevents_allows() {
        for id in ["order-17", "order/17", "a b", "\"x\"", "100%", "\u{fc}", "\u{1f600}", "{}", " ", &"x".repeat(1024)]
        {
            assert_eq!(usable_id(id.to_owned()).as_deref(), Some(id));
        }
        for id in ["", "a\r\nb", "\0", "\u{7f}", "\u{85}", "\u{fdd0}", "\u{ffff}", "\u{1fffe}", &"x".repeat(1025)] {
            assert_eq!(usable_id(id.to_owned()), None, "{id:?}");
        }
    }

    #[test]
    fn type_is_escaped_and_limited_but_never_replaced() {
        let expected = Some("v2.core.account[requirements].updated".to_owned());
        assert_eq!(usable_type(Some("v2.core.account[requirements].updated")), expected);
        assert_eq!(usable_type(Some("p\u{fc}sh")).as_deref(), Some("p%C3%BCsh"));
        let long = usable_type(Some(&"x".repeat(300))).unwrap();
        assert_eq!(long.len(), MAX_TYPE_BYTES);
        assert_ne!(Some(long), usable_type(Some(&"x".repeat(301))));
        for absent in [None, Some(""), Some("  ")] {
            assert_eq!(usable_type(absent), None);
        }
    }
}
