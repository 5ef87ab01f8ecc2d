use hookline_signature::{Algorithm, Description, Headers, KeyEncoding, Request, Verified, VerifyError};

use super::*;

const NOW: i64 = 1_700_000_000;

/// Returns a signing key for the first signing method of a sender.
fn signing_key(method: &Description) -> Secret {
    let jwt = method.jwt.as_ref().map(|jwt| jwt.algorithms[0].clone()).unwrap_or_default();
    let form = method.key.clone().unwrap_or_default();
    let shared = match form.encoding.unwrap_or_default() {
        KeyEncoding::Text => "a-signing-key-0123456789",
        KeyEncoding::Hex => "00112233445566778899aabbccddeeff",
        KeyEncoding::Base64 | KeyEncoding::Base64url => "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    };
    let shared = || format!("{}{shared}", form.prefix.clone().unwrap_or_default());
    let rsa = include_str!("../../../crates/senders/tests/keys/rsa.pem").to_owned();
    let p256 = include_str!("../../../crates/senders/tests/keys/p256.pem").to_owned();
    let ed25519 = include_str!("../../../crates/senders/tests/keys/ed25519.pem").to_owned();
    let key = match method.algorithm.unwrap_or_default() {
        Algorithm::Ed25519 => ed25519,
        Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Raw => p256,
        Algorithm::RsaPkcs1Sha256 | Algorithm::RsaPkcs1Sha512 | Algorithm::RsaPssSha256 | Algorithm::RsaPssSha512 => {
            rsa
        }
        Algorithm::Jwt if jwt == "ES256" => p256,
        Algorithm::Jwt if jwt == "EdDSA" => ed25519,
        Algorithm::Jwt if jwt.starts_with("RS") || jwt.starts_with("PS") => rsa,
        _ => shared(),
    };
    Secret::new(key).unwrap()
}

fn event(slug: &str) -> (Endpoint, SignedEvent) {
    let sender = hookline_senders::scheme(slug).unwrap();
    let url = format!("https://hooks.example.com/webhooks/{slug}");
    let scheme = SourceScheme::of_sender(slug).unwrap();
    let endpoint = Endpoint { url, scheme, secret: signing_key(&sender.methods[0]) };
    let event = SignedEvent::new(&sender, &endpoint, "e-1", NOW).unwrap_or_else(|error| panic!("{slug}: {error}"));
    (endpoint, event)
}

/// Verifies an event as ingest does. Returns `None` for a handshake.
fn verified(Endpoint { scheme, secret, .. }: &Endpoint, event: &SignedEvent) -> Option<Result<Verified, VerifyError>> {
    let headers = Headers::from_iter(event.headers.clone());
    let (url, raw_query) = event.url.split_once('?').unwrap_or((&event.url, ""));
    let query: Vec<_> = form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect();
    let request = Request { method: "POST", headers: &headers, body: &event.body, url, query: &query, raw_query };
    let stored = scheme.scheme.stored_key(secret).unwrap();
    scheme.scheme.handshake(request).is_none().then(|| scheme.scheme.verify(request, &[stored], NOW))
}

#[test]
fn example_event_of_every_sender_is_accepted_and_has_its_type() {
    let mut problems = Vec::new();
    for slug in hookline_senders::slugs() {
        let (endpoint, event) = event(slug);
        let types = &hookline_senders::scheme(slug).unwrap().methods[0].r#type;
        match verified(&endpoint, &event) {
            None => problems.push(format!("{slug}: a handshake: {event:?}")),
            Some(Err(error)) => problems.push(format!("{slug}: {error}: {event:?}")),
            Some(Ok(Verified { event_type: None, .. })) if !types.is_empty() => {
                problems.push(format!("{slug}: no type: {types:?} {}", String::from_utf8_lossy(&event.body)));
            }
            Some(Ok(_)) => {}
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn query_of_the_endpoint_is_kept() {
    let sender = hookline_senders::scheme("github").unwrap();
    let endpoint = Endpoint {
        url: "https://hooks.example.com/x?a=1%202".to_owned(),
        scheme: SourceScheme::of_sender("github").unwrap(),
        secret: Secret::new("not-a-real-key").unwrap(),
    };
    let event = SignedEvent::new(&sender, &endpoint, "e-1", NOW).unwrap();
    assert_eq!(event.url, endpoint.url);
}
