use proptest::prelude::*;
use proptest::sample::Index;

use crate::fixture::{Sent, all};

proptest! {
    #[test]
    fn what_was_signed_verifies(bytes in prop::collection::vec(any::<u8>(), 1..2048)) {
        for it in all() {
            let verdict = it.verify(&it.sign(&it.body(&bytes)));
            prop_assert!(verdict.is_ok(), "{}: {verdict:?}", it.name);
        }
    }

    #[test]
    fn one_changed_bit_of_the_body_fails(bytes in prop::collection::vec(any::<u8>(), 1..256), at in any::<Index>(), bit in 0..8u8) {
        // A secret token is no signature: it says nothing of the body.
        for it in all().into_iter().filter(|it| it.name != "gitlab token") {
            let mut sent = it.sign(&it.body(&bytes));
            let at = at.index(sent.body.len());
            sent.body[at] ^= 1 << bit;
            prop_assert!(it.verify(&sent).is_err(), "{}", it.name);
        }
    }

    /// Signature, id and time: everything that a scheme sends.
    #[test]
    fn one_changed_bit_of_a_header_or_the_query_fails(which in any::<Index>(), at in any::<Index>(), bit in 0..7u8) {
        for it in all() {
            let sent = it.sign(&it.body(b"{\"a\":1}"));
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
            let changed = Sent { headers, query, body: sent.body };
            prop_assert!(it.verify(&changed).is_err(), "{}: {changed:?}", it.name);
        }
    }

    #[test]
    fn nothing_that_is_sent_makes_it_panic(value in any::<String>(), body in prop::collection::vec(any::<u8>(), 0..64), now in any::<i64>()) {
        for it in all() {
            let signed = it.sign(&it.body(b"{}"));
            for (name, _) in &signed.headers {
                let sent = Sent { body: body.clone(), ..signed.clone().with(name, &value) };
                prop_assert!(it.verify_with(&sent, &[it.verifies_with], now).is_err(), "{}", it.name);
            }
        }
    }
}
