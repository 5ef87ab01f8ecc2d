use hookline_senders::SchemeSource;
use serde_json::Value as Json;

use super::*;
use crate::init::tests::configuration;

fn http(url: &str) -> Destination {
    Destination::Http { url: url.to_owned() }
}

#[test]
fn one_source_and_a_chat() {
    let [main, ignored] = files(&configuration("github", Destination::Slack));
    assert_eq!((main.0, ignored.0), ("main.tf", ".gitignore"));
    insta::assert_snapshot!(main.1);
    insta::assert_snapshot!("ignored", ignored.1);
}

#[test]
fn signed_url_and_a_domain() {
    let domain = Domain {
        name: "hooks.example.com".to_owned(),
        certificate_arn: "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd".to_owned(),
    };
    let packages = Packages::Directory { path: "../hookline/target/lambda".to_owned(), is_built: true };
    let configuration = configuration("twilio", http("http://127.0.0.1:3000/hook"));
    let configuration = Configuration { domain: Some(domain), packages, ..configuration };
    insta::assert_snapshot!(main(&configuration));
}

#[test]
fn email_needs_addresses() {
    let to = vec!["one@example.com".to_owned(), "two@example.com".to_owned()];
    let text = main(&configuration("stripe", Destination::Email { from: "hooks@example.com".to_owned(), to }));
    let row = r#"team = { kind = "email", from = "hooks@example.com", to = ["one@example.com", "two@example.com"] }"#;
    assert!(text.contains(row), "{text}");
    assert!(!text.contains("destination_secret_names"));
}

#[test]
fn values_cannot_become_expressions() {
    let configuration = Configuration {
        module: "../${path.root}\"\n".to_owned(),
        ..configuration("github", http("https://example.com/${var.x}?%{if}\"\\"))
    };
    let text = main(&configuration);
    assert!(text.contains(r#"source = "../$${path.root}\"\n""#), "{text}");
    assert!(text.contains(r#"url = "https://example.com/$${var.x}?%%{if}\"\\" }"#), "{text}");
}

/// The module and ingest need no option but the sender, and reject the ones that a sender does not use. The comments name those
/// that an operator may have to set.
#[test]
fn every_sender_has_a_valid_source() {
    for slug in hookline_senders::slugs() {
        let source = Source::new(slug).unwrap();
        let text = main(&configuration(slug, Destination::Slack));
        let line = text.lines().find(|line| line.starts_with(&format!("    {slug} = {{ sender = "))).expect(slug);
        let name = slug.trim_start_matches(|first: char| first.is_ascii_lowercase());
        let is_name = name.len() < slug.len() && slug.len() <= 63 && slug != "events";
        assert!(is_name && slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{slug}");
        let options = line.split_once(" = ").map(|(_, row)| row.replace("{ sender = ", "{ \"sender\": ")).unwrap();
        let options: Json = serde_json::from_str(&options).expect(line);
        serde_json::from_value::<SchemeSource>(options).unwrap().resolve().unwrap();
        assert!(
            text.contains(&format!("    {slug} = {{ source = \"{slug}\", destinations = [\"team\"] }}\n")),
            "{text}"
        );
        assert!(!source.signs_url || !comments(&source).is_empty(), "{slug}");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{slug}");
    }
}

#[test]
fn comments_name_the_options_of_a_sender() {
    let comment = |slug| comments(&Source::new(slug).unwrap()).join("\n");
    assert!(comment("monday").contains("set the source's audience"), "{}", comment("monday"));
    assert!(comment("twilio").contains("source's option url"));
    assert_eq!(comment("github"), "");
}

/// The root module needs the same versions as the module.
#[test]
fn versions_are_those_of_the_module() {
    let versions = include_str!("../../../../terraform/modules/hookline/versions.tf");
    let text = main(&configuration("github", Destination::Slack));
    let constraints = |text: &str| -> Vec<_> {
        let lines =
            text.lines().map(str::trim).filter(|line| line.starts_with("version") || line.starts_with("required_v"));
        lines.map(|line| line.split_once('=').unwrap().1.trim().to_owned()).collect()
    };
    assert_eq!(constraints(&text), constraints(versions));
}
