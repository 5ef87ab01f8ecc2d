//! The documentation and Terraform have the values of this crate.

use hookline_signature::SchemeConfig;

use crate::fixture::{Case, NOW, TestRequest, all_cases, case};

/// The default tolerance of a scheme in the form of the documentation.
fn accepted_age(scheme: &str) -> String {
    match SchemeConfig::TOLERANCES.into_iter().find(|(name, _)| *name == scheme) {
        Some((_, seconds)) if seconds >= 1000 => format!("{},{:03} s", seconds / 1000, seconds % 1000),
        Some((_, seconds)) => format!("{seconds} s"),
        None => "any".to_owned(),
    }
}

/// What the scheme signs: a request in which it was changed is rejected.
fn signed_parts(case: &Case) -> String {
    let sent = case.sign(&case.body(b"{}"));
    let is_rejected = |changed: &TestRequest| *changed != sent && case.verify(changed).is_err();
    let replaced = |old: &str, new: &str| {
        let headers = sent.headers.iter().map(|(name, value)| (name.clone(), value.replace(old, new)));
        TestRequest { headers: headers.collect(), ..sent.clone() }
    };
    let parts = [
        ("URL", case.verify_at("https://hooks.example.com/webhooks/y", &sent).is_err()),
        ("id", is_rejected(&replaced("msg_1", "msg_2"))),
        ("time", is_rejected(&replaced(&NOW.to_string(), &(NOW + 1).to_string()))),
        ("body", is_rejected(&TestRequest { body: [&sent.body[..], b" "].concat(), ..sent.clone() })),
    ];
    let signed: Vec<_> = parts.into_iter().filter(|(_, is_signed)| *is_signed).map(|(part, _)| part).collect();
    if signed.is_empty() { "nothing".to_owned() } else { signed.join(", ") }
}

/// What makes two requests one event by default: the beginning of the cell.
fn deduplicated_by(case: &Case) -> &'static str {
    let (body, member) = match case.name {
        "pagerduty" => ("{\"event\":{\"id\":\"1\"}}", "`event.id`"),
        "slack" => ("{\"event_id\":\"1\"}", "`event_id`"),
        "stripe" => ("{\"id\":\"1\"}", "`id`"),
        "hmac with all options" => ("{}", "the id"),
        _ => ("{}", "`webhook-id`"),
    };
    let sent = case.sign(&case.body(body.as_bytes()));
    match (case.verify(&sent).unwrap().signed_id, case.scheme.signs_body()) {
        (Some(_), _) => member,
        (None, true) => "body",
        (None, false) => "`Idempotency-Key`",
    }
}

#[test]
fn table_of_retries_has_the_values_of_every_scheme() {
    let documentation = include_str!("../../../../docs/sources.md");
    let table = documentation.split("| scheme | signed | deduplicated by |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let rows: Vec<Vec<_>> = table.lines().skip(2).map(|row| row.split('|').map(str::trim).collect()).collect();
    let cell = |name: &str, column: usize| {
        rows.iter().find(|row| row[1] == name).unwrap_or_else(|| panic!("there is no row for {name}"))[column]
            .to_owned()
    };
    for case in all_cases() {
        let scheme = case.name.split(' ').next().unwrap();
        let (row, age) = match case.name {
            "gitlab token" => ("`gitlab` (token)".to_owned(), "any".to_owned()),
            "gitlab signature" => ("`gitlab` (signature)".to_owned(), accepted_age(scheme)),
            _ => (format!("`{scheme}`"), accepted_age(scheme)),
        };
        // The options of `hmac` determine the parts, so its row has the smallest and the largest number of them.
        let (signed, evidence) = match case.name {
            "hmac" => (format!("{}; id and time, if `template` contains them", signed_parts(&case)), "the id, if"),
            "hmac with all options" => {
                assert_eq!(signed_parts(&case), "id, time, body");
                ("body; id and time, if `template` contains them".to_owned(), deduplicated_by(&case))
            }
            _ => (signed_parts(&case), deduplicated_by(&case)),
        };
        assert_eq!(cell(&row, 2), signed, "{row}");
        assert_eq!(case.scheme.signs_body(), signed.contains("body"), "{row}");
        assert!(cell(&row, 3).starts_with(evidence), "{row} is deduplicated by {}, not {evidence}", cell(&row, 3));
        assert!(cell(&row, 4).starts_with(&age), "{row} accepts {}, not {age}", cell(&row, 4));
        assert!(rows.iter().all(|row| row.len() == 8 && row[5..7].iter().all(|cell| !cell.is_empty())));
    }
    assert_eq!(deduplicated_by(&case("hmac")), "body");
    assert!(cell("`hmac`", 3).ends_with("otherwise body"));
    assert_eq!(rows.len(), SchemeConfig::OPTIONS.len() + 1, "gitlab has two rows");
    assert!(documentation.contains("1,296,000 s") && SchemeConfig::MAX_TOLERANCE == 1_296_000);
}

#[test]
fn terraform_has_the_default_and_the_maximum_of_the_tolerance() {
    let terraform = include_str!("../../../../terraform/modules/hookline/schemes.tf");
    let value = |name: &str| {
        let line = terraform.lines().find(|line| line.split('=').next().is_some_and(|left| left.trim() == name));
        line.and_then(|line| line.split_once('=')).map(|(_, value)| value.trim().to_owned()).unwrap()
    };
    let defaults = SchemeConfig::TOLERANCES.map(|(scheme, seconds)| format!("{scheme} = {seconds}"));
    assert_eq!(value("tolerance_seconds"), format!("{{ {} }}", defaults.join(", ")));
    assert_eq!(value("max_tolerance_seconds"), SchemeConfig::MAX_TOLERANCE.to_string());
}
