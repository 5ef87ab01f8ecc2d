//! The requests with which senders check an endpoint: each form of request and response.

use hookline_senders::{Endpoint, HandshakeResponse};
use hookline_signature::{Headers, Request, VerifyError, verify_token};
use serde_json::{Value, json};

use crate::fixture::{NOW, TestRequest, URL};
use crate::source::{Source, secret, source};

const SECRET: &str = "a-signing-key-0123456789";

/// A request of a handshake.
#[derive(Debug, Clone, Default)]
struct Check<'a> {
    method: &'a str,
    query: &'a [(&'a str, &'a str)],
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

/// Returns the response, or `None` if the request is no handshake of the sender.
fn respond(scheme: &Endpoint, check: &Check<'_>) -> Option<Result<HandshakeResponse, VerifyError>> {
    let headers = Headers::from_iter(check.headers.iter().copied());
    let query: Vec<_> = check.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (method, body) = (check.method, check.body.as_bytes());
    let request = Request { method, headers: &headers, body, url: URL, query: &query, raw_query: "x" };
    scheme.handshake(request).map(|handshake| scheme.respond(handshake, request, &[secret(SECRET)]))
}

fn scheme(sender: &str) -> Endpoint {
    Source::new(json!({ "sender": sender })).scheme
}

fn get<'a>(query: &'a [(&'a str, &'a str)]) -> Check<'a> {
    Check { method: "GET", query, ..Check::default() }
}

fn post(body: &str) -> Check<'_> {
    Check { method: "POST", body, ..Check::default() }
}

/// Checks status, content type and body of the response.
#[track_caller]
fn case(sender: &str, check: &Check<'_>, content_type: &str, body: &str) {
    let response = respond(&scheme(sender), check).unwrap_or_else(|| panic!("{sender}: no handshake")).unwrap();
    let actual = (response.status, response.content_type.as_str(), response.body.as_str());
    assert_eq!(actual, (200, content_type, body), "{sender}");
}

#[track_caller]
fn rejected(sender: &str, check: &Check<'_>, reason: &str) {
    let verdict = respond(&scheme(sender), check).unwrap_or_else(|| panic!("{sender}: no handshake"));
    assert_eq!(verdict.map_err(|error| error.reason()).err(), Some(reason), "{sender}: {check:?}");
}

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

#[test]
fn value_of_the_query_is_returned_as_text() {
    case("dropbox", &get(&[("challenge", "abc <b>")]), "text/plain", "abc <b>");
    let response = respond(&scheme("dropbox"), &get(&[("challenge", "a")])).unwrap().unwrap();
    assert_eq!(response.headers.get("X-Content-Type-Options").map(String::as_str), Some("nosniff"));
    case("nylas", &get(&[("challenge", "abc")]), TEXT, "abc");
    case("onfleet", &get(&[("check", "abc")]), TEXT, "abc");
    let graph = Check { method: "POST", query: &[("validationToken", "Validation: a b")], ..Check::default() };
    case("microsoft-graph", &graph, TEXT, "Validation: a b");
    assert!(respond(&scheme("dropbox"), &get(&[])).is_none());
    assert!(respond(&scheme("dropbox"), &get(&[("challenge", "a"), ("challenge", "b")])).is_none());
    assert!(respond(&scheme("dropbox"), &Check { method: "POST", ..get(&[("challenge", "a")]) }).is_none());
}

#[test]
fn verify_token_is_compared_first() {
    let token = verify_token(&secret(SECRET));
    assert!(!token.contains(SECRET) && token.len() == 32);
    let meta = |token: &str, mode: &str| {
        let query = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", "1158201444")];
        let response = respond(&scheme("meta"), &get(&query));
        response.map(|response| response.map(|response| response.body).map_err(|error| error.reason()))
    };
    assert_eq!(meta(&token, "subscribe"), Some(Ok("1158201444".to_owned())));
    assert_eq!(meta(&token, "unsubscribe"), None);
    for wrong in ["", SECRET, &token[1..], &token.to_uppercase(), &format!("{token} ")] {
        assert_eq!(meta(wrong, "subscribe"), Some(Err("signature_mismatch")), "{wrong:?}");
    }
    let without_token = [("hub.mode", "subscribe"), ("hub.challenge", "1")];
    rejected("meta", &get(&without_token), "signature_mismatch");
    let twice =
        [("hub.mode", "subscribe"), ("hub.verify_token", &token), ("hub.verify_token", &token), ("hub.challenge", "1")];
    rejected("meta", &get(&twice), "signature_duplicate");
    case("oura", &get(&[("verification_token", &token), ("challenge", "abc")]), JSON, "{\"challenge\":\"abc\"}");
    rejected("oura", &get(&[("verification_token", "x"), ("challenge", "abc")]), "signature_mismatch");
    let strava = [("hub.mode", "subscribe"), ("hub.verify_token", &token), ("hub.challenge", "a\"b")];
    case("strava", &get(&strava), JSON, "{\"hub.challenge\":\"a\\\"b\"}");
    // During a rotation, the token of the previous secret is valid too.
    let other = verify_token(&secret("another-key"));
    let query = [("hub.mode", "subscribe"), ("hub.verify_token", &*other), ("hub.challenge", "1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (headers, scheme) = (Headers::default(), scheme("meta"));
    let request = Request { method: "GET", query: &query, raw_query: "x", ..Request::post(&headers, b"") };
    let handshake = scheme.handshake(request).unwrap();
    assert!(handshake.has_token() && handshake.needs_secret() && !handshake.is_signed());
    assert!(scheme.respond(handshake, request, &[secret(SECRET), secret("another-key")]).is_ok());
    assert!(scheme.respond(handshake, request, &[]).is_err());
}

/// <https://docs.x.com/x-api/webhooks/introduction>, <https://developers.zoom.us/docs/api/webhooks/>. The values were computed
/// with `openssl dgst -hmac`.
#[test]
fn challenge_is_signed_with_the_key_of_events() {
    let expected = "{\"response_token\":\"sha256=KH/ro/zbWvOix3j32MJjlVkpT0jsfufAtSHW6/WsK3A=\"}";
    case("x", &get(&[("crc_token", "challenge-1_A")]), JSON, expected);
    let hex = "287feba3fcdb5af3a2c778f7d8c2639559294f48ec7ee7c0b521d6ebf5ac2b70";
    let expected = format!("{{\"challengeCode\":\"challenge-1_A\",\"challengeResponse\":\"{hex}\"}}");
    case("linkedin", &get(&[("challengeCode", "challenge-1_A")]), JSON, &expected);
    let zoom = post("{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"challenge-1_A\"}}");
    let expected = format!("{{\"encryptedToken\":\"{hex}\",\"plainToken\":\"challenge-1_A\"}}");
    case("zoom", &zoom, JSON, &expected);
    case(
        "smartcar",
        &post("{\"eventType\":\"VERIFY\",\"data\":{\"challenge\":\"challenge-1_A\"}}"),
        JSON,
        &format!("{{\"challenge\":\"{hex}\"}}"),
    );
}

#[test]
fn only_a_text_that_cannot_be_an_event_is_signed() {
    let allowed = ["a".repeat(256), "a".to_owned(), "A-_9".to_owned()];
    let rejections = [
        "a".repeat(257),
        "a".repeat(2000),
        String::new(),
        "{\"a\":1}".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "a=b".to_owned(),
        "a&b".to_owned(),
        "a b".to_owned(),
        "a.b".to_owned(),
        "v0:1614265330:x".to_owned(),
        "<a/>".to_owned(),
        "\"a\"".to_owned(),
        "a\nb".to_owned(),
        "a\u{0}".to_owned(),
        "\u{661}".to_owned(),
    ];
    for sender in ["x", "linkedin"] {
        let parameter = if sender == "x" { "crc_token" } else { "challengeCode" };
        for text in &allowed {
            assert!(respond(&scheme(sender), &get(&[(parameter, text)])).unwrap().is_ok(), "{sender}: {text}");
        }
        for text in &rejections {
            rejected(sender, &get(&[(parameter, text)]), "challenge_invalid");
        }
    }
    for text in &rejections {
        let body = json!({ "event": "endpoint.url_validation", "payload": { "plainToken": text } }).to_string();
        rejected("zoom", &post(&body), "challenge_invalid");
    }
}

/// Any caller can get the signature of a challenge, so no event consists of one.
#[test]
fn event_that_could_be_a_challenge_is_rejected() {
    let challenge = "challenge-1_A";
    for sender in ["x", "linkedin"] {
        let source = source(sender);
        for body in [challenge, "1", &"a".repeat(256)] {
            assert_eq!(source.verdict(&source.sign(body.as_bytes())), "signature_mismatch", "{sender}: {body}");
        }
        for body in ["{}", "a=b", "a b", "\"a\"", &"a".repeat(257)] {
            assert_eq!(source.verdict(&source.sign(body.as_bytes())), "accepted", "{sender}: {body}");
        }
    }
    // A signed handshake signs nothing for an unauthenticated sender.
    assert_eq!(source("zoom").verdict(&source("zoom").sign(challenge.as_bytes())), "accepted");
    // The signed text counts, also if it is only a part of the body.
    let handshake = json!([{
        "method": "GET", "when": { "query:challenge": "*" }, "body": "{signed(query:challenge)}",
    }]);
    let description = json!({ "signature": { "in": ["form:signature"] }, "message": "{form:payload}" });
    let source = Source::new(json!({ "scheme": description, "handshakes": handshake })).with_key(SECRET);
    let check = [("challenge", "PGtpbmQvPg")];
    let signature = respond(&source.scheme, &get(&check)).unwrap().unwrap().body;
    let forged = format!("payload=PGtpbmQvPg&signature={signature}");
    assert_eq!(source.verdict(&TestRequest::new(&[], forged)), "signature_mismatch");
    assert_eq!(source.verdict(&source.sign(b"payload=%7B%7D")), "accepted");
}

#[test]
fn value_of_a_header_is_returned_in_json_or_in_a_header() {
    let okta = Check { method: "GET", headers: &[("x-okta-verification-challenge", "abc")], ..Check::default() };
    case("okta", &okta, JSON, "{\"verification\":\"abc\"}");
    for (sender, name, response_header) in [
        ("asana", "X-Hook-Secret", "X-Hook-Secret"),
        ("clio", "X-Hook-Secret", "X-Hook-Secret"),
        ("ringcentral", "Validation-Token", "Validation-Token"),
        ("smartsheet", "Smartsheet-Hook-Challenge", "Smartsheet-Hook-Response"),
    ] {
        let headers = [(name, "b537207f20cbfa02357cf448134da559e8bd39d61597")];
        let check = Check { method: "POST", headers: &headers, ..Check::default() };
        let response = respond(&scheme(sender), &check).unwrap().unwrap();
        assert_eq!(response.headers.get(response_header).map(String::as_str), Some(headers[0].1), "{sender}");
        let brings_key = ["asana", "clio"].contains(&sender);
        assert_eq!(response.key.as_deref(), brings_key.then_some(headers[0].1), "{sender}");
        let injected = [(name, "a\r\nSet-Cookie: b")];
        rejected(sender, &Check { headers: &injected, ..check.clone() }, "challenge_invalid");
        let twice = [headers[0], headers[0]];
        assert!(respond(&scheme(sender), &Check { headers: &twice, ..check }).is_none(), "{sender}");
    }
}

#[test]
fn response_can_be_the_status_alone() {
    let head = Check { method: "HEAD", ..Check::default() };
    for sender in ["trello", "mandrill"] {
        case(sender, &head, TEXT, "");
    }
    case("mailchimp", &get(&[]), TEXT, "");
    assert!(respond(&scheme("trello"), &Check { method: "PUT", ..Check::default() }).is_none());
    case("exact-online", &post(""), TEXT, "");
    assert!(respond(&scheme("exact-online"), &post("{}")).is_none());
}

#[test]
fn value_of_the_body_is_returned() {
    case("monday", &post("{\"challenge\":\"abc\"}"), JSON, "{\"challenge\":\"abc\"}");
    case("tebex", &post("{\"id\":\"1-a\",\"type\":\"validation.webhook\"}"), JSON, "{\"id\":\"1-a\"}");
    case("discord-interactions", &post("{\"type\":1}"), JSON, "{\"type\":1}");
    let grid = Check {
        headers: &[("aeg-event-type", "SubscriptionValidation")],
        ..post("[{\"data\":{\"validationCode\":\"512d38b6\"}}]")
    };
    case("azure-event-grid", &grid, JSON, "{\"validationResponse\":\"512d38b6\"}");
    let twitch = Check {
        headers: &[("twitch-eventsub-message-type", "webhook_callback_verification")],
        ..post("{\"challenge\":\"pogchamp-kappa\"}")
    };
    case("twitch", &twitch, TEXT, "pogchamp-kappa");
    assert!(respond(&scheme("monday"), &post("{\"event\":{}}")).is_none());
    assert!(respond(&scheme("monday"), &post("{\"challenge\":\"a\",\"challenge\":\"b\"}")).is_none());
    assert!(respond(&scheme("monday"), &post("{\"challenge\":null}")).is_none());
    let large = format!("{{\"challenge\":\"a\",\"x\":\"{}\"}}", "x".repeat(16 * 1024));
    assert!(respond(&scheme("monday"), &post(&large)).is_none(), "a large body is no handshake");
}

/// Asana, Clio and Notion send the key in the first request.
#[test]
fn key_of_the_first_request_is_shown_and_not_used() {
    let key = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";
    let body = format!("{{\"verification_token\":\"{key}\"}}");
    let response = respond(&scheme("notion"), &post(&body)).unwrap().unwrap();
    assert_eq!((response.body.as_str(), response.key.as_deref()), ("", Some(key)));
    let notion = Source::new(json!({ "sender": "notion" })).with_key(key);
    let sent = notion.sign(body.as_bytes());
    let reason = notion.verify_with(&sent, &[SECRET], NOW).map_err(|error| error.reason()).err();
    assert_eq!(reason, Some("signature_mismatch"));
}

#[test]
fn returned_value_is_short_and_has_no_control_characters() {
    let dropbox = |value: &str| {
        let query = [("challenge", value)];
        respond(&scheme("dropbox"), &get(&query)).unwrap().map(|response| response.body).map_err(|error| error.reason())
    };
    for value in ["a".repeat(1024), "\u{fc}".repeat(512), "<script>".to_owned(), "{\"a\":1}".to_owned()] {
        assert_eq!(dropbox(&value), Ok(value));
    }
    for value in
        ["a".repeat(1025), "\u{fc}".repeat(513), String::new(), "a\nb".into(), "\u{1b}[31m".into(), "\u{85}".into()]
    {
        assert_eq!(dropbox(&value), Err("challenge_invalid"), "{value:?}");
    }
}

#[test]
fn handshakes_of_a_description_are_validated() {
    let resolve = |handshake: Value| {
        let description = json!({ "signature": { "in": ["header:S"] } });
        crate::source::resolve(json!({ "scheme": description, "handshakes": [handshake] })).map(|_| ())
    };
    let rejects = |handshake: Value, expected: &str| assert_eq!(resolve(handshake), Err(expected.to_owned()));
    assert_eq!(resolve(json!({ "method": "GET" })), Ok(()));
    rejects(json!({ "method": "PUT" }), "`handshakes.method` must be GET, HEAD or POST");
    rejects(json!({ "method": "get" }), "`handshakes.method` must be GET, HEAD or POST");
    rejects(json!({ "method": "POST" }), "`handshakes.when` is missing: each POST would be a handshake");
    rejects(json!({ "method": "GET", "signed": true }), "`handshakes.signed` is only for POST");
    rejects(json!({ "method": "GET", "status": 302 }), "`handshakes.status` must be 200 to 299");
    rejects(
        json!({ "method": "GET", "body": "a", "json": { "a": "b" } }),
        "`handshakes.body` and `json` exclude each other",
    );
    let token = json!({ "algorithm": "token", "signature": { "in": ["header:S"], "encoding": "text" } });
    let computed = json!([{ "method": "GET", "body": "{signed(query:a)}" }]);
    let error = crate::source::resolve(json!({ "scheme": token, "handshakes": computed })).unwrap_err();
    assert_eq!(error, "`handshakes` can use {signed(…)} only with an HMAC");
}
