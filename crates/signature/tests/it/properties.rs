use proptest::prelude::*;
use proptest::sample::Index;

use crate::fixture::{TestRequest, all_cases};

proptest! {
    #[test]
    fn signed_request_is_accepted(bytes in prop::collection::vec(any::<u8>(), 1..2048)) {
        for case in all_cases() {
            let verdict = case.verify(&case.sign(&case.body(&bytes)));
            prop_assert!(verdict.is_ok(), "{}: {verdict:?}", case.name);
        }
    }

    #[test]
    fn rejects_body_with_one_flipped_bit(bytes in prop::collection::vec(any::<u8>(), 1..256), at in any::<Index>(), bit in 0..8u8) {
        // GitLab's secret token does not authenticate the body.
        for case in all_cases().into_iter().filter(|case| case.name != "gitlab token") {
            let mut sent = case.sign(&case.body(&bytes));
            let at = at.index(sent.body.len());
            sent.body[at] ^= 1 << bit;
            prop_assert!(case.verify(&sent).is_err(), "{}", case.name);
        }
    }

    /// Covers signature, id and timestamp: every header and query parameter of a signed request.
    #[test]
    fn rejects_header_or_query_with_one_flipped_bit(which in any::<Index>(), at in any::<Index>(), bit in 0..7u8) {
        for case in all_cases() {
            let sent = case.sign(&case.body(b"{\"a\":1}"));
            let flip = |text: &str| {
                let mut bytes = text.as_bytes().to_vec();
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
                String::from_utf8(bytes).unwrap()
            };
            let (mut headers, mut query) = (sent.headers.clone(), sent.query.clone());
            let which = which.index(headers.len() + query.len());
            let value = if which < headers.len() { &mut headers[which].1 } else { &mut query[which - sent.headers.len()].1 };
            *value = flip(value);
            let modified = TestRequest { headers, query, body: sent.body };
            prop_assert!(case.verify(&modified).is_err(), "{}: {modified:?}", case.name);
        }
    }

    #[test]
    fn arbitrary_input_is_rejected_without_a_panic(value in any::<String>(), body in prop::collection::vec(any::<u8>(), 0..64), now in any::<i64>()) {
        for case in all_cases() {
            let signed = case.sign(&case.body(b"{}"));
            for (name, _) in &signed.headers {
                let sent = TestRequest { body: body.clone(), ..signed.clone().with_header(name, &value) };
                prop_assert!(case.verify_with(&sent, &[case.verification_secret], now).is_err(), "{}", case.name);
            }
        }
    }
}
