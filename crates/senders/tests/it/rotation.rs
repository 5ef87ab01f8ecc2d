//! What happens while an operator rotates a secret.

use crate::fixture::URL;
use crate::source::{secret, source};

/// During a rotation, the sender checks the endpoint with the secret that it still has.
#[test]
fn response_to_a_signed_handshake_has_the_secret_that_signed_it() {
    let zoom = source("zoom").with_key("a-previous-signing-key");
    let body = "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"challenge-1_A\"}}";
    let response = |secrets: &[&str]| {
        let secrets: Vec<_> = secrets.iter().map(|text| secret(text)).collect();
        zoom.sign(body.as_bytes()).with_request(URL, |request| {
            let handshake = zoom.scheme.handshake(request).unwrap();
            zoom.scheme.respond(handshake, request, &secrets).unwrap().body
        })
    };
    let previous = response(&["a-previous-signing-key"]);
    assert_eq!(response(&["the-current-signing-key", "a-previous-signing-key"]), previous);
    assert_ne!(response(&["the-current-signing-key"]), previous);
}
