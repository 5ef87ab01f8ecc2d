//! The options of a source, and descriptions that an operator writes.

use serde_json::{Value, json};

use crate::source::{Source, hmac, resolve, source, with_members};

#[track_caller]
fn case(config: Value, expected: &str) {
    assert_eq!(resolve(config).map_or_else(|error| error, |_| "valid".to_owned()), expected);
}

#[track_caller]
fn scheme_case(members: Value, expected: &str) {
    case(json!({ "scheme": with_members(members) }), expected);
}

#[test]
fn sender_or_scheme_is_required() {
    let both = json!({ "sender": "github", "scheme": hmac() });
    for config in [json!({}), both] {
        case(config, "exactly one of `sender` and `scheme` is needed");
    }
    for sender in ["bitbucket", "github", "gitlab", "linear", "pagerduty", "shopify", "slack", "standard", "stripe"] {
        case(json!({ "sender": sender }), "valid");
    }
    case(json!({ "sender": "morse" }), "unknown sender `morse`");
    case(json!({ "scheme": {} }), "`signature.in` is missing");
    let handshakes = json!([{ "method": "GET" }]);
    case(json!({ "sender": "github", "handshakes": handshakes }), "`handshakes` is only for a source with `scheme`");
}

#[test]
fn rejects_options_without_an_effect() {
    let options = |option: &str| match option {
        "url" => (json!("https://a.example"), "the sender does not sign the URL", ["twilio", "square", "trello"]),
        "audience" => (json!("a"), "the sender does not use JWT", ["monday", "messagebird", "wix"]),
        _ => (json!(30), "the sender does not sign a time", ["slack", "linear", "gitlab-signed"]),
    };
    for option in ["url", "audience", "tolerance_seconds"] {
        let (value, problem, senders) = options(option);
        for sender in ["bitbucket", "github", "gitlab", "pagerduty", "shopify"] {
            let expected = format!("`{option}` has no effect, because {problem}");
            case(json!({ "sender": sender, option: value }), &expected);
        }
        for sender in senders {
            case(json!({ "sender": sender, option: value }), "valid");
        }
    }
}

#[test]
fn tolerance_is_limited_by_the_time_of_deduplication() {
    let timed = json!({ "message": "{timestamp}.{body}", "timestamp": { "in": "header:X-T" } });
    let config = |sender: &str, seconds: u32| match sender {
        "hmac" => json!({ "scheme": with_members(timed.clone()), "tolerance_seconds": seconds }),
        sender => json!({ "sender": sender, "tolerance_seconds": seconds }),
    };
    for sender in ["hmac", "gitlab-signed", "linear", "slack", "standard", "stripe"] {
        // The retries of some senders repeat the first time, for up to 15 days.
        for seconds in [1, 60, 90, 14_400, 86_400, 90_000, 3 * 86_400, 5 * 86_400, 1_296_000] {
            case(config(sender, seconds), "valid");
        }
        for seconds in [0, 1_296_001, u32::MAX] {
            let expected = "`tolerance_seconds` must be 1 to 1296000, the time for which events are deduplicated";
            case(config(sender, seconds), expected);
        }
    }
    let own = json!({ "in": "header:X-T", "tolerance_seconds": 1_296_001 });
    scheme_case(
        json!({ "message": "{timestamp}.{body}", "timestamp": own }),
        "`tolerance_seconds` must be 1 to 1296000, the time for which events are deduplicated",
    );
}

#[test]
fn members_have_to_be_consistent() {
    let time = json!({ "in": "header:X-T", "tolerance_seconds": 3600 });
    let ambiguous = "`message` has placeholders without a separator between them, such as a dot";
    let unsigned = "`timestamp` is not signed: `message` needs {timestamp}, or {body} with a time in the body";
    scheme_case(json!({ "message": "{timestamp}.{body}", "timestamp": time }), "valid");
    scheme_case(json!({ "message": "v0:{id}:{body}!", "id": ["{header:X-I}"] }), "valid");
    scheme_case(json!({ "message": "{timestamp}.{body}" }), "`timestamp` is missing, but `message` has {timestamp}");
    scheme_case(json!({ "message": "{id}.{body}" }), "`id` must begin with one place, because `message` has {id}");
    scheme_case(json!({ "timestamp": time }), unsigned);
    scheme_case(json!({ "timestamp": { "in": "json:/time" } }), "valid");
    scheme_case(json!({ "message": "{json:/a}", "timestamp": { "in": "json:/time" } }), unsigned);
    scheme_case(json!({ "message": "" }), "`message` has no value of the request");
    scheme_case(json!({ "message": "static" }), "`message` has no value of the request");
    scheme_case(json!({ "message": "{body}{body}" }), ambiguous);
    scheme_case(json!({ "message": "{header:X-A}{header:X-B}.{body}" }), ambiguous);
    scheme_case(json!({ "message": "{header:X-A}{sorted_form}" }), ambiguous);
    scheme_case(json!({ "message": "{signed(body)}" }), "`message` cannot contain {signed(…)}");
    scheme_case(json!({ "message": "{bodY}" }), "`message`: `{bodY}` is no placeholder");
    for message in ["{body", "{body}}"] {
        scheme_case(
            json!({ "message": message }),
            "`message`: a brace has no counterpart; write {{ or }} for a literal one",
        );
    }
    scheme_case(json!({ "id": ["{header:X I}"] }), "`id`: `{header:X I}` is no placeholder");
    scheme_case(
        json!({ "signature": { "in": ["header:X-S"], "separator": "" } }),
        "`signature.separator` must not be empty; omit it for one signature",
    );
    scheme_case(
        json!({ "signature": { "in": ["header:X-S"], "encoding": "text" } }),
        "`signature.encoding` can be `text` only for a token",
    );
    scheme_case(
        json!({ "signature": { "in": ["header:X-S"], "names": ["v1"] } }),
        "`signature.names` and `signature.pairs` need each other",
    );
    scheme_case(json!({ "signature": { "in": ["body"] } }), "`signature.in` can be the body only for a JWT");
    scheme_case(json!({ "algorithm": "jwt" }), "`jwt` and `algorithm` = `jwt` need each other");
    scheme_case(json!({ "algorithm": "token", "digest": "sha256" }), "`digest` has no meaning without a signature");
}

/// An unauthenticated sender who knows the public key could otherwise sign with it.
#[test]
fn kinds_of_keys_are_never_mixed() {
    let jwt = |algorithms: Value| json!({ "algorithm": "jwt", "jwt": { "algorithms": algorithms } });
    scheme_case(jwt(json!(["HS256", "HS512"])), "valid");
    scheme_case(jwt(json!(["RS256", "PS256"])), "valid");
    for mixed in [json!(["HS256", "RS256"]), json!(["ES256", "RS256"]), json!(["EdDSA", "ES256"])] {
        scheme_case(jwt(mixed), "`jwt.algorithms` must all use the same kind of key");
    }
    for unknown in [json!([]), json!(["none"]), json!(["hs256"]), json!(["HS256", "none"])] {
        scheme_case(jwt(unknown), "`jwt.algorithms` is empty or has an unknown algorithm");
    }
}

#[test]
fn signed_id_is_required_and_must_be_unambiguous() {
    let source = source("hmac with all options");
    let sent = source.sign(b"{}");
    let verdict_with = |id: &str| source.verdict(&sent.clone().with_header("X-Acme-Id", id));
    assert_eq!(verdict_with("msg_1"), "accepted");
    assert_eq!(verdict_with("msg_2"), "signature_mismatch");
    assert_eq!(verdict_with("msg.1"), "value_malformed");
    assert_eq!(verdict_with(""), "value_malformed");
    assert_eq!(source.verdict(&sent.clone().without_header("X-Acme-Id")), "value_malformed");
}

/// With two dots, a dot could be moved from the end of one value to the beginning of the other.
#[test]
fn signed_value_must_not_overlap_with_the_literal_after_it() {
    let source = Source::scheme(with_members(json!({ "message": "{header:X-A}..{header:X-B}\n{body}" })));
    let sent = source.sign(b"{}").with_header("X-A", "x.").with_header("X-B", "y");
    let moved = sent.clone().with_header("X-A", "x").with_header("X-B", ".y");
    let signed = Source::scheme(with_members(json!({ "message": "x...y\n{body}" }))).sign(b"{}").header("X-Signature");
    assert_eq!(source.verdict(&sent.with_header("X-Signature", &signed)), "value_malformed");
    assert_eq!(source.verdict(&moved.with_header("X-Signature", &signed)), "accepted");
}

#[test]
fn unsigned_id_is_only_the_delivery_id() {
    let mut description = hmac();
    description["message"] = json!("{timestamp}.{body}");
    let source = Source::scheme(description);
    let verified = source.verify(&source.sign(b"{}").with_header("X-Acme-Id", "other")).unwrap();
    assert_eq!((verified.delivery_id.as_deref(), verified.signed_id), (Some("other"), None));
    assert_eq!(source.verdict(&source.sign(b"{}").without_header("X-Acme-Id")), "accepted");
}

#[test]
fn rejects_two_signatures_without_a_separator() {
    let mut description = hmac();
    description["signature"].as_object_mut().unwrap().remove("separator");
    let source = Source::scheme(description);
    let sent = source.sign(b"{}");
    let valid = sent.header("X-Acme-Signature");
    assert_eq!(source.verdict(&sent), "accepted");
    let two = sent.clone().with_header("X-Acme-Signature", &format!("{valid} {valid}"));
    assert_eq!(source.verdict(&two), "signature_encoding");
}

/// The documentation and Terraform have the values of this crate.
#[test]
fn terraform_and_documentation_have_the_maximum_of_the_tolerance() {
    let terraform = include_str!("../../../../terraform/modules/hookline/schemes.tf");
    let line = terraform.lines().find(|line| line.trim_start().starts_with("max_tolerance_seconds"));
    let value = line.and_then(|line| line.split_once('=')).map(|(_, value)| value.trim().to_owned());
    assert_eq!(value, Some(hookline_signature::Scheme::MAX_TOLERANCE.to_string()));
    assert!(include_str!("../../../../docs/sources.md").contains("1,296,000 s"));
}
