//! Senders that send a JSON web token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::fixture::{NOW, TestRequest};
use crate::source::{Source, source};

const RSA: &str = include_str!("../keys/rsa.pem");
/// The SHA-256 of `{}` and of nothing in hex.
const HASH: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A source that requires the claims of the standard and the hash of the body.
fn description(algorithms: &[&str]) -> Value {
    json!({
        "algorithm": "jwt",
        "signature": { "in": ["header:Authorization"], "prefix": "Bearer " },
        "jwt": { "algorithms": algorithms, "issuer": "acme", "audience": "hookline", "required_claims": ["exp"] },
        "bind": { "claim:body_hash": "{sha256(body)}" },
        "id": ["{claim:jti}"],
    })
}

fn claims() -> Value {
    json!({ "iss": "acme", "aud": "hookline", "exp": NOW + 60, "nbf": NOW, "body_hash": HASH, "jti": "j1" })
}

/// Creates a token with a header and claims as they are, signed with HMAC and the key as text.
fn token(header: &str, claims: &str, key: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let hmac = json!({ "signature": { "in": ["header:S"], "encoding": "base64url-unpadded" } });
    let signature = Source::scheme(hmac).with_key(key).sign(signed.as_bytes()).header("S");
    format!("{signed}.{signature}")
}

fn request(token: &str, body: &str) -> TestRequest {
    TestRequest::new(&[("Authorization", &format!("Bearer {token}"))], body)
}

fn hs256(claims: &str) -> TestRequest {
    request(&token("{\"alg\":\"HS256\"}", claims, "s"), "{}")
}

/// Returns the verdict for the claims with some members replaced. Null removes a member.
#[track_caller]
fn case(members: Value, expected: &str) {
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let source = Source::scheme(description(&["HS256"]));
    assert_eq!(source.verdict(&hs256(&claims.to_string())), expected, "{members}");
}

#[test]
fn claims_are_checked() {
    case(json!({}), "accepted");
    case(json!({ "aud": ["other", "hookline"] }), "accepted");
    for audience in [json!("other"), json!(["other"]), json!([]), json!(7), json!({ "hookline": 1 }), Value::Null] {
        case(json!({ "aud": audience }), "token_invalid");
    }
    for issuer in [json!("other"), json!("acme "), Value::Null, json!(["acme"])] {
        case(json!({ "iss": issuer }), "token_invalid");
    }
    case(json!({ "exp": NOW - 29 }), "accepted");
    case(json!({ "exp": NOW - 30 }), "token_invalid");
    case(json!({ "exp": "never" }), "token_invalid");
    case(json!({ "exp": null }), "token_invalid");
    case(json!({ "nbf": NOW + 30 }), "accepted");
    case(json!({ "nbf": NOW + 31 }), "token_invalid");
    case(json!({ "nbf": null }), "accepted");
}

#[test]
fn hash_of_the_body_is_checked() {
    case(json!({ "body_hash": EMPTY_HASH }), "body_hash");
    case(json!({ "body_hash": HASH.to_uppercase() }), "body_hash");
    case(json!({ "body_hash": null }), "body_hash");
    case(json!({ "body_hash": 1 }), "body_hash");
    let source = Source::scheme(description(&["HS256"]));
    let sent = hs256(&claims().to_string());
    assert_eq!(source.verdict(&sent.clone().with_body("{ }")), "body_hash");
    assert_eq!(source.verdict(&sent.with_body("")), "body_hash", "a body was removed");
    let mut without_body = claims();
    without_body.as_object_mut().unwrap().remove("body_hash");
    let sent = hs256(&without_body.to_string());
    assert_eq!(source.verdict(&sent.clone().with_body("")), "empty_body", "no body, no hash");
    assert_eq!(source.verdict(&sent.with_body("{}")), "body_hash", "a body was added");
}

/// Readers choose different ones of two members.
#[test]
fn duplicate_claims_and_members_of_the_header_are_rejected() {
    let source = Source::scheme(description(&["HS256"]));
    let text = claims().to_string();
    for (claim, expected) in [
        ("\"aud\":\"hookline\"", "token_invalid"),
        ("\"iss\":\"acme\"", "token_invalid"),
        ("\"exp\":1914265390", "token_invalid"),
        ("\"nbf\":1", "token_invalid"),
        ("\"body_hash\":\"x\"", "body_hash"),
    ] {
        assert_eq!(source.verdict(&hs256(&format!("{{{claim},{}", &text[1..]))), expected, "{claim}");
    }
    let duplicated = hs256(&format!("{{\"jti\":\"j2\",{}", &text[1..]));
    assert_eq!(source.verify(&duplicated).unwrap().signed_id, None, "an ambiguous id is no id");
    for header in [
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}",
        "{\"alg\":\"HS256\",\"crit\":[]}",
        "{\"typ\":\"JWT\"}",
        "{\"alg\":null}",
        "[]",
        "",
    ] {
        assert_eq!(source.verdict(&request(&token(header, &text, "s"), "{}")), "token_invalid", "{header}");
    }
    let typical = "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"../../etc/passwd\",\"jku\":\"https://evil.example\"}";
    assert_eq!(source.verdict(&request(&token(typical, &text, "s"), "{}")), "accepted");
    assert_eq!(source.verify(&hs256(&text)).unwrap().signed_id.as_deref(), Some("j1"));
}

#[test]
fn algorithm_of_the_header_cannot_weaken_the_source() {
    let text = claims().to_string();
    let source = Source::scheme(description(&["HS256"]));
    for algorithm in ["none", "None", "NONE", "hs256", "HS384", "HS512", "RS256", ""] {
        let header = format!("{{\"alg\":\"{algorithm}\"}}");
        let signed = token(&header, &text, "s");
        assert_eq!(source.verdict(&request(&signed, "{}")), "token_invalid", "{algorithm}");
        let (unsigned, _) = signed.rsplit_once('.').unwrap();
        assert_eq!(source.verdict(&request(&format!("{unsigned}."), "{}")), "token_invalid", "{algorithm}");
        assert_eq!(source.verdict(&request(unsigned, "{}")), "token_invalid", "{algorithm}");
    }
    let (unsigned, _) =
        hs256(&text).header("Authorization").rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let empty = TestRequest::new(&[("Authorization", &format!("{unsigned}."))], "{}");
    assert_eq!(source.verdict(&empty), "signature_mismatch");
}

/// The public key of RSA is known to everybody, and so is an HMAC with it.
#[test]
fn hmac_with_the_public_key_is_rejected() {
    let source = Source::scheme(description(&["RS256"])).with_signing_key(RSA);
    let text = claims().to_string();
    let public_keys = [source.stored_key.clone(), RSA.trim().to_owned()];
    for key in public_keys {
        for algorithm in ["HS256", "RS256"] {
            let forged = token(&format!("{{\"alg\":\"{algorithm}\"}}"), &text, &key);
            let expected = if algorithm == "RS256" { "signature_mismatch" } else { "token_invalid" };
            assert_eq!(source.verdict(&request(&forged, "{}")), expected, "{algorithm}");
        }
    }
    let mut sent = source.sign(b"{}");
    assert_eq!(source.verdict(&sent), "accepted");
    sent.body = b"[]".to_vec();
    assert_eq!(source.verdict(&sent), "body_hash");
}

#[test]
fn each_algorithm_verifies_only_its_own_tokens() {
    let keys = [
        ("HS256", "s"),
        ("HS384", "s"),
        ("HS512", "s"),
        ("RS256", RSA),
        ("RS512", RSA),
        ("PS256", RSA),
        ("PS512", RSA),
        ("ES256", include_str!("../keys/p256.pem")),
        ("EdDSA", include_str!("../keys/ed25519.pem")),
    ];
    let sources = keys.map(|(name, key)| (name, Source::scheme(description(&[name])).with_signing_key(key)));
    for (name, source) in &sources {
        let sent = source.sign(b"{}");
        assert_eq!(source.verdict(&sent), "accepted", "{name}");
        for (other, source) in sources.iter().filter(|(other, _)| other != name) {
            assert_eq!(source.verdict(&sent), "token_invalid", "{name} is not {other}");
        }
    }
}

#[test]
fn parts_of_a_token_are_decoded_strictly() {
    let source = Source::scheme(description(&["HS256"]));
    let valid = hs256(&claims().to_string()).header("Authorization");
    let verdict = |value: &str| source.verdict(&TestRequest::new(&[("Authorization", value)], "{}"));
    assert_eq!(verdict(&valid), "accepted");
    for changed in [format!("{valid}="), format!("{valid} "), format!("{valid}."), valid.replace('.', "..")] {
        assert_eq!(verdict(&changed), "token_invalid", "{changed}");
    }
    for changed in ["Bearer", "Bearer ", "Bearer .", "Bearer ..", "Bearer a.b.c", "Bearer \u{661}.\u{661}.\u{661}"] {
        assert!(["token_invalid", "signature_prefix"].contains(&verdict(changed)), "{changed}");
    }
    assert_eq!(verdict(valid.trim_start_matches("Bearer ")), "signature_prefix");
}

/// Wix sends the token as the body.
#[test]
fn body_can_be_the_token() {
    let source = source("wix").with_signing_key(RSA);
    let sent = source.sign(b"{\"a\":1}");
    assert_eq!(sent.body.split(|byte| *byte == b'.').count(), 3);
    assert_eq!(source.verdict(&sent), "accepted");
    for body in [b"{}".to_vec(), [&sent.body[..], b"\n"].concat(), sent.body[1..].to_vec()] {
        assert_eq!(source.verdict(&sent.clone().with_body(body)), "token_invalid");
    }
}

/// A sender without `exp` limits the age by `iat`.
#[test]
fn age_of_a_token_is_limited() {
    let mut description = description(&["HS256"]);
    description["jwt"] = json!({ "algorithms": ["HS256"], "max_age_seconds": 300 });
    let source = Source::scheme(description);
    let verdict = |issued: Value| {
        let claims = json!({ "iat": issued, "body_hash": HASH });
        source.verdict(&hs256(&claims.to_string()))
    };
    assert_eq!(verdict(json!(NOW - 300)), "accepted");
    assert_eq!(verdict(json!(NOW - 301)), "token_invalid");
    assert_eq!(verdict(json!(NOW + 30)), "accepted");
    assert_eq!(verdict(json!(NOW + 31)), "token_invalid");
    assert_eq!(verdict(Value::Null), "token_invalid");
}
