use base64::Engine as _;
use serde_json::{Value, json};

use super::*;

const SIGNATURE: &str = "v1=734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a";

/// Returns a vector of CircleCI's documentation with other members.
fn vector(changes: Value) -> Value {
    let mut vector = json!({
        "id": "circleci-1", "sender": "CircleCI", "secret": "secret", "body": "hello world",
        "headers": { "circleci-signature": SIGNATURE }, "expected": "valid",
    });
    json_patch::merge(&mut vector, &changes);
    vector
}

#[track_caller]
fn case(changes: Value, is_valid: bool) {
    let vector: Vector = serde_json::from_value(vector(changes.clone())).unwrap();
    let verdict = vector.verify(None);
    assert_eq!(verdict.as_ref().is_ok_and(|verdict| verdict.is_ok()), is_valid, "{changes}: {verdict:?}");
}

#[test]
fn sender_is_found_in_any_spelling() {
    for sender in ["circleci", "CIRCLECI", "Circle CI", "circle-ci", "CircleCI (webhooks)", "CircleCI webhooks"] {
        case(json!({ "sender": sender }), true);
    }
}

#[test]
fn key_body_and_headers_are_read_in_any_form() {
    case(json!({}), true);
    case(json!({ "secret": "another" }), false);
    case(json!({ "secret": ["another", "secret"] }), true);
    for name in ["secret_b64", "key_b64"] {
        case(json!({ "secret": null, name: "c2VjcmV0" }), true);
    }
    case(json!({ "secret": null, "key_hex": "736563726574" }), true);
    case(json!({ "secret": null, "jwk": { "kty": "oct", "k": "c2VjcmV0" } }), true);
    case(json!({ "body": null, "body_b64": "aGVsbG8gd29ybGQ" }), true);
    case(json!({ "body": null, "body_hex": "68656C6C6F20776F726C64" }), true);
    case(json!({ "headers": { "circleci-signature": [SIGNATURE] } }), true);
    case(json!({ "headers": { "circleci-signature": [SIGNATURE, SIGNATURE] } }), false);
    case(json!({ "headers": [["Circleci-Signature", SIGNATURE]] }), true);
    case(json!({ "headers": [{ "name": "Circleci-Signature", "value": SIGNATURE }] }), true);
}

#[test]
fn public_key_is_read_in_any_form() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../senders/sendgrid.json")).unwrap();
    let sender: Value = serde_json::from_str(&text).unwrap();
    let vectors = sender["vectors"].as_array().unwrap();
    let published = vectors.iter().find(|vector| vector["expected"] == "valid").unwrap();
    let spki = lenient::base64(published["public_key_spki_b64"].as_str().unwrap()).unwrap();
    let hex: String = spki.iter().map(|byte| format!("{byte:02x}")).collect();
    let url = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let [x, y] = [&spki[spki.len() - 64..spki.len() - 32], &spki[spki.len() - 32..]].map(url);
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
    let base64 = published["public_key_spki_b64"].clone();
    for (name, key) in [
        ("public_key", base64.clone()),
        ("public_key_b64", base64.clone()),
        ("public_key_hex", json!(hex)),
        (
            "public_key_pem",
            json!(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64.as_str().unwrap())),
        ),
        ("jwk", jwk.clone()),
        ("jwks", json!({ "keys": [jwk] })),
    ] {
        let mut vector = published.clone();
        vector.as_object_mut().unwrap().remove("public_key_spki_b64");
        vector[name] = key;
        let vector: Vector = serde_json::from_value(vector).unwrap();
        assert_eq!(vector.verify(Some("SendGrid")).unwrap(), Ok(()), "{name}");
    }
}

/// The key of an HMAC must not be a public key, which everybody has.
#[test]
fn public_key_is_never_the_key_of_an_hmac() {
    let methods = crate::scheme("circleci").unwrap().methods;
    assert!(keys::methods(&methods, keys::Form::Public).is_empty());
}

#[test]
fn verdict_can_be_a_text_or_a_boolean() {
    let is_valid = |expected: Value| {
        serde_json::from_value::<Vector>(vector(json!({ "expected": expected }))).map(|vector| vector.is_valid()).ok()
    };
    assert_eq!([json!("valid"), json!(true), json!("Accept")].map(is_valid), [Some(true); 3]);
    assert_eq!([json!("invalid"), json!(false), json!("rejected")].map(is_valid), [Some(false); 3]);
    assert_eq!(is_valid(json!("perhaps")), None);
    let strict = vector(json!({ "strict_expected": "invalid" }));
    assert!(!serde_json::from_value::<Vector>(strict).unwrap().is_valid());
}

#[test]
fn query_is_in_the_url_or_separate() {
    let vector = |url: &str, query: Value| -> Vector {
        let vector = json!({
            "sender": "plivo", "secret": "not-a-real-key", "expected": "valid", "body": "x", "url": url, "query": query,
            "headers": { "X-Plivo-Signature-V2": "x", "X-Plivo-Signature-V2-Nonce": "1" },
        });
        serde_json::from_value(vector).unwrap()
    };
    for (url, query) in [
        ("https://a.example/x", json!({ "b": "1", "c": ["2", "3"] })),
        ("https://a.example/x?b=1&c=2&c=3", Value::Null),
        ("https://a.example/x", json!("b=1&c=2&c=3")),
    ] {
        let vector = vector(url, query);
        let schemes = vector.schemes(&crate::scheme("plivo").unwrap().methods).unwrap();
        assert!(schemes.len() >= 2);
    }
}

#[test]
fn vector_without_a_verdict_is_an_error() {
    let error = |changes: Value| {
        let vector: Vector = serde_json::from_value(vector(changes)).unwrap();
        vector.verify(None).unwrap_err().to_string()
    };
    assert_eq!(error(json!({ "secret": null })), "the vector has no key");
    assert_eq!(error(json!({ "sender": null })), "the vector has no sender");
    assert!(error(json!({ "sender": "PayPal" })).contains("`paypal` is not supported"));
    assert!(error(json!({ "sender": "Unknown" })).contains("unknown sender `unknown`"));
    assert!(error(json!({ "body": "other", "algorithm": "sha256 (no HMAC)" })).contains("(no HMAC)` is not supported"));
    assert_eq!(error(json!({ "body_b64": "?" })), "the vector has a body with invalid base64");
    assert_eq!(
        error(json!({ "body": null, "headers": null })),
        "the vector has neither a request nor a message with its signature"
    );
}

/// Some senders sign the URL, in which the order counts.
#[test]
fn parameters_keep_their_order() {
    for query in [r#"{ "b": "1", "a": ["2", "3"] }"#, r#""b=1&a=2&a=3""#, r#"[["b", "1"], ["a", "2"], ["a", 3]]"#] {
        let vector: Vector = serde_json::from_str(&format!(r#"{{ "expected": true, "query": {query} }}"#)).unwrap();
        let expected = [("b", "1"), ("a", "2"), ("a", "3")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(vector.query, expected, "{query}");
    }
}

#[test]
fn digests_and_fetched_keys_are_unsupported() {
    for algorithm in ["sha256", "SHA-256 (no HMAC)", "RSA, certificate by URL", "jws ES512 (JWKS by kid)", "md5"] {
        assert!(is_unsupported(algorithm), "{algorithm}");
    }
    for algorithm in
        ["hmac-sha256", "SHA256withRSA", "rsa-pkcs1v15-sha256", "ecdsa-p256-sha256 (DER)", "jwt HS256/384/512"]
    {
        assert!(!is_unsupported(algorithm), "{algorithm}");
    }
}

#[test]
fn time_is_in_seconds_or_milliseconds() {
    for now in [json!({ "now": 1 }), json!({ "now": "1" }), json!({ "now": 1.0 }), json!({ "now_ms": 1000 })] {
        let vector: Vector = serde_json::from_value(vector(now)).unwrap();
        assert_eq!(vector.now.or(vector.now_ms.map(|now| now / 1000)), Some(1));
    }
}
