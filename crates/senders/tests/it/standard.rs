//! Standard Webhooks, with keys of both kinds.

use hookline_signature::Message;

use crate::fixture::{NOW, TestRequest};
use crate::source::{WHPK, WHSEC, WHSK, secret, source};

/// The signature was created by Python's package `cryptography` with the same key.
#[test]
fn accepts_ed25519_signature_of_another_implementation() {
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        (
            "webhook-signature",
            "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ==",
        ),
    ];
    let sent = TestRequest::new(&headers, "{\"test\": 2432232314}");
    assert_eq!(source("standard ed25519").verdict(&sent), "accepted");
}

#[test]
fn public_key_belongs_to_the_signing_key() {
    let scheme = source("standard").scheme;
    let stored = |key: &str| scheme.stored_key(&secret(key)).ok().map(|stored| stored.expose().to_vec());
    assert_eq!(stored(WHSK).as_deref(), Some(WHPK.as_bytes()));
    assert_eq!(stored(WHSEC).as_deref(), Some(WHSEC.as_bytes()));
    for invalid_key in [WHPK, "whsec_AAAA", "whsk_AAAA"] {
        assert_eq!(stored(invalid_key), None, "{invalid_key}");
    }
}

#[test]
fn secret_selects_the_kind_of_signature() {
    let (symmetric, asymmetric) = (source("standard"), source("standard ed25519"));
    let (hmac_signed, ed25519_signed) = (symmetric.sign(b"{}"), asymmetric.sign(b"{}"));
    assert!(ed25519_signed.header("webhook-signature").starts_with("v1a,"));
    // The verdict is not `malformed`: after a rotation to another kind of key, the function still has to read the
    // previous secret.
    assert_eq!(symmetric.verdict(&ed25519_signed), "signature_mismatch");
    assert_eq!(asymmetric.verdict(&hmac_signed), "signature_mismatch");
    let both = format!("{} {}", hmac_signed.header("webhook-signature"), ed25519_signed.header("webhook-signature"));
    let both = hmac_signed.with_header("webhook-signature", &both);
    assert_eq!((symmetric.verdict(&both), asymmetric.verdict(&both)), ("accepted", "accepted"));
}

#[test]
fn previous_secret_can_be_of_the_other_kind() {
    let (symmetric, asymmetric) = (source("standard"), source("standard ed25519"));
    for (sent, current, previous) in [(symmetric.sign(b"{}"), WHPK, WHSEC), (asymmetric.sign(b"{}"), WHSEC, WHPK)] {
        let reason =
            |secrets: &[&str]| symmetric.verify_with(&sent, secrets, NOW).map_err(|error| error.reason()).err();
        assert_eq!(reason(&[current]), Some("signature_mismatch"), "{current}");
        assert_eq!(reason(&[current, previous]), None, "{current}");
        let svix = TestRequest {
            headers: sent
                .headers
                .iter()
                .map(|(name, value)| (name.replace("webhook", "svix"), value.clone()))
                .collect(),
            ..sent.clone()
        };
        let reason =
            |secrets: &[&str]| symmetric.verify_with(&svix, secrets, NOW).map_err(|error| error.reason()).err();
        assert_eq!(reason(&[current]), Some("signature_mismatch"), "{current}");
        assert_eq!(reason(&[current, previous]), None, "{current}");
    }
}

/// Headers of the two sets are never combined. A complete set counts, whatever the other one has.
#[test]
fn accepts_svix_header_names_but_no_mixture() {
    let source = source("standard");
    let sent = source.sign(b"{}");
    let svix: Vec<_> =
        sent.headers.iter().map(|(name, value)| (name.replace("webhook", "svix"), value.clone())).collect();
    let svix = TestRequest { headers: svix, ..sent.clone() };
    assert_eq!(source.verdict(&svix), "accepted");
    let foreign = svix.clone().with_header("webhook-id", "msg_2");
    assert_eq!(source.verify(&foreign).unwrap().signed_id.as_deref(), Some("msg_1"));
    for part in ["id", "timestamp", "signature"] {
        let value = svix.header(&format!("svix-{part}"));
        let mixed =
            svix.clone().without_header(&format!("svix-{part}")).with_header(&format!("webhook-{part}"), &value);
        assert_ne!(source.verdict(&mixed), "accepted", "{part}");
    }
}

#[test]
fn id_is_signed_and_must_not_contain_a_dot() {
    let source = source("standard");
    let sent = source.sign(b"{}");
    let verdict_with = |id: &str| source.verdict(&sent.clone().with_header("webhook-id", id));
    assert_eq!(verdict_with("msg_2"), "signature_mismatch");
    assert_eq!(verdict_with(""), "value_malformed");
    assert_eq!(source.verdict(&sent.clone().without_header("webhook-id")), "value_malformed");
    // The message was signed with the id `a`. The request has the id `a.<time>` and another time in the body.
    let message = Message { body: b"1614265330.{}", now: 1_614_265_330, id: "a", ..Message::default() };
    let ambiguous = source.sign_message(message).with_body("{}");
    assert_eq!(source.verdict(&ambiguous.with_header("webhook-id", "a.1614265330")), "value_malformed");
}

/// The vector of the reference library, which accepts its secret with and without a prefix:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py>.
#[test]
fn prefix_and_padding_of_a_secret_are_optional() {
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let sent = TestRequest::new(&headers, "{\"test\": 2432232314}");
    let key = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for form in [key.to_owned(), format!("whsec_{key}"), format!("v1,whsec_{key}"), format!("{key}\n")] {
        let verified = source("standard").verify_with(&sent, &[&form], NOW);
        assert_eq!(verified.map(|_| ()), Ok(()), "{form}");
    }
    let other = source("standard").verify_with(&sent, &["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"], NOW);
    assert_eq!(other.map_err(|error| error.reason()).err(), Some("signature_mismatch"));
}

/// <https://github.com/openai/openai-python/blob/main/tests/lib/test_webhooks.py>
#[test]
fn accepts_published_signature_of_openai() {
    let headers = [
        ("webhook-id", "wh_685c059ae39c8190af8c71ed1022a24d"),
        ("webhook-timestamp", "1750861210"),
        ("webhook-signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="),
    ];
    let body = "{\"id\": \"evt_685c059ae3a481909bdc86819b066fb6\", \"object\": \"event\", \"created_at\": 1750861210, \
                \"type\": \"response.completed\", \"data\": {\"id\": \"resp_123\"}}";
    let sent = TestRequest::new(&headers, body);
    let key = "RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c";
    for (secret, sender) in
        [(format!("whsec_{key}="), "standard"), (format!("whsec_{key}"), "openai"), (format!("{key}="), "standard")]
    {
        let verified = source(sender).verify_with(&sent, &[&secret], 1_750_861_210).unwrap();
        assert_eq!(verified.event_type.as_deref(), Some("response.completed"));
    }
}

#[test]
fn rejects_secret_that_is_not_a_key() {
    let source = source("standard");
    let sent = source.sign(b"{}");
    for key in [
        "whsec_",
        "whsec_!!!",
        "whsec",
        "foo_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whpk_AAAA",
        "whsk_AAAA",
        "whsec_AAAAAAA=",
        "not base64!",
        "v1,",
        WHSK,
    ] {
        let reason = |secrets: &[&str]| source.verify_with(&sent, secrets, NOW).map_err(|error| error.reason());
        assert_eq!(reason(&[key]), Err("secret_unusable"), "{key}");
        assert_eq!(reason(&[key, &source.stored_key]), Err("secret_unusable"), "the current secret is unusable: {key}");
        let checked = source.scheme.check_secret(&secret(key)).map_err(|error| error.reason());
        assert_eq!(checked, Err("secret_unusable"), "{key}");
    }
    let result = source.verify_with(&sent, &[&source.stored_key, "whsec_"], NOW);
    assert!(result.is_ok(), "an unusable previous secret is ignored");
    let message = Message { body: b"{}", id: "a", ..Message::default() };
    assert!(source.scheme.sign(message, &secret(WHPK)).is_err(), "a public key cannot sign");
}
