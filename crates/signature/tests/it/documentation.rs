//! The documentation and Terraform have the values of this crate.

use hookline_signature::SchemeConfig;

use crate::fixture::all_cases;

/// The default tolerance of a scheme in the form of the documentation.
fn accepted_age(scheme: &str) -> String {
    match SchemeConfig::TOLERANCES.into_iter().find(|(name, _)| *name == scheme) {
        Some((_, seconds)) if seconds >= 1000 => format!("{},{:03} s", seconds / 1000, seconds % 1000),
        Some((_, seconds)) => format!("{seconds} s"),
        None => "any".to_owned(),
    }
}

#[test]
fn table_of_retries_has_the_values_of_every_scheme() {
    let documentation = include_str!("../../../../docs/sources.md");
    let table = documentation.split("| scheme | body signed |").nth(1).unwrap().split("\n\n").next().unwrap();
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
        assert_eq!(cell(&row, 2), if case.scheme.signs_body() { "yes" } else { "no" }, "{row}");
        assert!(cell(&row, 4).starts_with(&age), "{row} accepts {}, not {age}", cell(&row, 4));
    }
    assert_eq!(rows.len(), SchemeConfig::OPTIONS.len() + 1, "gitlab has two rows");
    assert!(documentation.contains("1,296,000 s") && SchemeConfig::MAX_TOLERANCE == 1_296_000);
}

#[test]
fn terraform_has_the_default_and_the_maximum_of_the_tolerance() {
    let terraform = include_str!("../../../../terraform/modules/hookline/variables_sources.tf");
    let value = |name: &str| {
        let line = terraform.lines().find(|line| line.split('=').next().is_some_and(|left| left.trim() == name));
        line.and_then(|line| line.split_once('=')).map(|(_, value)| value.trim().to_owned()).unwrap()
    };
    let defaults = SchemeConfig::TOLERANCES.map(|(scheme, seconds)| format!("{scheme} = {seconds}"));
    assert_eq!(value("tolerance_seconds"), format!("{{ {} }}", defaults.join(", ")));
    assert_eq!(value("max_tolerance_seconds"), SchemeConfig::MAX_TOLERANCE.to_string());
}
