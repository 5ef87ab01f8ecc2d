//! The handshakes of senders, and the responses that they expect.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hookline_signature::{Secret, verify_token};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::scenarios::support::Testbed;
use crate::stack::Source;
use crate::traffic::sender::{Content, Webhook};

/// A handshake and the response to it.
pub(super) struct Handshake {
    pub(super) method: Method,
    pub(super) webhook: Webhook,
    pub(super) expected: Expected,
}

/// A response to a handshake. Its status is 200 unless it has another one.
#[derive(Debug)]
pub(super) enum Expected {
    /// A status without a body.
    Status(u16),
    Text(String),
    Json(Value),
    /// A header, in lower case, and its value.
    Header(&'static str, String),
}

/// Returns the sources, apart from the common ones.
pub(super) fn sources() -> Vec<Source> {
    let source = |name| Source::new(name, name).sends_to("orders");
    let trello = source("trello").at_url("https://hooks.example/trello");
    let others = [
        "asana",
        "discord",
        "linkedin",
        "meta",
        "microsoft-graph",
        "monday",
        "okta",
        "oura",
        "strava",
        "twitch",
        "x",
        "zoom",
    ];
    others.map(source).into_iter().chain([trello]).collect()
}

/// Returns a request with these parameters of the query, and no body.
pub(super) fn with_query(source: &str, query: &[(&str, &str)]) -> Webhook {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let event_id = Uuid::new_v4().to_string();
    Webhook { source: source.to_owned(), headers: Vec::new(), query, body: Vec::new(), event_id }
}

/// Returns a challenge. Any caller can choose it.
fn challenge() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Returns each handshake with new challenges.
pub(super) fn all(testbed: &Testbed) -> Result<Vec<Handshake>> {
    Ok([unsigned(testbed)?, signed(testbed)?].into_iter().flatten().collect())
}

fn unsigned(testbed: &Testbed) -> Result<Vec<Handshake>> {
    let get = |webhook, expected| Handshake { method: Method::GET, webhook, expected };
    let post = |webhook, expected| Handshake { method: Method::POST, webhook, expected };
    let text = challenge();
    let token = |source| anyhow::Ok(verify_token(&Secret::new(testbed.signing_key(source)?)?));
    let subscription = |source| {
        let token = token(source)?;
        let query = [("hub.mode", "subscribe"), ("hub.challenge", text.as_str()), ("hub.verify_token", &token)];
        anyhow::Ok(with_query(source, &query))
    };
    let oura = with_query("oura", &[("verification_token", &token("oura")?), ("challenge", &text)]);
    let x = json!({ "response_token": format!("sha256={}", STANDARD.encode(mac(testbed, "x", &text)?)) });
    let linkedin = json!({ "challengeCode": text, "challengeResponse": hex::encode(mac(testbed, "linkedin", &text)?) });
    let okta = with_query("okta", &[]).with_header("X-Okta-Verification-Challenge", Some(&text));
    let body = json!({ "challenge": text }).to_string();
    let asana = Content::json(json!({ "n": text }).to_string()).with_header("X-Hook-Secret", &text);
    Ok(vec![
        get(subscription("meta")?, Expected::Text(text.clone())),
        get(subscription("strava")?, Expected::Json(json!({ "hub.challenge": text }))),
        get(oura, Expected::Json(json!({ "challenge": text }))),
        get(with_query("x", &[("crc_token", &text)]), Expected::Json(x)),
        get(with_query("linkedin", &[("challengeCode", &text)]), Expected::Json(linkedin)),
        get(okta, Expected::Json(json!({ "verification": text }))),
        Handshake { method: Method::HEAD, webhook: with_query("trello", &[]), expected: Expected::Status(200) },
        post(with_query("microsoft-graph", &[("validationToken", &text)]), Expected::Text(text.clone())),
        post(Webhook::unsigned("monday", Content::json(body)), Expected::Json(json!({ "challenge": text }))),
        post(Webhook::unsigned("asana", asana), Expected::Header("x-hook-secret", text)),
    ])
}

/// Returns the contents of the handshakes that are signed like events, each with its source.
pub(super) fn signed_contents() -> [(&'static str, Content); 4] {
    let text = challenge();
    let twitch = Content::json(json!({ "challenge": text }).to_string());
    let zoom = json!({ "event": "endpoint.url_validation", "payload": { "plainToken": text } });
    [
        ("discord", Content::json(json!({ "type": 0, "application_id": text }).to_string())),
        ("slack", Content::json(json!({ "type": "url_verification", "challenge": text }).to_string())),
        ("twitch", twitch.with_header("Twitch-Eventsub-Message-Type", "webhook_callback_verification")),
        ("zoom", Content::json(zoom.to_string())),
    ]
}

fn signed(testbed: &Testbed) -> Result<Vec<Handshake>> {
    let handshake = |(source, content): (&'static str, Content)| {
        let body: Value = serde_json::from_slice(&content.body)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let expected = match source {
            "discord" => Expected::Status(204),
            "zoom" => {
                let token = text(&body["payload"]["plainToken"]);
                let signature = hex::encode(mac(testbed, "zoom", &token)?);
                Expected::Json(json!({ "plainToken": token, "encryptedToken": signature }))
            }
            _ => Expected::Text(text(&body["challenge"])),
        };
        Ok(Handshake { method: Method::POST, webhook: testbed.signed_content(source, content)?, expected })
    };
    signed_contents().into_iter().map(handshake).collect()
}

/// Returns the HMAC of a text by a source's secret, without the code that it tests.
fn mac(testbed: &Testbed, source: &str, text: &str) -> Result<Vec<u8>> {
    let mac = Hmac::<Sha256>::new_from_slice(testbed.signing_key(source)?.as_bytes())?;
    Ok(mac.chain_update(text).finalize().into_bytes().to_vec())
}
