//! Values that are signed next to each other: a character that moves from one to the other makes another request, which must be
//! rejected although the signed text is the same.

use hookline_signature::Message;
use serde_json::json;

use crate::fixture::{NOW, TestRequest, URL};
use crate::source::{Source, source, with_members};

/// Solidgate signs its merchant's name, the body and the name again.
#[test]
fn body_between_values_of_a_header_is_enclosed() {
    let source = source("solidgate");
    let sent = source.sign_message(Message {
        body: b"{\"a\":1}",
        headers: &[("merchant".to_owned(), "pk_1".to_owned())],
        ..Message::default()
    });
    assert_eq!(source.verdict(&sent), "accepted");
    let verdict =
        |merchant: &str, body: &str| source.verdict(&sent.clone().with_header("merchant", merchant).with_body(body));
    assert_eq!(verdict("pk_1", "{\"a\":1}"), "accepted");
    assert_eq!(verdict("pk_2", "{\"a\":1}"), "signature_mismatch");
    for (merchant, body) in [("pk_", "1{\"a\":1}pk_1"), ("pk_1{", "\"a\":1}"), ("pk_1{\"a\":1}pk_1", ""), ("", "{}")] {
        assert_eq!(verdict(merchant, body), "value_malformed", "{merchant} {body}");
    }
}

/// TikTok Shop signs the key of the app, which is a parameter, and the body.
#[test]
fn body_after_a_parameter_of_the_query_is_enclosed() {
    let source = source("tiktok-shop");
    let sent = source.sign(b" {\"a\":1}");
    assert_eq!(sent.query, [("app_key".to_owned(), "msg_1".to_owned())]);
    assert_eq!(source.verdict(&sent), "accepted");
    for (key, body) in
        [("msg_1 ", "{\"a\":1}"), ("msg_1 {", "\"a\":1}"), ("msg_", "1 {\"a\":1}"), ("msg_1 {\"a\":1}", "")]
    {
        let moved = sent.clone().with_query("app_key", key).with_body(body);
        assert_eq!(source.verdict(&moved), "value_malformed", "{key} {body}");
    }
    let text = source.sign_message(Message { body: b"[1]", id: "msg_1", ..Message::default() });
    assert_eq!(source.verdict(&text), "accepted");
    assert_eq!(source.verdict(&text.with_query("app_key", "msg_1[").with_body("1]")), "value_malformed");
}

#[test]
fn body_before_a_pair_of_the_signature_is_enclosed() {
    let source = source("checkbook");
    let sent = source.sign(b"{\"a\":1}");
    let header = sent.header("Signature");
    assert_eq!(source.verdict(&sent), "accepted");
    let moved = sent.clone().with_header("Signature", &header.replace("nonce=", "nonce=}")).with_body("{\"a\":1");
    assert_eq!(source.verdict(&moved), "value_malformed");
    let moved = sent.with_header("Signature", &header.replace("nonce=msg", "nonce=")).with_body("{\"a\":1}msg");
    assert_eq!(source.verdict(&moved), "value_malformed");
}

/// Square signs the URL and the body. Without the configured URL, any caller can write the query.
#[test]
fn query_of_a_url_before_the_body_has_to_be_configured() {
    let source = source("square");
    let sent = source.sign(b"{\"a\":1}");
    assert_eq!(source.verdict(&sent), "accepted");
    let with_query = sent.clone().with_query("x", "1");
    assert_eq!(source.verdict(&with_query), "url_not_configured");
    // The signed text of a URL with `?x=` and the body `1{}` is also that of `?x=1` and `{}`.
    let url = format!("{URL}?x=1");
    let configured = Source::new(json!({ "sender": "square", "url": url }));
    let signed = configured.sign(b"{}").with_query("x", "1");
    assert_eq!(configured.verdict(&signed), "accepted");
    assert_eq!(configured.verdict(&signed.clone().with_query("x", "").with_body("1{}")), "signature_mismatch");
    assert_eq!(configured.verdict(&sent), "signature_mismatch");
    // The configured URL counts, and not the one that an unauthenticated sender calls.
    assert_eq!(configured.verdict_for_url("https://other.example", &signed), "accepted");
}

/// A query can contain the separator too, unless the separator is white space.
#[test]
fn query_of_a_url_before_a_separator_has_to_be_configured() {
    for (message, expected) in [
        ("{url}.{body}", "url_not_configured"),
        ("{target}|{timestamp}|{body}", "url_not_configured"),
        ("{url}{sorted_form}", "url_not_configured"),
        ("{url}:{header:X-A}\n{body}", "url_not_configured"),
        ("{method}\n{target}\n{timestamp}\n{body}", "signature_mismatch"),
        ("{body}{url}", "signature_mismatch"),
        ("{path}.{body}", "signature_mismatch"),
    ] {
        let mut members = json!({ "message": message });
        if message.contains("timestamp") {
            members["timestamp"] = json!({ "in": "header:X-T" });
        }
        let source = Source::scheme(with_members(members));
        let sent = source.sign(b"{}");
        assert_eq!(source.verdict(&sent), "accepted", "{message}");
        let expected = if message.contains("path") { "accepted" } else { expected };
        assert_eq!(source.verdict(&sent.with_query("x", "1.")), expected, "{message}");
    }
}

/// A number has a fixed number of digits within the tolerance.
#[test]
fn digits_cannot_move_between_body_and_time() {
    let verdicts = |description: serde_json::Value, body: &str, changed: [(&str, &str); 2]| {
        let source = Source::scheme(with_members(description));
        let sent = source.sign(body.as_bytes());
        assert_eq!(source.verdict(&sent), "accepted");
        changed.map(|(time, body)| source.verdict(&sent.clone().with_header("X-T", time).with_body(body)))
    };
    let timed =
        |message: &str, unit: &str| json!({ "message": message, "timestamp": { "in": "header:X-T", "unit": unit } });
    let before = verdicts(timed("{timestamp}{body}", "seconds"), "1", [("161426533", "01"), ("16142653301", "")]);
    assert_eq!(before, ["timestamp_too_old", "timestamp_too_new"]);
    let after =
        verdicts(timed("{body}{timestamp}", "seconds"), "a=10", [("01614265330", "a=1"), ("614265330", "a=101")]);
    assert_eq!(after, ["timestamp_malformed", "timestamp_too_old"]);
    let milliseconds = timed("{body}{timestamp}", "milliseconds");
    let after = verdicts(milliseconds, "a=10", [("01614265330000", "a=1"), ("614265330000", "a=101")]);
    assert_eq!(after, ["timestamp_malformed", "timestamp_too_old"]);
}

/// Oura's time is in seconds or milliseconds, and a date can end earlier.
#[test]
fn end_of_a_time_is_known_before_the_body() {
    let oura = source("oura");
    let sent = oura.sign(b"{}");
    assert_eq!(oura.verdict(&sent), "accepted");
    let milliseconds = "1614265330123";
    let signed = Source::scheme(json!({
        "signature": { "in": ["header:S"], "encoding": "hex-upper" }, "message": format!("{milliseconds}{{body}}"),
    }));
    let signature = signed.sign(b"{}").header("S");
    let verdict = |time: &str, body: &str| {
        let headers = [("x-oura-signature", signature.as_str()), ("x-oura-timestamp", time)];
        oura.verdict(&TestRequest::new(&headers, body))
    };
    assert_eq!(verdict(milliseconds, "{}"), "accepted");
    assert_eq!(verdict("1614265330", "123{}"), "value_malformed");

    let twitch = source("twitch");
    let sent = twitch.sign(b"{}");
    let header = "Twitch-Eventsub-Message-Timestamp";
    assert_eq!(sent.header(header), "2021-02-25T15:02:10Z");
    assert_eq!(twitch.verdict(&sent), "accepted");
    let verdict = |time: &str, body: &str| twitch.verdict(&sent.clone().with_header(header, time).with_body(body));
    assert_eq!(verdict("2021-02-25T15:02:10", "Z{}"), "value_malformed");
    assert_eq!(verdict("2021-02-25T15:02", ":10Z{}"), "value_malformed");
    assert_eq!(verdict("2021-02-25T15:02:10Z{", "}"), "timestamp_malformed");
    let id = "Twitch-Eventsub-Message-Id";
    let moved = sent.clone().with_header(id, "msg_12").with_header(header, "021-02-25T15:02:10Z");
    assert_eq!(twitch.verdict(&moved), "timestamp_malformed");
    assert_eq!(
        twitch.verdict(&sent.clone().with_header(id, "msg_").with_header(header, "12021-02-25T15:02:10Z")),
        "timestamp_malformed"
    );
}

/// Contentful lists the signed headers in a header.
#[test]
fn time_has_to_be_one_of_the_listed_headers() {
    let source = source("contentful");
    let sent = source.sign(b"{}");
    assert_eq!(source.verdict(&sent), "accepted");
    let without_time = Source::scheme(with_members(json!({
        "message": "{method}\n{path}\n{signed_headers:x-contentful-signed-headers}\n{body}",
    })));
    let signed = without_time.sign(b"{}");
    assert_eq!(signed.header("x-contentful-signed-headers"), "x-contentful-signed-headers");
    let signature = signed.header("X-Signature");
    let unlisted = signed.with_header("x-contentful-signature", &signature);
    let milliseconds = (NOW * 1000).to_string();
    let unlisted = unlisted.with_header("x-contentful-timestamp", &milliseconds);
    assert_eq!(source.verdict(&unlisted), "timestamp_missing");

    let list = sent.header("x-contentful-signed-headers");
    let verdict = |list: &str| source.verdict(&sent.clone().with_header("x-contentful-signed-headers", list));
    assert_eq!(verdict(&list.to_uppercase()), "signature_mismatch");
    for list in ["", "x-contentful-timestamp,x-missing", "x-contentful-timestamp,,"] {
        assert_eq!(verdict(list), "value_malformed", "{list}");
    }
    assert_eq!(source.verdict(&sent.clone().without_header("x-contentful-signed-headers")), "value_malformed");
    let ambiguous = sent.clone().with_header("x-contentful-signed-headers", "x-a").with_header("x-a", "1;x-b:2");
    assert_eq!(source.verdict(&ambiguous), "value_malformed");
    assert_eq!(source.verdict(&sent.with_header("x-contentful-timestamp", "1614265331000")), "signature_mismatch");
}
