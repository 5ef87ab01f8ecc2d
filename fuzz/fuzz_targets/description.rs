//! Fuzzes the parser of descriptions, and requests that any valid description verifies, responds to and signs.
//!
//! The first line of the input is the JSON of a source, the rest is a request as `request.rs` reads it. The input contains
//! no valid signature, so no description may accept the request.

#![no_main]

mod request;

use hookline_senders::SchemeSource;
use hookline_signature::Message;
use libfuzzer_sys::fuzz_target;

use self::request::{NOW, TestRequest, signing_keys, stored_keys};

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let Ok(source) = serde_json::from_slice::<SchemeSource>(lines.next().unwrap_or_default()) else { return };
    // What Terraform writes has to stay the same.
    let written = serde_json::to_value(&source).expect("a source in JSON");
    assert_eq!(serde_json::from_value::<SchemeSource>(written).expect("a source"), source);
    let Ok(scheme) = source.resolve() else { return };
    let request = TestRequest::parse(lines.next().unwrap_or_default());
    for secret in stored_keys(&scheme) {
        let secrets = std::slice::from_ref(&secret);
        let verdict = scheme.verify(request.as_request(), secrets, NOW);
        assert!(verdict.is_err(), "accepted without a valid signature");
        for handshake in scheme.handshakes() {
            let _ = scheme.respond(handshake, request.as_request(), secrets);
        }
    }
    let url = source.url.as_deref().unwrap_or("https://hooks.example.com/webhooks/x");
    let message = Message { body: &request.body, now: NOW, id: "msg_1", url, ..Message::default() };
    for key in signing_keys() {
        for is_form in [false, true] {
            let _ = scheme.sign(Message { is_form, ..message }, &key);
        }
    }
});
