//! The places of signatures and signed values, with one sender or description for each kind.

use hookline_signature::Message;
use serde_json::json;

use crate::fixture::{NOW, TestRequest, URL};
use crate::source::{Source, source, with_members};

const FORM: &str = "application/x-www-form-urlencoded";

/// Box signs with two keys, each in its header.
#[test]
fn one_of_several_headers_has_to_match() {
    let source = source("box");
    let sent = source.sign(b"{}");
    let valid = sent.header("BOX-SIGNATURE-PRIMARY");
    let invalid = source.sign(b"[]").header("BOX-SIGNATURE-PRIMARY");
    let verdict = |primary: Option<&str>, secondary: Option<&str>| {
        let mut changed = sent.clone().without_header("BOX-SIGNATURE-PRIMARY");
        for (name, value) in [("BOX-SIGNATURE-PRIMARY", primary), ("BOX-SIGNATURE-SECONDARY", secondary)] {
            changed = value.into_iter().fold(changed, |changed, value| changed.with_header(name, value));
        }
        source.verdict(&changed)
    };
    assert_eq!(verdict(Some(&valid), None), "accepted");
    assert_eq!(verdict(None, Some(&valid)), "accepted");
    assert_eq!(verdict(Some(&invalid), Some(&valid)), "accepted");
    assert_eq!(verdict(Some("junk"), Some(&valid)), "accepted");
    assert_eq!(verdict(Some(&invalid), Some(&invalid)), "signature_mismatch");
    assert_eq!(verdict(Some(&invalid), None), "signature_mismatch");
    assert_eq!(verdict(None, None), "signature_missing");
    let duplicate = ("box-signature-primary".to_owned(), valid);
    let duplicated = TestRequest { headers: [sent.headers.clone(), vec![duplicate]].concat(), ..sent.clone() };
    assert_eq!(source.verdict(&duplicated), "signature_duplicate");
}

/// Persona repeats the time in front of the signature of each key.
#[test]
fn repeated_pairs_must_have_equal_values() {
    let source = source("persona");
    let sent = source.sign(b"{}");
    let valid = sent.header("Persona-Signature");
    let invalid = source.sign(b"[]").header("Persona-Signature");
    let verdict = |value: &str| source.verdict(&sent.clone().with_header("Persona-Signature", value));
    assert_eq!(verdict(&valid), "accepted");
    assert_eq!(verdict(&format!("{invalid} {valid}")), "accepted");
    assert_eq!(verdict(&format!("{valid} {invalid}")), "accepted");
    assert_eq!(verdict(&format!("{invalid} {invalid}")), "signature_mismatch");
    let other_time = valid.replace("1614265330", "1614265331");
    assert_eq!(verdict(&format!("{other_time} {valid}")), "signature_duplicate");
    assert_eq!(verdict(&[valid.as_str(); 21].join(" ")), "signature_count");
}

#[test]
fn signature_can_be_in_the_query() {
    let source = source("paymob");
    let sent = source.sign(b"{\"type\":\"TRANSACTION\",\"obj\":{\"id\":7,\"amount_cents\":100,\"success\":true}}");
    assert_eq!(sent.query.len(), 1);
    assert_eq!(source.verdict(&sent), "accepted");
    let other = TestRequest { query: Vec::new(), ..sent.clone() };
    assert_eq!(source.verdict(&other), "signature_missing");
    assert_eq!(source.verdict(&other.with_header("hmac", &sent.query[0].1)), "signature_missing");
    let twice = TestRequest { query: [sent.query.clone(), sent.query.clone()].concat(), ..sent.clone() };
    assert_eq!(source.verdict(&twice), "signature_duplicate");
    for (old, new) in [("100", "101"), ("true", "false"), (":7,", ":8,")] {
        let changed = String::from_utf8(sent.body.clone()).unwrap().replace(old, new);
        assert_eq!(source.verdict(&sent.clone().with_body(changed)), "signature_mismatch", "{new}");
    }
}

#[test]
fn signature_can_be_in_the_body() {
    let source = source("mailgun");
    let body = "{\"signature\":{\"token\":\"abc\"},\"event-data\":{\"event\":\"opened\",\"id\":\"e1\"}}";
    let sent = source.sign(body.as_bytes());
    let verified = source.verify(&sent).unwrap();
    // The signature covers the time and the token, so the id is not trustworthy.
    assert_eq!((verified.signed_id, verified.delivery_id.as_deref()), (None, Some("e1")));
    assert_eq!(verified.event_type.as_deref(), Some("opened"));
    let text = String::from_utf8(sent.body.clone()).unwrap();
    let verdict = |old: &str, new: &str| {
        assert!(text.contains(old), "{text}");
        source.verdict(&sent.clone().with_body(text.replace(old, new)))
    };
    assert_eq!(verdict("\"abc\"", "\"abd\""), "signature_mismatch");
    assert_eq!(verdict("1614265330", "1614265331"), "signature_mismatch");
    assert_eq!(verdict("\"signature\":\"", "\"other\":\""), "signature_missing");
    assert_eq!(verdict("\"token\"", "\"signature\":\"0\",\"token\""), "signature_missing");
    assert_eq!(verdict("\"opened\"", "\"clicked\""), "accepted");
}

#[test]
fn signature_can_be_in_a_field_of_a_form() {
    let source = source("braintree");
    let sent = source.sign(b"bt_payload=PGE%2BYjwvYT4%3D");
    assert_eq!(sent.header("Content-Type"), FORM);
    assert_eq!(source.verdict(&sent), "accepted");
    let text = String::from_utf8(sent.body.clone()).unwrap();
    let verdict = |body: String| source.verdict(&sent.clone().with_body(body));
    assert_eq!(verdict(text.replace("PGE", "PGF")), "signature_mismatch");
    assert_eq!(verdict(format!("{text}&bt_payload=x")), "signature_duplicate");
    assert_eq!(verdict(format!("{text}&bt_signature=x")), "signature_duplicate");
    assert_eq!(verdict("bt_payload=x".to_owned()), "signature_missing");
    assert_eq!(source.verdict(&sent.with_header("Content-Type", "application/json")), "body_unreadable");
}

#[test]
fn signature_can_be_in_json_in_a_part_of_a_multipart_form() {
    let source = source("dropbox-sign");
    let form = source.sign(b"json=%7B%22event%22%3A%7B%22event_type%22%3A%22sent%22%7D%7D");
    assert_eq!(source.verdict(&form), "accepted");
    let (_, json) = form_urlencoded_pairs(&form.body).into_iter().find(|(name, _)| name == "json").unwrap();
    let multipart = |json: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n\
             --b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{json}\r\n--b--\r\n"
        );
        TestRequest::new(&[("Content-Type", "multipart/form-data; boundary=b")], body)
    };
    assert_eq!(source.verify(&multipart(&json)).unwrap().event_type.as_deref(), Some("sent"));
    assert_eq!(source.verdict(&multipart(&json.replace("sent", "signed"))), "signature_mismatch");
    assert_eq!(source.verdict(&multipart("{}")), "signature_missing");
    let text = String::from_utf8(multipart(&json).body).unwrap();
    let twice = text.replace("name=\"a\"", "name=\"json\"");
    assert_eq!(source.verdict(&multipart(&json).with_body(twice)), "signature_duplicate");
    let without_boundary = multipart(&json).with_header("Content-Type", "multipart/form-data");
    assert_eq!(source.verdict(&without_boundary), "body_unreadable");
}

fn form_urlencoded_pairs(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// Adyen signs each item of a batch.
#[test]
fn every_element_of_a_batch_has_to_be_signed() {
    let source = source("adyen").with_key(&"ab".repeat(32));
    let item = |psp: &str| json!({ "NotificationRequestItem": { "pspReference": psp, "eventCode": "AUTHORISATION" } });
    let batch = json!({ "live": "false", "notificationItems": [item("1"), item("2")] });
    let sent = source.sign(batch.to_string().as_bytes());
    assert_eq!(source.verdict(&sent), "accepted");
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let verdict = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut changed = body.clone();
        change(&mut changed);
        source.verdict(&sent.clone().with_body(changed.to_string()))
    };
    let items = "/notificationItems";
    assert_eq!(
        verdict(&|body| {
            body["notificationItems"][1]["NotificationRequestItem"]["pspReference"] = json!("3");
        }),
        "signature_mismatch"
    );
    assert_eq!(
        verdict(&|body| body.pointer_mut(items).unwrap().as_array_mut().unwrap().push(item("3"))),
        "signature_missing"
    );
    let copy = body.pointer(items).unwrap().clone();
    assert_eq!(verdict(&|body| *body.pointer_mut(items).unwrap() = json!([copy[1]])), "accepted");
    assert_eq!(verdict(&|body| *body.pointer_mut(items).unwrap() = json!([])), "body_unreadable");
    assert_eq!(verdict(&|body| *body.pointer_mut(items).unwrap() = json!({ "0": copy[0] })), "body_unreadable");
    assert_eq!(verdict(&|body| *body.pointer_mut(items).unwrap() = json!(vec![&copy[0]; 101])), "body_unreadable");
    assert_eq!(verdict(&|body| *body = json!({})), "body_unreadable");
}

/// Microsoft Graph repeats the token in each notification.
#[test]
fn every_element_of_a_batch_has_to_have_the_token() {
    let source = source("microsoft-graph").with_key("client-state-1");
    let verdict = |tokens: &[&str]| {
        let items: Vec<_> = tokens.iter().map(|token| json!({ "clientState": token })).collect();
        source.verdict(&TestRequest::new(&[], json!({ "value": items }).to_string()))
    };
    assert_eq!(verdict(&["client-state-1", "client-state-1"]), "accepted");
    assert_eq!(verdict(&["client-state-1", "client-state-2"]), "signature_mismatch");
    assert_eq!(verdict(&["client-state-2"]), "signature_mismatch");
    assert_eq!(verdict(&[]), "body_unreadable");
}

/// The signed text has the hash of a header or parameter, and that one has to be the hash of the body.
#[test]
fn bound_place_has_to_have_the_value_of_its_template() {
    let source = Source::scheme(with_members(json!({
        "message": "{timestamp}.{header:X-Content-SHA256}",
        "timestamp": { "in": "header:X-T" },
        "bind": { "header:X-Content-SHA256": "{sha256_base64(body)}" },
        "id": ["{json:/id}"],
    })));
    assert!(source.scheme.signs_body());
    let sent = source.sign(b"{\"id\":\"1\"}");
    assert_eq!(source.verify(&sent).unwrap().signed_id.as_deref(), Some("1"));
    assert_eq!(source.verdict(&sent.clone().with_body("{\"id\":\"2\"}")), "body_hash");
    let other = source.sign(b"{\"id\":\"2\"}");
    let hash = other.header("X-Content-SHA256");
    let changed = sent.clone().with_body(other.body).with_header("X-Content-SHA256", &hash);
    assert_eq!(source.verdict(&changed), "signature_mismatch");
    assert_eq!(source.verdict(&sent.without_header("X-Content-SHA256")), "value_malformed");
}

/// Walmart signs the hash of the body as text, and Bridge signs the digest of the message.
#[test]
fn hash_of_the_body_or_of_the_message_is_signed() {
    let message = Message { body: b"{}", now: NOW, url: URL, ..Message::default() };
    let walmart = source("walmart");
    let bridge = source("bridge").with_signing_key(include_str!("../keys/rsa.pem"));
    for source in [walmart, bridge] {
        let sent = source.sign_message(message);
        assert_eq!(source.verdict(&sent), "accepted");
        assert_eq!(source.verdict(&sent.clone().with_body("{ }")), "signature_mismatch");
    }
    let description = |digest: bool| {
        let digest = if digest { json!({ "digest": "sha256" }) } else { json!({}) };
        Source::scheme(with_members(digest))
    };
    let (plain, hashed) = (description(false), description(true));
    assert_eq!(hashed.verdict(&hashed.sign(b"{}")), "accepted");
    assert_eq!(hashed.verdict(&plain.sign(b"{}")), "signature_mismatch");
    assert_eq!(plain.verdict(&hashed.sign(b"{}")), "signature_mismatch");
    // The digest of a message is no message.
    let digest = hex::decode("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a").unwrap();
    assert_eq!(hashed.verdict(&hashed.sign(b"{}").with_body(digest)), "signature_mismatch");
}

/// The name of an authentication scheme is not case-sensitive.
#[test]
fn token_is_read_from_basic_and_bearer_authentication() {
    let token = |signature: serde_json::Value| {
        Source::scheme(json!({ "algorithm": "token", "signature": signature })).with_key("user:password")
    };
    let basic = token(json!({ "in": ["header:Authorization"], "prefix": "Basic ", "encoding": "base64" }));
    let bearer = token(json!({ "in": ["header:Authorization"], "prefix": "Bearer ", "encoding": "text" }));
    let verdict = |source: &Source, value: &str| source.verdict(&TestRequest::new(&[("Authorization", value)], "{}"));
    for value in ["Basic dXNlcjpwYXNzd29yZA==", "basic dXNlcjpwYXNzd29yZA=="] {
        assert_eq!(verdict(&basic, value), "accepted", "{value}");
    }
    assert_eq!(verdict(&basic, "Basic dXNlcjpwYXNzd29yZA"), "signature_encoding");
    assert_eq!(verdict(&basic, "Basic dXNlcjpwYXNzd29yZQ=="), "signature_mismatch");
    assert_eq!(verdict(&basic, "Bearer user:password"), "signature_prefix");
    assert_eq!(verdict(&bearer, "BEARER user:password"), "accepted");
    for value in ["Bearer user:Password", "Bearer  user:password", "Bearer user:password ", "Bearer "] {
        assert_eq!(verdict(&bearer, value), "signature_mismatch", "{value}");
    }
}
