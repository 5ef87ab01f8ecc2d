//! What `hookline senders show` prints.

use std::fmt::Write as _;

use anyhow::Result;
use hookline_senders::{EventResponse, HandshakeDescription, Retries, Sender, SenderScheme};
use hookline_signature::{Algorithm, Description, Trust};
use serde_json::{Value, json};

use super::listed_sender::{Listed, algorithm, name};
use crate::duration::formatted;
use crate::source_scheme::SourceScheme;

/// Returns the sender's file with what it inherits, and an example of a source.
pub(super) fn row(listed: &Listed) -> Result<Value> {
    let mut row: Value = serde_json::from_str(Sender::json(listed.slug).unwrap_or("{}"))?;
    if let Some(members) = row.as_object_mut() {
        let inherited = ["$schema", "extends", "scheme", "alternatives", "repeats_bodies", "handshakes", "response"];
        inherited.iter().for_each(|name| drop(members.remove(*name)));
    }
    let SenderScheme { methods, repeats_bodies, handshakes, response } = &listed.scheme;
    let scheme = SourceScheme::of_sender(listed.slug)?.scheme;
    row["slug"] = listed.slug.into();
    row["schemes"] = json!(methods);
    row["repeats_bodies"] = json!(repeats_bodies);
    row["handshakes"] = json!(handshakes);
    row["response"] = json!(response);
    row["tolerance_seconds"] = json!(scheme.tolerance());
    row["example"] = example(listed).into();
    Ok(row)
}

/// Returns the text for operators.
pub(super) fn text(listed: &Listed) -> Result<String> {
    let Listed { slug, sender, scheme } = listed;
    let mut text = Text(format!("{} ({slug})\n", sender.name));
    if !sender.aliases.is_empty() {
        text.line("also", &sender.aliases.join(", "));
    }
    text.line("documentation", &sender.documentation);
    text.line("store", &sender.secret);
    text.line("proves", &format!("{} (trust `{}`)", proof(sender.trust), name(&sender.trust)));
    text.line("confirmed", &confirmed(sender));
    for (position, method) in scheme.methods.iter().enumerate() {
        let title =
            if scheme.methods.len() == 1 { "Signature".to_owned() } else { format!("Signature {}", position + 1) };
        text.title(&title);
        signature(&mut text, method);
    }
    text.title("Delivery");
    let tolerance = SourceScheme::of_sender(slug)?.scheme.tolerance();
    let age = tolerance.map(|seconds| format!("at most {}", formatted(seconds.into())));
    text.line("age", &age.unwrap_or_else(|| "not limited: the sender signs no time".to_owned()));
    text.line("retries", &sender.retries.as_ref().map_or_else(|| "not documented".to_owned(), retries));
    if let Some(seconds) = sender.retries.as_ref().and_then(|retries| retries.horizon_seconds) {
        text.line("last attempt", &format!("{} after the first", formatted(seconds)));
    }
    if scheme.repeats_bodies {
        text.line("bodies", "different events can have equal bodies, so an equal body is no retry");
    }
    text.line("response", &response(scheme.response.as_ref()));
    if scheme.handshakes.is_empty() {
        text.line("handshakes", "none");
    }
    for handshake in &scheme.handshakes {
        text.line("handshake", &handshake_text(handshake));
    }
    if !sender.notes.is_empty() {
        text.title("Notes");
        sender.notes.iter().for_each(|note| text.item(note));
    }
    text.title("Sources");
    sender.sources.iter().for_each(|(fact, address)| text.line(fact, address));
    text.title("Example");
    text.0.push_str(&example(listed));
    Ok(text.0)
}

struct Text(String);

impl Text {
    fn title(&mut self, title: &str) {
        let _ = writeln!(self.0, "\n{title}");
    }

    fn line(&mut self, name: &str, value: &str) {
        // A line break of the signed text is shown as it is written in the file.
        let _ = writeln!(self.0, "  {name:<14} {}", value.replace('\n', "\\n"));
    }

    fn item(&mut self, text: &str) {
        let _ = writeln!(self.0, "  - {text}");
    }
}

fn proof(trust: Trust) -> &'static str {
    match trust {
        Trust::Body => "the sender has signed this body",
        Trust::Envelope => "the sender has signed some values, but not the whole body",
        Trust::Token => "only that the sender knows the secret, which every request contains",
    }
}

fn confirmed(sender: &Sender) -> String {
    match &sender.unconfirmed {
        None => "by the sender's own documentation or software".to_owned(),
        Some(reason) => format!("no. {reason}"),
    }
}

fn signature(text: &mut Text, method: &Description) {
    let signature = &method.signature;
    let places: Vec<_> = signature.r#in.iter().map(|text| place(text)).collect();
    text.line("place", &places.join(" or "));
    text.line("algorithm", &algorithm(method));
    if let Some(pairs) = &signature.pairs {
        let assignment = pairs.assignment.as_deref().unwrap_or("=");
        let names: Vec<_> = signature.names.iter().map(|name| format!("`{name}{assignment}…`")).collect();
        text.line("pairs", &names.join(" or "));
    }
    let form = [
        signature.prefix.as_ref().map(|prefix| format!("after `{prefix}`")),
        signature.after.as_ref().map(|after| format!("after the last `{after}`")),
        signature.separator.as_ref().map(|separator| format!("several are separated by `{separator}`")),
    ];
    let encoding = signature.encoding.map_or_else(|| "hex".to_owned(), |encoding| name(&encoding));
    let form: Vec<_> = std::iter::once(encoding).chain(form.into_iter().flatten()).collect();
    if method.algorithm != Some(Algorithm::Jwt) {
        text.line("form", &form.join(", "));
    }
    if let Some(key) = &method.key {
        let parts = [
            key.encoding.map(|encoding| name(&encoding)),
            key.prefix.as_ref().map(|prefix| format!("after `{prefix}`")),
            key.derive.map(|derivation| format!("derived by {}", name(&derivation))),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        text.line("key", &parts.join(", "));
    }
    if !matches!(method.algorithm, Some(Algorithm::Jwt | Algorithm::Token)) {
        let digest = if method.digest.is_some() { ", hashed with SHA-256 first" } else { "" };
        text.line("signed text", &format!("{}{digest}", method.message.as_deref().unwrap_or("{body}")));
    }
    if let Some(each) = &method.each {
        text.line("signs each", &format!("element of the array {each} in the body"));
    }
    for (bound, template) in &method.bind {
        text.line("also checked", &format!("{} is {template}", place(bound)));
    }
    if let Some(time) = &method.timestamp {
        let unit = time.unit.map_or_else(|| "seconds".to_owned(), |unit| name(&unit));
        text.line("time", &format!("{}, {unit}", place(&time.r#in)));
    }
    let templates =
        |templates: &[String]| if templates.is_empty() { "none".to_owned() } else { templates.join(" or ") };
    text.line("event id", &templates(&method.id));
    text.line("event type", &templates(&method.r#type));
}

/// Returns a place in words.
fn place(text: &str) -> String {
    let Some((kind, name)) = text.split_once(':') else { return format!("the {text}") };
    match kind {
        "header" => format!("header {name}"),
        "query" => format!("query parameter {name}"),
        "json" => format!("{name} in the JSON body"),
        "form" => format!("form field {name}"),
        "pair" => format!("pair {name}"),
        "claim" => format!("claim {name}"),
        _ => text.to_owned(),
    }
}

fn retries(retries: &Retries) -> String {
    let time = retries.timestamp.as_deref().map(|time| match time {
        "new" => " A retry has a new signed time.",
        _ => " A retry repeats the first signed time.",
    });
    format!("{}{}", retries.summary, time.unwrap_or_default())
}

fn response(response: Option<&EventResponse>) -> String {
    let Some(EventResponse { status, content_type, body }) = response else {
        return "202 with the event's id in JSON".to_owned();
    };
    let content_type = content_type.as_deref().unwrap_or("text/plain; charset=utf-8");
    match body.as_deref().unwrap_or_default() {
        "" => format!("{status} with an empty body"),
        body => format!("{status} `{body}` ({content_type})"),
    }
}

fn handshake_text(handshake: &HandshakeDescription) -> String {
    let HandshakeDescription { method, when, signed, token, key, status, body, json, headers, .. } = handshake;
    let conditions: Vec<_> = when
        .iter()
        .map(|(at, value)| if value == "*" { place(at) } else { format!("{} = {value}", place(at)) })
        .collect();
    let parts = [
        (!conditions.is_empty()).then(|| format!("with {}", conditions.join(" and "))),
        signed.unwrap_or_default().then(|| "signed like an event".to_owned()),
        token.as_ref().map(|token| format!("verify token in {} (`hookline handshake SOURCE` prints it)", place(token))),
        key.as_ref().map(|key| format!("brings the key in {} (`hookline handshake SOURCE` prints it)", place(key))),
    ];
    let request: Vec<_> = std::iter::once(method.clone()).chain(parts.into_iter().flatten()).collect();
    let content = match body {
        _ if !json.is_empty() => format!(" {}", Value::Object(json.clone())),
        Some(body) if !body.is_empty() => format!(" {body}"),
        _ => String::new(),
    };
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!(", {name}: {value}")).collect();
    format!("{} → {}{content}{}", request.join(", "), status.unwrap_or(200), headers.concat())
}

/// Returns a source and a route in Terraform.
fn example(Listed { slug, scheme, .. }: &Listed) -> String {
    let signs_url =
        |method: &Description| method.message.iter().chain(method.bind.values()).any(|text| text.contains("url"));
    let url = if scheme.methods.iter().any(signs_url) {
        "\n  # The sender signs the URL: set `url` if it is configured there in another form than the one that receives the request."
    } else {
        ""
    };
    format!(
        "sources = {{{url}\n  {slug} = {{ sender = \"{slug}\" }}\n}}\n\nroutes = {{\n  {slug} = {{ source = \"{slug}\", \
         destinations = [\"DESTINATION\"] }}\n}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_everything_that_an_operator_needs() {
        let senders = ["asana", "messagebird", "paddle-billing", "standard", "twilio", "whatsapp", "zoom"];
        let texts: Vec<_> = senders.iter().map(|slug| text(&Listed::read(slug).unwrap()).unwrap()).collect();
        insta::assert_snapshot!(texts.join("\n\n----\n"));
    }

    #[test]
    fn json_has_what_the_sender_inherits() {
        insta::assert_json_snapshot!(row(&Listed::read("openai").unwrap()).unwrap());
    }

    #[test]
    fn every_sender_has_a_text() {
        for slug in hookline_senders::slugs() {
            let listed = Listed::read(slug).unwrap();
            let text = text(&listed).unwrap();
            assert!(text.contains("store") && text.contains(&listed.sender.secret), "{slug}");
            assert!(row(&listed).unwrap()["schemes"][0].is_object(), "{slug}");
        }
    }
}
