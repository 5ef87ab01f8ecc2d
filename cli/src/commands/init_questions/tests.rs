use std::io::Cursor;

use super::*;

const ARN: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd";

fn given() -> Given {
    Given {
        sender: Some("github"),
        destination: Some(Kind::Slack),
        region: Some("eu-west-1".to_owned()),
        name: Some("quick".to_owned()),
        ..Given::default()
    }
}

/// Returns the result for an operator who enters the lines, and what the terminal shows.
fn entered(given: Given, lines: &str) -> (Result<Values>, String) {
    let (mut input, mut output) = (Cursor::new(lines.to_owned()), Vec::new());
    let values = complete(given, Some(Terminal { input: &mut input, output: &mut output }));
    (values, String::from_utf8(output).unwrap())
}

#[track_caller]
fn usage_error(given: Given, expected: &str) {
    let error = complete(given, None).unwrap_err();
    assert!(error.is::<UsageError>());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn complete_options_need_no_terminal_and_no_prompt() {
    let (source, destination, region, environment, domain) = complete(given(), None).unwrap();
    assert_eq!(
        (source.slug, destination, region.as_str(), environment.as_str()),
        ("github", Destination::Slack, "eu-west-1", "quick")
    );
    assert_eq!(domain, None);
    let (values, shown) = entered(given(), "");
    assert!(values.is_ok() && shown.is_empty(), "{shown}");
}

#[test]
fn missing_options_without_a_terminal_are_named() {
    usage_error(Given::default(), "standard input is no terminal: add --sender, --destination, --region, --name");
    let http = Given { destination: Some(Kind::Http), ..given() };
    usage_error(http, "standard input is no terminal: add --url");
    let email = Given { destination: Some(Kind::Email), domain: Some("a.example.com".to_owned()), ..given() };
    usage_error(email, "standard input is no terminal: add --from, --to, --certificate-arn");
}

#[test]
fn options_that_do_not_belong_together_are_named() {
    let url = Some("https://example.com".to_owned());
    usage_error(
        Given { url: url.clone(), ..given() },
        "--url is only for the destination `http`: the URL of a chat is a secret, which `hookline secret set` stores",
    );
    let email = Given { destination: Some(Kind::Email), url, ..given() };
    usage_error(email, "--url is only for the destination `http`");
    let from = Given { from: Some("a@example.com".to_owned()), ..given() };
    usage_error(from, "--from and --to are only for the destination `email`");
    usage_error(Given { certificate_arn: Some(ARN.to_owned()), ..given() }, "--certificate-arn needs --domain");
    let domain = Some("hooks.example.com".to_owned());
    let region = Some("eu-north-1".to_owned());
    usage_error(
        Given { domain, region, certificate_arn: Some(ARN.to_owned()), ..given() },
        "the certificate is in eu-west-1, and must be in eu-north-1",
    );
    let email = Given {
        destination: Some(Kind::Email),
        from: Some("a@example.com".to_owned()),
        to: vec!["b@example.com".to_owned()],
        region: Some("cn-north-1".to_owned()),
        ..given()
    };
    usage_error(email, "the destination `email` cannot be used in cn-north-1, which has no Amazon SES");
}

#[test]
fn terminal_has_a_prompt_for_each_missing_value_until_it_is_valid() {
    let lines = [
        "gihub",
        "paypal",
        "Git Hub",
        "smtp",
        "HTTP",
        "http://example.com",
        " https://example.com/hooks ",
        "europe",
        "eu-west-1",
        "Prod",
        "prod",
        "https://hooks.example.com",
        "hooks.example.com",
        "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd",
        ARN,
    ];
    let (values, shown) = entered(Given::default(), &(lines.join("\n") + "\n"));
    insta::assert_snapshot!(shown);
    let (source, destination, region, environment, domain) = values.unwrap();
    assert_eq!((source.slug, region.as_str(), environment.as_str()), ("github", "eu-west-1", "prod"));
    assert_eq!(destination, Destination::Http { url: "https://example.com/hooks".to_owned() });
    assert_eq!(domain, Some(Domain { name: "hooks.example.com".to_owned(), certificate_arn: ARN.to_owned() }));
}

#[test]
fn empty_domain_and_the_addresses_of_an_email() {
    let (values, shown) = entered(
        Given { region: None, destination: Some(Kind::Email), ..given() },
        "hooks@example.com\nalerts@example.com\neu-west-1\n\n",
    );
    let (_, destination, _, _, domain) = values.unwrap();
    let to = vec!["alerts@example.com".to_owned()];
    assert_eq!(destination, Destination::Email { from: "hooks@example.com".to_owned(), to });
    assert_eq!(domain, None);
    assert!(!shown.contains("certificate"), "{shown}");
}

#[test]
fn end_of_the_input_is_an_error() {
    let (values, _) = entered(Given { sender: None, ..given() }, "");
    assert_eq!(values.unwrap_err().to_string(), "standard input ended, and nothing was written");
}
