//! Example events of senders: bodies with the values that a sender's description reads.

use hookline_senders::SenderScheme;
use hookline_signature::Description;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// The value of an example's type and of other places.
const EXAMPLE: &str = "example";
/// A value that is JSON in a text.
const EXAMPLE_JSON: &str = "{\"example\":true}";

/// An unsigned event, as a sender would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleEvent {
    /// The headers, with the content type.
    pub headers: Vec<(String, String)>,
    /// Parameters of the query.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the body is a form.
    pub is_form: bool,
}

/// The parts of an event while it is composed.
#[derive(Default)]
struct Draft {
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    json: Value,
    form: Vec<(String, Value)>,
}

impl ExampleEvent {
    /// Returns an example for the first signing method of a sender. `id` makes the event unique.
    #[must_use]
    pub fn new(scheme: &SenderScheme, id: &str) -> Self {
        let description = scheme.methods.first().cloned().unwrap_or_default();
        let is_form = is_form(&description);
        let mut draft = Draft { json: json!({}), ..Draft::default() };
        let types = description.r#type.first().map(String::as_str).unwrap_or_default();
        let ids = description.id.first().map(String::as_str).unwrap_or_default();
        for (template, value) in [(types, EXAMPLE), (ids, id)] {
            places(template).for_each(|place| draft.set(&place, value));
        }
        let item = description.each.as_deref().map(|array| format!("{array}/0")).unwrap_or_default();
        let message = description.message.as_deref().unwrap_or_default();
        // The signature adds signed headers and parameters itself.
        let in_body = places(message).filter(|place| place.starts_with("json:") || place.starts_with("form:"));
        in_body.for_each(|place| {
            // A value directly after the time must not begin like the rest of a time.
            let follows_time = message.contains(&format!("{{timestamp}}{{{place}}}"));
            let value = if follows_time { EXAMPLE_JSON } else { EXAMPLE };
            draft.set(&place.replacen("json:", &format!("json:{item}"), 1), value);
        });
        let (body, content_type) = if is_form {
            draft.form.push(("sent".to_owned(), id.into()));
            (form(&draft.form), "application/x-www-form-urlencoded")
        } else {
            // An array of events has the member in its first element.
            let prefix = if draft.json.is_array() { "/0" } else { "" };
            set_json(&mut draft.json, &format!("{prefix}/sent"), id);
            (draft.json.to_string(), "application/json")
        };
        draft.headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        Self { headers: draft.headers, query: draft.query, body: body.into_bytes(), is_form }
    }
}

impl Draft {
    /// Puts a value into a place, unless it has one.
    fn set(&mut self, place: &str, value: &str) {
        let Some((kind, name)) = place.split_once(':') else { return };
        let add = |pairs: &mut Vec<(String, String)>| {
            if !pairs.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
                pairs.push((name.to_owned(), value.to_owned()));
            }
        };
        match kind {
            "header" => add(&mut self.headers),
            "query" => add(&mut self.query),
            "json" => set_json(&mut self.json, name, value),
            "form" => {
                let (field, pointer) = name.split_at(name.find('/').unwrap_or(name.len()));
                if !self.form.iter().any(|(key, _)| key == field) {
                    self.form.push((field.to_owned(), Value::Null));
                }
                let field = self.form.iter_mut().find(|(key, _)| key == field);
                if let Some((_, json)) = field {
                    set_json(json, pointer, value);
                }
            }
            _ => {}
        }
    }
}

/// Whether the body is a form: the signed text or the signature is in one, or else the event's type.
fn is_form(description: &Description) -> bool {
    let has_form = |text: &String| text.contains("form:") || text.contains("{sorted_form}");
    let in_json = |text: &String| text.contains("json:");
    let signed: Vec<_> = description.signature.r#in.iter().chain(&description.message).collect();
    let is_signed = signed.iter().any(|text| has_form(text));
    is_signed || (!signed.iter().any(|text| in_json(text)) && description.r#type.first().is_some_and(has_form))
}

/// Returns the places in a template. Functions such as `{sha256(body)}` are no places.
fn places(template: &str) -> impl Iterator<Item = String> {
    let parts = template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0));
    let is_place = |place: &&str| ["header:", "query:", "json:", "form:"].iter().any(|kind| place.starts_with(kind));
    parts.map(|part| part.trim_start_matches('?')).filter(is_place).map(str::to_owned)
}

/// Sets a text at a JSON pointer, unless there is a value. The elements `0` and `[0]` are the first of an array.
fn set_json(document: &mut Value, pointer: &str, value: &str) {
    let mut target = document;
    for token in pointer.split('/').skip(1) {
        let is_empty = target.is_null() || target.as_object().is_some_and(Map::is_empty);
        if is_empty {
            let is_position = ["0", "[0]"].contains(&token);
            *target = if is_position { json!([null]) } else { json!({}) };
        }
        let token = token.replace("~1", "/").replace("~0", "~");
        target = match target {
            Value::Object(members) => members.entry(token).or_insert(Value::Null),
            Value::Array(items) => match items.first_mut() {
                Some(item) => item,
                None => return,
            },
            _ => return,
        };
    }
    if target.is_null() {
        *target = value.into();
    }
}

fn form(fields: &[(String, Value)]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = fields.iter().map(|(name, value)| (name, text(value)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_has_the_id_and_the_type_of_the_sender() {
        let body = |sender: &str| {
            let example = ExampleEvent::new(&hookline_senders::scheme(sender).unwrap(), "e-1");
            format!("{} {:?}", String::from_utf8(example.body).unwrap(), example.headers)
        };
        let senders = ["adyen", "azure-event-grid", "dropbox-sign", "github", "standard", "stripe", "twilio", "usps"];
        let examples: Vec<_> = senders.iter().map(|sender| format!("{sender}: {}", body(sender))).collect();
        insta::assert_snapshot!(examples.join("\n"));
    }

    #[test]
    fn places_of_a_template_are_found() {
        let template = "v0:{timestamp}.{?form:command}{json:/a/0}{sha256(body)}{header:X-Id}";
        assert_eq!(places(template).collect::<Vec<_>>(), ["form:command", "json:/a/0", "header:X-Id"]);
    }
}
