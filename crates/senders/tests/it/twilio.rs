//! Twilio, which signs the URL with the form or with the hash of the body.

use hookline_signature::Message;
use serde_json::json;

use crate::fixture::{NOW, TestRequest, URL};
use crate::source::{Source, source};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Creates a signed form.
fn form(fields: &str) -> TestRequest {
    let message = Message { body: fields.as_bytes(), now: NOW, url: URL, is_form: true, ..Message::default() };
    source("twilio").sign_message(message).with_header("Content-Type", FORM)
}

fn json_request(source: &Source, body: &str) -> TestRequest {
    source.sign(body.as_bytes()).with_header("Content-Type", "application/json")
}

#[test]
fn order_of_form_fields_does_not_matter() {
    let source = source("twilio");
    let sent = form("From=%2B1&Body=a+b&To=%2B2");
    let verdict_with = |body: &str| source.verdict(&sent.clone().with_body(body));
    assert_eq!(verdict_with("From=%2B1&Body=a+b&To=%2B2"), "accepted");
    assert_eq!(verdict_with("To=%2B2&From=%2B1&Body=a%20b"), "accepted");
    assert_eq!(verdict_with("To=%2B3&From=%2B1&Body=a%20b"), "signature_mismatch");
    assert_eq!(verdict_with("From=%2B1&Body=a+b&To=%2B2&Extra=1"), "signature_mismatch");
}

#[test]
fn body_other_than_a_form_needs_its_hash_in_the_signed_url() {
    let source = source("twilio");
    let sent = json_request(&source, "{}");
    assert_eq!(source.verdict(&sent), "accepted");
    assert_eq!(source.verdict(&sent.clone().without_header("Content-Type")), "accepted");
    assert_eq!(source.verdict(&sent.clone().with_body("{ }")), "body_hash");
    assert_eq!(source.verdict(&TestRequest { query: Vec::new(), ..sent.clone() }), "body_hash");
    let duplicated = [sent.query.clone(), sent.query.clone()].concat();
    assert_eq!(source.verdict(&TestRequest { query: duplicated, ..sent.clone() }), "signature_duplicate");
    let upper_case = vec![("bodySHA256".to_owned(), sent.query[0].1.to_uppercase())];
    assert_eq!(source.verdict(&TestRequest { query: upper_case, ..sent.clone() }), "signature_mismatch");
    // Without the option `url`, the whole received URL is signed.
    assert_eq!(source.verdict(&sent.with_query("x", "1")), "signature_mismatch");
}

/// Only the URL is signed: an attacker who has seen such a request could attach any body.
#[test]
fn signature_of_an_empty_form_is_not_valid_for_another_body() {
    let (source, empty) = (source("twilio"), form(""));
    assert_eq!(source.verdict(&empty), "empty_body");
    for body in ["=", "&", "&&=&"] {
        assert_eq!(source.verdict(&empty.clone().with_body(body)), "body_hash", "{body}");
    }
    let json = empty.clone().with_body("{}");
    assert_eq!(source.verdict(&json.clone().with_header("Content-Type", "application/json")), "body_hash");
    assert_eq!(source.verdict(&json.without_header("Content-Type")), "signature_mismatch");
}

#[test]
fn repeated_content_type_of_a_form_is_a_form() {
    let content_type = "application/x-www-form-urlencoded, application/x-www-form-urlencoded";
    assert_eq!(source("twilio").verdict(&form("a=b").with_header("Content-Type", content_type)), "accepted");
}

#[test]
fn signed_url_is_the_configured_one() {
    let with_url = |url: &str| Source::new(json!({ "sender": "twilio", "url": url }));
    let sent = form("a=b");
    assert_eq!(with_url(URL).verdict(&sent), "accepted");
    assert_eq!(with_url("https://hooks.example.com:443/webhooks/x").verdict(&sent), "accepted");
    assert_eq!(with_url("https://hooks.example.com:8443/webhooks/x").verdict(&sent), "accepted");
    assert_eq!(with_url("https://other.example.com/webhooks/x").verdict(&sent), "signature_mismatch");
    assert_eq!(with_url("https://hooks.example.com/webhooks/x?a=1").verdict(&sent), "signature_mismatch");
    let query = with_url("https://hooks.example.com/webhooks/x?a=1");
    assert_eq!(query.verdict(&json_request(&query, "{}")), "accepted");
}

/// The fields follow the URL without a separator, so a part of them could be moved into the query.
#[test]
fn form_for_a_url_with_a_query_needs_the_configured_url() {
    let sent = form("a=b").with_query("x", "1");
    assert_eq!(source("twilio").verdict(&sent), "url_not_configured");
    let configured = Source::new(json!({ "sender": "twilio", "url": format!("{URL}?x=1") }));
    let message = Message { body: b"a=b", now: NOW, url: URL, is_form: true, ..Message::default() };
    let signed = configured.sign_message(message).with_header("Content-Type", FORM).with_query("x", "1");
    assert_eq!(configured.verdict(&signed), "accepted");
    assert_eq!(configured.verdict(&sent), "signature_mismatch");
}

/// The author of a message is not authenticated and must not choose the type.
#[test]
fn type_is_read_from_the_fields_and_not_from_their_texts() {
    let event_type = |fields: &str| source("twilio").verify(&form(fields)).unwrap().event_type;
    assert_eq!(event_type("Body=%26CallStatus%3Dbusy&MessageSid=SM1").as_deref(), Some("message.received"));
    assert_eq!(event_type("Call%53tatus=busy").as_deref(), Some("call.busy"));
    assert_eq!(event_type("a=b"), None);
    // A field that occurs twice could have another value for another reader, so it has none.
    assert_eq!(event_type("CallStatus=busy&CallStatus=failed"), None);
}
