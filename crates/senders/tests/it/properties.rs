use hookline_signature::Trust;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::fixture::{Case, NOW, TestRequest, all_cases};

/// RSA and ECDSA are slow in a development build, so a property is tried with few inputs. Each input runs through all senders.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 24, ..ProptestConfig::default() }
}

/// Whether a changed value is another spelling of the same one: the name of an authentication scheme such as `Bearer`, or hex
/// digits of a sender that does not document their case.
fn is_same_value(case: &Case, old: &str, new: &str) -> bool {
    let signature = &case.description.signature;
    let prefix = signature.prefix.as_deref().filter(|prefix| prefix.ends_with(' ')).map_or(0, str::len);
    let is_any_case = signature.encoding == Some(hookline_signature::Encoding::HexAny);
    // What is before the signature, such as a key's name, is not signed.
    let after = |text: &str| {
        signature.after.as_ref().and_then(|after| text.rsplit_once(after.as_str()).map(|(_, rest)| rest.to_owned()))
    };
    let is_same_signature = after(new).is_some() && after(old) == after(new);
    is_same_signature || old.eq_ignore_ascii_case(new) && (is_any_case || old.get(prefix..) == new.get(prefix..))
}

fn with_flipped_bit(text: &[u8], at: &Index, bit: u8) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << bit;
    bytes
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn signed_request_is_accepted(bytes in prop::collection::vec(any::<u8>(), 1..512)) {
        for case in all_cases() {
            let verdict = case.verify(&case.sign(&bytes));
            prop_assert!(verdict.is_ok(), "{}: {verdict:?} {:?}", case.name, case.sign(&bytes));
        }
    }

    #[test]
    fn rejects_body_with_one_flipped_bit(bytes in prop::collection::vec(any::<u8>(), 1..64), at in any::<Index>(), bit in 0..8u8) {
        for case in all_cases().into_iter().filter(|case| case.scheme.trust() == Trust::Body) {
            let sent = case.sign(&bytes);
            let changed = TestRequest { body: with_flipped_bit(&sent.body, &at, bit), ..sent };
            prop_assert!(case.verify(&changed).is_err(), "{}: {changed:?}", case.name);
        }
    }

    /// Covers signature, id and timestamp: every header and query parameter that the sender adds.
    #[test]
    fn rejects_header_or_query_with_one_flipped_bit(which in any::<Index>(), at in any::<Index>(), bit in 0..7u8) {
        for case in all_cases() {
            let mut sent = case.sign(b"{\"a\":1}");
            sent.headers.retain(|(name, _)| name != "Content-Type");
            let form = case.sign(b"{\"a\":1}").headers.into_iter().find(|(name, _)| name == "Content-Type");
            let mut changed = sent.clone();
            let mut values: Vec<_> = changed.headers.iter_mut().chain(&mut changed.query).map(|(_, value)| value).collect();
            values.retain(|value| !value.is_empty());
            if values.is_empty() {
                continue;
            }
            let which = which.index(values.len());
            let old = values[which].clone();
            *values[which] = String::from_utf8(with_flipped_bit(old.as_bytes(), &at, bit)).unwrap();
            if is_same_value(&case, &old, values[which]) {
                continue;
            }
            changed.headers.extend(form);
            prop_assert!(case.verify(&changed).is_err(), "{}: {changed:?}", case.name);
        }
    }

    #[test]
    fn arbitrary_input_is_rejected_without_a_panic(value in any::<String>(), body in prop::collection::vec(any::<u8>(), 0..64), now in any::<i64>()) {
        for case in all_cases() {
            let signed = case.sign(b"{}");
            for index in 0..signed.headers.len() {
                let mut sent = TestRequest { body: body.clone(), ..signed.clone() };
                sent.headers[index].1.clone_from(&value);
                let _ = case.verify_with(&sent, &case.stored_key, now);
                if case.scheme.trust() == Trust::Body {
                    prop_assert!(case.verify_with(&sent, &case.stored_key, NOW).is_err(), "{}", case.name);
                }
            }
        }
    }
}
