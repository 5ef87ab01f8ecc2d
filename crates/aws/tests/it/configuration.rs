//! Tests of configuration that is an object in S3.

use std::future::{Ready, ready};
use std::time::{Duration, Instant};

use hookline_aws::{ConfigurationError, InvalidConfiguration, MAX_CONFIGURATION_BYTES, Service, Variables};
use hookline_telemetry::{CapturedOutput, Settings, capture};
use lambda_runtime::{Diagnostic, Error};
use serde_json::json;

use crate::{Response, Server, response};

const CONTENT: &str = r#"{"HOOKLINE_SOURCES":{"github":{"sender":"github"}}}"#;

/// The SHA-256 of [`CONTENT`].
const SHA256: &str = "8fabdf90c591943aec1682201fa33ed39bb1478493009c52ca51ebdc5f8e0a7b";

/// The configuration and the handler of a test: a variable of the object, and one of the environment.
type Values = (String, String);

/// A function that has only variables.
type Function = Service<Values, fn(Variables<'_>) -> Result<Values, InvalidConfiguration>, Build>;

type Build = fn(Values, Instant) -> Ready<Result<Values, Error>>;

fn read(mut variables: Variables<'_>) -> Result<Values, InvalidConfiguration> {
    let values = variables.required("HOOKLINE_SOURCES").zip(variables.required("HOOKLINE_PREFIX"));
    variables.finish(values)
}

fn build(values: Values, _: Instant) -> Ready<Result<Values, Error>> {
    ready(if values.0 == r#""unusable""# { Err("unusable".into()) } else { Ok(values) })
}

/// Starts a function with a server for S3, which has these responses.
async fn start(sha256: &str, responses: impl IntoIterator<Item = Response>) -> (Result<Function, Error>, Server) {
    let server = Server::default();
    server.responses.lock().unwrap().extend(responses);
    let endpoint = server.start().await;
    let object = json!({ "bucket": "artifacts", "key": "functions/f/configuration.json", "version": "v1",
        "sha256": sha256 });
    let lookup = move |name: &str| match name {
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("key".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
        "HOOKLINE_PREFIX" => Some("hookline-test".to_owned()),
        "HOOKLINE_CONFIGURATION" => Some(object.to_string()),
        _ => None,
    };
    (Service::start_with(Box::new(lookup), "ingest", read as fn(Variables<'_>) -> _, build as Build).await, server)
}

/// A function that has started without its handler.
async fn failed(sha256: &str, first: Response) -> (Function, Server, CapturedOutput) {
    let log = capture(Settings::default());
    let (function, server) = start(sha256, [first]).await;
    (function.unwrap(), server, log)
}

fn reason(result: Result<&Values, ConfigurationError>) -> &'static str {
    result.unwrap_err().reason()
}

/// The response for an object that only a caller with the permission to list gets.
const MISSING: &str = "<Error><Code>NoSuchVersion</Code><Message>no such version</Message></Error>";
const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";

#[tokio::test]
async fn variables_of_the_object_are_part_of_the_environment() {
    let log = capture(Settings::default());
    let (function, server) = start(SHA256, [response(200, CONTENT)]).await;
    let function = function.unwrap();
    let expected = (r#"{"github":{"sender":"github"}}"#.to_owned(), "hookline-test".to_owned());
    for _ in 0..3 {
        assert_eq!(function.handler().await.unwrap(), &expected);
    }
    assert_eq!(server.request_count(), 1, "the object is read once");
    assert_eq!(server.received_uris(), ["/artifacts/functions/f/configuration.json?x-id=GetObject&versionId=v1"]);
    assert_eq!(log.text(), "");
}

#[tokio::test]
async fn complete_environment_needs_no_object() {
    let lookup = |name: &str| name.starts_with("HOOKLINE_").then(|| name.to_owned());
    let lookup = move |name: &str| lookup(name).filter(|name| name != "HOOKLINE_CONFIGURATION");
    let function: Function =
        Service::start_with(Box::new(lookup), "ingest", read as fn(Variables<'_>) -> _, build as Build).await.unwrap();
    assert_eq!(function.handler().await.unwrap().0, "HOOKLINE_SOURCES");
}

/// Each failure rejects invocations, and the function reads the object again.
#[tokio::test(start_paused = true)]
async fn object_that_is_not_usable_rejects_invocations_until_it_is() {
    let big = "x".repeat(MAX_CONFIGURATION_BYTES + 1).leak();
    for (first, expected) in [
        (response(404, MISSING), "configuration_missing"),
        (response(403, DENIED), "configuration_unreadable"),
        (response(200, "{}"), "configuration_altered"),
        (response(200, big), "configuration_altered"),
    ] {
        let (function, server, log) = failed(SHA256, first).await;
        let lines = log.lines();
        let line = |name: &str| lines[0][name].as_str().unwrap_or_default().to_owned();
        assert_eq!((lines.len(), line("level")), (1, "ERROR".to_owned()), "{lines:?}");
        assert_eq!((line("outcome").as_str(), line("reason").as_str()), ("configuration_unavailable", expected));
        assert!(line("detail").contains("s3://artifacts/functions/f/configuration.json?versionId=v1"), "{lines:?}");
        assert!(["apply and release", "restore"].iter().any(|advice| line("detail").contains(advice)), "{lines:?}");

        server.responses.lock().unwrap().push_back(response(200, CONTENT));
        assert_eq!(reason(function.handler().await), expected, "the object is not read for each invocation");
        assert_eq!(server.request_count(), 1);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(function.handler().await.unwrap().1, "hookline-test", "{expected}");
        assert_eq!((server.request_count(), log.lines().len()), (2, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn each_failed_attempt_is_logged_once() {
    let (function, server, log) = failed(SHA256, response(403, DENIED)).await;
    server.responses.lock().unwrap().push_back(response(404, MISSING));
    tokio::time::advance(Duration::from_secs(5)).await;
    for _ in 0..3 {
        assert_eq!(reason(function.handler().await), "configuration_missing");
    }
    let reasons: Vec<_> = log.lines().iter().map(|line| line["reason"].as_str().unwrap().to_owned()).collect();
    assert_eq!(reasons, ["configuration_unreadable", "configuration_missing"]);
}

#[tokio::test]
async fn response_that_does_not_end_is_unreadable() {
    let (function, _server) = start(SHA256, [response(0, ""), response(0, "")]).await;
    let function = function.unwrap();
    assert_eq!(reason(function.handler().await), "configuration_unreadable");
}

/// The hash is right, so Terraform wrote it, and another attempt would read the same.
#[tokio::test]
async fn invalid_content_ends_the_initialization() {
    let empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let error = start(empty, [response(200, "{}")]).await.0.err().unwrap().to_string();
    assert_eq!(error, "the configuration has 1 error(s); HOOKLINE_SOURCES: is missing");

    let unusable = "87f66f44972855ce07941705f4f6f7092bd966ab35583669a3b1e3be6eb06ea3";
    let content = r#"{"HOOKLINE_SOURCES":"unusable"}"#;
    assert_eq!(start(unusable, [response(200, content)]).await.0.err().unwrap().to_string(), "unusable");

    let list = "080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22";
    let (function, _server, log) = failed(list, response(200, "[1]")).await;
    assert_eq!(reason(function.handler().await), "configuration_invalid");
    assert!(log.text().contains("is not an object in JSON"));
}

#[tokio::test]
async fn malformed_variable_ends_the_initialization() {
    let lookup = |name: &str| match name {
        "HOOKLINE_CONFIGURATION" => Some(r#"{"bucket":"b","key":"k","version":"v"}"#.to_owned()),
        name => name.starts_with("AWS_").then(|| "true".to_owned()),
    };
    let lookup = move |name: &str| lookup(name).filter(|_| !name.contains("CA_BUNDLE") && !name.contains("RUNTIME"));
    let function: Result<Function, Error> =
        Service::start_with(Box::new(lookup), "ingest", read as fn(Variables<'_>) -> _, build as Build).await;
    let error = function.err().unwrap().to_string();
    assert!(error.contains("HOOKLINE_CONFIGURATION: missing field `sha256`"), "{error}");
}

/// Lambda counts the error of an invocation, which has an alarm.
#[tokio::test]
async fn error_of_an_invocation_has_a_type_and_a_message() {
    let (function, _server, _log) = failed(SHA256, response(403, DENIED)).await;
    let diagnostic = Diagnostic::from(function.handler().await.unwrap_err());
    assert_eq!(diagnostic.error_type, "ConfigurationUnavailable");
    assert!(diagnostic.error_message.contains("AccessDenied"), "{}", diagnostic.error_message);
}
