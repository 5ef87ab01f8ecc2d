//! The forms in which keys are stored.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookline_senders::{Endpoint, SenderScheme};
use hookline_signature::{SchemeOptions, Secret};
use serde_json::json;

use crate::fixture::{NOW, TestRequest};
use crate::source::{Source, secret, source, with_members};

const RSA: &str = include_str!("../keys/rsa.pem");
const P256: &str = include_str!("../keys/p256.pem");
const ED25519: &str = include_str!("../keys/ed25519.pem");

/// The bytes before a key in the structure SubjectPublicKeyInfo (RFC 5280), for RSA with 2,048 bits.
const SPKI_HEADS: [&str; 3] = [
    "30820122300d06092a864886f70d01010105000382010f00",
    "3059301306072a8648ce3d020106082a8648ce3d030107034200",
    "302a300506032b6570032100",
];

/// Returns a source of an algorithm with one of the test keys, and the bytes of the public key and of its structure.
fn public(algorithm: &str, signing_key: &str) -> (Source, Vec<u8>, Vec<u8>) {
    let description =
        json!({ "algorithm": algorithm, "signature": { "in": ["header:X-Signature"], "encoding": "base64" } });
    let source = Source::scheme(description).with_signing_key(signing_key);
    let raw = STANDARD.decode(&source.stored_key).unwrap();
    let head = SPKI_HEADS[[RSA, P256, ED25519].iter().position(|key| *key == signing_key).unwrap()];
    let spki = [&hex::decode(head).unwrap()[..], &raw].concat();
    (source, raw, spki)
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn jwk(signing_key: &str, raw: &[u8]) -> String {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match signing_key {
        // The sequence of two numbers: the modulus with a leading zero, and the exponent.
        RSA => json!({ "kty": "RSA", "n": text(&raw[9..265]), "e": text(&raw[267..]), "alg": "x", "use": "sig" }),
        P256 => json!({ "kty": "EC", "crv": "P-256", "x": text(&raw[1..33]), "y": text(&raw[33..]) }),
        _ => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(raw), "kid": "1" }),
    }
    .to_string()
}

#[test]
fn public_keys_are_read_in_every_form() {
    for (algorithm, key) in [
        ("rsa-pkcs1-sha256", RSA),
        ("rsa-pkcs1-sha512", RSA),
        ("rsa-pss-sha256", RSA),
        ("rsa-pss-sha512", RSA),
        ("ecdsa-p256-sha256", P256),
        ("ecdsa-p256-sha256-raw", P256),
        ("ed25519", ED25519),
    ] {
        let (source, raw, spki) = public(algorithm, key);
        let sent = source.sign(b"{}");
        let forms = [
            pem(&spki),
            pem(&spki).replace('\n', "\r\n"),
            STANDARD.encode(&spki),
            URL_SAFE_NO_PAD.encode(&spki),
            hex::encode(&spki),
            hex::encode_upper(&spki),
            STANDARD.encode(&raw),
            hex::encode(&raw),
            format!("  {}\n", hex::encode(&raw)),
            jwk(key, &raw),
        ];
        let stored = Secret::from_stored(jwk(key, &raw)).unwrap();
        assert_eq!(source.scheme.check_secret(&stored), Ok(()), "{algorithm}: a stored JWK");
        for form in forms {
            let verdict = source.verify_with(&sent, &[&form], NOW).map(|_| ());
            assert_eq!(verdict, Ok(()), "{algorithm}: {form}");
            assert_eq!(source.scheme.check_secret(&secret(&form)), Ok(()), "{algorithm}: {form}");
            let changed = sent.clone().with_body("[]");
            let reason = source.verify_with(&changed, &[&form], NOW).map_err(|error| error.reason()).err();
            assert_eq!(reason, Some("signature_mismatch"), "{algorithm}: {form}");
        }
    }
}

#[test]
fn private_key_is_rejected_with_a_clear_message() {
    let message = "the secret cannot be used: the key is a private key; store the sender's public key";
    for (algorithm, key) in [("rsa-pss-sha512", RSA), ("ecdsa-p256-sha256", P256), ("ed25519", ED25519)] {
        let (source, raw, _) = public(algorithm, key);
        let encoded: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        let private_jwk = jwk(key, &raw).replacen('{', "{\"d\":\"AAAA\",", 1);
        for form in [key.to_owned(), encoded.clone(), hex::encode(STANDARD.decode(&encoded).unwrap()), private_jwk] {
            let error = source.scheme.check_secret(&secret(&form)).unwrap_err();
            assert_eq!(error.to_string(), message, "{algorithm}: {form}");
        }
    }
}

#[test]
fn key_of_another_kind_is_rejected() {
    let keys = [("rsa-pss-sha256", RSA), ("ecdsa-p256-sha256", P256), ("ed25519", ED25519)];
    let sources = keys.map(|(algorithm, key)| public(algorithm, key));
    for (source, ..) in &sources {
        for (_, raw, spki) in sources.iter().filter(|(other, ..)| other.stored_key != source.stored_key) {
            for form in [pem(spki), STANDARD.encode(raw), hex::encode(spki)] {
                let reason = source.scheme.check_secret(&secret(&form)).map_err(|error| error.reason());
                assert_eq!(reason, Err("secret_unusable"), "{form}");
            }
        }
        for form in ["junk", "{}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "-----BEGIN PUBLIC KEY-----", "00", "whpk_AAAA"]
        {
            let reason = source.scheme.check_secret(&secret(form)).map_err(|error| error.reason());
            assert_eq!(reason, Err("secret_unusable"), "{form}");
        }
        assert!(source.scheme.stored_key(&secret("junk")).is_err());
    }
}

/// Any sender could sign with it: a token of FusionAuth with the algorithm HS256, for instance.
#[test]
fn public_key_is_no_shared_secret() {
    let (_, raw, spki) = public("rsa-pss-sha256", RSA);
    for sender in ["github", "fusionauth", "standard"] {
        for form in [pem(&spki), pem(&spki).replace("PUBLIC KEY", "CERTIFICATE"), jwk(RSA, &raw)] {
            let scheme = Source::new(json!({ "sender": sender })).scheme;
            let reason = scheme.check_secret(&secret(&form)).map_err(|error| error.reason());
            assert_eq!(reason, Err("secret_unusable"), "{sender}: {form}");
        }
    }
}

/// SendGrid's signature is in DER. The same numbers without the structure are another algorithm.
#[test]
fn signature_of_ecdsa_has_one_form() {
    let (der, ..) = public("ecdsa-p256-sha256", P256);
    let (raw, ..) = public("ecdsa-p256-sha256-raw", P256);
    let (der_signed, raw_signed) = (der.sign(b"{}"), raw.sign(b"{}"));
    assert_eq!(STANDARD.decode(raw_signed.header("X-Signature")).unwrap().len(), 64);
    assert_eq!(STANDARD.decode(der_signed.header("X-Signature")).unwrap()[0], 0x30);
    assert_eq!((der.verdict(&der_signed), raw.verdict(&raw_signed)), ("accepted", "accepted"));
    assert_eq!(der.verdict(&raw_signed), "signature_mismatch");
    assert!(["signature_length", "signature_mismatch"].contains(&raw.verdict(&der_signed)));
    let zeros = STANDARD.encode([0; 64]);
    assert_eq!(raw.verdict(&raw_signed.with_header("X-Signature", &zeros)), "signature_mismatch");
    let sendgrid = source("sendgrid").with_signing_key(P256);
    let sent = sendgrid.sign(b"[{}]");
    assert_eq!(sendgrid.verdict(&sent), "accepted");
    assert_eq!(sendgrid.verdict(&sent.with_body("[{} ]")), "signature_mismatch");
}

/// Utila signs with RSA PSS. A signature with the older padding is another algorithm.
#[test]
fn padding_of_rsa_is_that_of_the_algorithm() {
    let (pkcs1, ..) = public("rsa-pkcs1-sha512", RSA);
    let (pss, ..) = public("rsa-pss-sha512", RSA);
    let utila = source("utila").with_signing_key(RSA);
    let signature = |source: &Source| source.sign(b"{}").header("X-Signature");
    let verdict = |signature: &str| utila.verdict(&utila.sign(b"{}").with_header("x-utila-signature", signature));
    assert_eq!(verdict(&signature(&pss)), "accepted");
    assert_eq!(verdict(&signature(&pkcs1)), "signature_mismatch");
    assert_eq!(verdict(&signature(&public("rsa-pss-sha256", RSA).0)), "signature_mismatch");
}

#[test]
fn key_of_an_hmac_is_decoded_and_derived() {
    let description = |key: serde_json::Value| Source::scheme(with_members(json!({ "key": key })));
    let plain = Source::scheme(with_members(json!({})));
    let signed_with = |key: &str| plain.clone().with_key(key).sign(b"{}");
    let key = "0123456789abcdef";
    for (form, stored) in [
        (json!({ "encoding": "hex" }), hex::encode(key)),
        (json!({ "encoding": "hex" }), hex::encode_upper(key)),
        (json!({ "encoding": "base64" }), STANDARD.encode(key)),
        (json!({ "encoding": "base64" }), format!("{}\n", STANDARD.encode(key).trim_end_matches('='))),
        (json!({ "encoding": "base64url", "prefix": "key-" }), format!("key-{}", URL_SAFE_NO_PAD.encode(key))),
        (json!({ "prefix": "key-" }), format!("key-{key}")),
        (json!({ "prefix": "key-" }), key.to_owned()),
    ] {
        assert_eq!(description(form.clone()).with_key(&stored).verdict(&signed_with(key)), "accepted", "{form}");
    }
    let nfkd = description(json!({ "derive": "nfkd" })).with_key("\u{212b}ngstr\u{f6}m");
    assert_eq!(nfkd.verdict(&signed_with("A\u{30a}ngstro\u{308}m")), "accepted");
    for (form, stored) in [
        (json!({ "encoding": "hex" }), "0123"),
        (json!({ "encoding": "hex" }), "not hex at all!"),
        (json!({ "encoding": "base64" }), "AAAA"),
        (json!({ "encoding": "base64" }), "white space in it"),
        (json!({ "encoding": "base64", "prefix": "key-", "required": true }), "MDEyMzQ1Njc4OWFiY2RlZg=="),
    ] {
        let source = description(form.clone()).with_key(stored);
        assert_eq!(source.verdict(&signed_with(key)), "secret_unusable", "{form}: {stored}");
    }
}

/// A sender that replaces its algorithm signs in two headers, and an operator stores one of the keys.
#[test]
fn previous_key_can_be_of_another_algorithm() {
    let method = |algorithm: &str, header: &str| {
        let signature = json!({ "in": [format!("header:{header}")], "encoding": "base64" });
        serde_json::from_value(json!({ "algorithm": algorithm, "signature": signature })).unwrap()
    };
    let methods = vec![method("rsa-pkcs1-sha256", "X-Old"), method("ed25519", "X-New")];
    let (rsa, ed25519) = (public("rsa-pkcs1-sha256", RSA).0, public("ed25519", ED25519).0);
    let both = {
        let sender = SenderScheme { methods, ..SenderScheme::default() };
        Source { scheme: Endpoint::new(&sender, SchemeOptions::default(), None).unwrap(), ..rsa.clone() }
    };
    for (source, other, header) in [(&rsa, &ed25519, "X-Old"), (&ed25519, &rsa, "X-New")] {
        let signature = source.sign(b"{}").header("X-Signature");
        let sent = TestRequest::new(&[(header, &signature)], "{}");
        let reason = |keys: &[&str]| both.verify_with(&sent, keys, NOW).map_err(|error| error.reason()).err();
        assert_eq!(reason(&[&source.stored_key]), None, "{header}");
        assert_eq!(reason(&[&other.stored_key]), Some("signature_mismatch"), "{header}");
        assert_eq!(reason(&[&other.stored_key, &source.stored_key]), None, "{header}");
    }
}
