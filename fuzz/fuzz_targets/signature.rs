//! Fuzzes the verification of every sender of the catalogue.
//!
//! The first line of the input is a sender, the rest is a request as `request.rs` reads it. The input contains no valid
//! signature, so the request must be rejected. A response to a handshake must not panic.

#![no_main]

mod request;

use std::sync::LazyLock;

use hookline_senders::{Endpoint, SchemeSource};
use hookline_signature::Secret;
use libfuzzer_sys::fuzz_target;

use self::request::{NOW, TestRequest, stored_keys};

/// A sender with a key that it accepts.
struct Case {
    sender: &'static str,
    scheme: Endpoint,
    secret: Secret,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let case = |sender| {
        let scheme = SchemeSource::sender(sender).resolve().unwrap_or_else(|error| panic!("{sender}: {error}"));
        let secret = stored_keys(&scheme).next().unwrap_or_else(|| panic!("no key is one of {sender}"));
        Case { sender, scheme, secret }
    };
    hookline_senders::slugs().map(case).collect()
});

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let name = lines.next().unwrap_or_default();
    // Other text than a name selects a sender, too, so that a modified name is no wasted input.
    let number = name.iter().fold(0_usize, |number, byte| number.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let named = CASES.iter().find(|case| case.sender.as_bytes() == name);
    let case = named.unwrap_or_else(|| &CASES[number % CASES.len()]);
    let request = TestRequest::parse(lines.next().unwrap_or_default());
    let secrets = std::slice::from_ref(&case.secret);
    let verdict = case.scheme.verify(request.as_request(), secrets, NOW);
    assert!(verdict.is_err(), "{} accepted a request without a valid signature", case.sender);
    if let Some(handshake) = case.scheme.handshake(request.as_request()) {
        let _ = case.scheme.respond(handshake, request.as_request(), secrets);
    }
});
