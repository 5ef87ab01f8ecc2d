//! What every sender's signature has in common.

use serde_json::Value;

use crate::fixture::{Case, NOW, TestRequest, all_cases};

/// The name of a change and the value of the signature after it.
type Change<'a> = (&'static str, &'a dyn Fn(&str) -> Option<String>);

/// Replaces the value of the signature's place. `None` removes it.
fn with_signature(case: &Case, sent: &TestRequest, change: impl Fn(&str) -> Option<String>) -> TestRequest {
    let mut changed = sent.clone();
    let (kind, name) = case.description.signature.r#in[0].split_once(':').unwrap_or(("body", ""));
    let replace = |pairs: &mut Vec<(String, String)>| {
        let at = pairs.iter().position(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap();
        match change(&pairs[at].1) {
            Some(value) => pairs[at].1 = value,
            None => drop(pairs.remove(at)),
        }
    };
    match kind {
        "header" => replace(&mut changed.headers),
        "query" => replace(&mut changed.query),
        "body" => changed.body = change(std::str::from_utf8(&sent.body).unwrap()).unwrap_or_default().into_bytes(),
        "json" => {
            let mut body: Value = serde_json::from_slice(&sent.body).unwrap();
            let item = case.description.each.as_deref().map(|pointer| format!("{pointer}/0")).unwrap_or_default();
            let place = body.pointer_mut(&format!("{item}{name}")).unwrap();
            *place = change(place.as_str().map_or_else(|| place.to_string(), str::to_owned).as_str()).into();
            changed.body = body.to_string().into_bytes();
        }
        _ => {
            let text = String::from_utf8(sent.body.clone()).unwrap();
            let (_, value) = text.rsplit_once('=').unwrap();
            changed.body = text.replace(value, &change(value).unwrap_or_default()).into_bytes();
        }
    }
    changed
}

#[test]
fn missing_empty_or_truncated_signature_is_rejected() {
    for case in all_cases() {
        let sent = case.sign(b"{\"a\":1}");
        assert!(case.verify(&sent).is_ok(), "{}", case.name);
        let shorter = |text: &str| text.chars().take(text.chars().count() - 1).collect::<String>();
        let changes: [Change<'_>; 6] = [
            ("missing", &|_| None),
            ("empty", &|_| Some(String::new())),
            ("blank", &|_| Some(" ".to_owned())),
            ("truncated", &|text| Some(shorter(text))),
            ("half", &|text| Some(text.chars().take(text.len() / 2).collect())),
            ("longer", &|text| Some(format!("{text}0"))),
        ];
        for (name, change) in changes {
            let changed = with_signature(&case, &sent, change);
            assert!(case.verify(&changed).is_err(), "{}: {name}: {changed:?}", case.name);
        }
    }
}

#[test]
fn duplicated_signature_header_or_parameter_is_rejected() {
    for case in all_cases() {
        let sent = case.sign(b"{\"a\":1}");
        let (_, name) = case.description.signature.r#in[0].split_once(':').unwrap_or_default();
        let duplicate = |pairs: &[(String, String)]| {
            let repeated = pairs.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).cloned();
            [pairs.to_vec(), repeated.map(|(key, value)| (key.to_lowercase(), value)).collect()].concat()
        };
        let headers = TestRequest { headers: duplicate(&sent.headers), ..sent.clone() };
        let query = TestRequest { query: duplicate(&sent.query), ..sent.clone() };
        for changed in [headers, query].into_iter().filter(|changed| *changed != sent) {
            assert!(case.verify(&changed).is_err(), "{}: {changed:?}", case.name);
        }
    }
}

#[test]
fn request_with_the_signature_of_another_key_is_rejected() {
    for case in all_cases() {
        let sent = case.sign(b"{\"a\":1}");
        assert!(case.verify_with(&sent, &case.other_key, NOW).is_err(), "{}", case.name);
    }
}

#[test]
fn signed_time_is_limited() {
    for case in all_cases() {
        let Some(tolerance) = case.scheme.tolerance() else { continue };
        let sent = case.sign(b"{\"a\":1}");
        let verdict = |now| case.verify_with(&sent, &case.stored_key, now).map_err(|error| error.reason());
        assert!(verdict(NOW + i64::from(tolerance)).is_ok() || case.description.jwt.is_some(), "{}", case.name);
        assert!(verdict(NOW + i64::from(tolerance) + 1).is_err(), "{}", case.name);
        assert!(verdict(NOW - 301).is_err(), "{}", case.name);
    }
}
