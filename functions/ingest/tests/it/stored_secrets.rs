//! The forms in which operators store secrets.

use hookline_aws::Stage;
use hookline_telemetry::{Level, Settings, capture};
use serde_json::json;

use crate::fixture::{Function, github_request, secret_for};
use crate::signed_request::{accepted_status, sign_request};

const KEY: &str = "not-a-real-key";

#[tokio::test]
async fn secret_of_the_console_or_with_a_line_end_is_used() {
    for stored in [
        "not-a-real-key",
        "not-a-real-key\n",
        "not-a-real-key\r\n",
        r#"{"secret":"not-a-real-key"}"#,
        r#"{"":"not-a-real-key"}"#,
        "{\n  \"webhook\": \"not-a-real-key\"\n}\n",
        "{\r\n  \"webhook\": \"not-a-real-key\"\r\n}\r\n",
        r#"{"SecretString":"not-a-real-key"}"#,
        r#"{"secret":"not-a-real-key\r\n"}"#,
        r#""not-a-real-key""#,
        "\"not-a-real-key\"\r\n",
        "'not-a-real-key'",
        "\u{feff}not-a-real-key",
        "\u{feff}{\"secret\":\"not-a-real-key\"}\r\n",
    ] {
        let function = Function::new();
        function.secrets.set("github", Stage::Current, stored);
        assert_eq!(function.status(github_request("push", KEY, b"{}")).await, 202, "{stored:?}");
        assert_eq!(
            function.status(github_request("push", stored, b"{ }")).await,
            if stored == KEY { 202 } else { 401 }
        );
    }
}

#[tokio::test]
async fn every_scheme_ignores_the_line_end_of_a_stored_secret() {
    for source in crate::fixture::SOURCES.into_iter().filter(|source| !matches!(*source, "linear" | "xml")) {
        let function = Function::new();
        let key = secret_for(source);
        for stored in [format!("{key}\n"), format!("{key}\r\n"), json!({ "key": key }).to_string()] {
            function.secrets.set(source, Stage::Current, &stored);
            assert_eq!(
                function.status(sign_request(source, b"{\"a\":1}").event()).await,
                accepted_status(source),
                "{source}: {stored:?}"
            );
        }
    }
}

/// The sender cannot correct the secret, so it must send the request again, and the operator must see the reason.
#[tokio::test]
async fn secret_that_cannot_be_used_returns_503_with_its_own_reason() {
    for (stored, problem) in [
        ("1234567", "too short"),
        ("1234567\n", "too short"),
        (r#"{"secret":"1234567"}"#, "too short"),
        (r#"{"user":"not-a-real-key","password":"not-a-real-key"}"#, "JSON object"),
        ("{}", "JSON object"),
        (r#"{"secret":12345678}"#, "JSON object"),
        (r#"{"secret":null}"#, "JSON object"),
        (r#"{"secret":{"value":"not-a-real-key"}}"#, "JSON object"),
        (r#"["not-a-real-key"]"#, "JSON object"),
        ("\"1234567\"", "too short"),
    ] {
        let log = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "ingest" });
        let function = Function::new();
        function.secrets.set("github", Stage::Current, stored);
        let (status, headers, _) = function.call(github_request("push", stored, b"{}")).await;
        assert_eq!((status, headers["retry-after"].is_string()), (503, true), "{stored}");
        let line = log.lines().pop().unwrap();
        assert_eq!((&line["outcome"], &line["reason"]), (&json!("failed"), &json!("secret_unusable")), "{stored}");
        let detail = line["detail"].as_str().unwrap();
        assert!(detail.contains(problem) && !detail.contains("1234567"), "{detail}");
        assert_eq!(line["ServerErrors"], 1.0);
    }
}

/// A header cannot contain these bytes, so no request could be authentic.
#[tokio::test]
async fn token_that_is_not_text_returns_503() {
    let function = Function::new();
    function.secrets.set_bytes("gitlab", Stage::Current, b"\xff\x00\x01\x02\x03\x04\x05\x06");
    assert_eq!(function.status(sign_request("gitlab", b"{}").event()).await, 503);
}

/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py>
#[tokio::test]
async fn standard_webhooks_secret_needs_no_prefix() {
    for stored in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        let function = Function::new();
        function.secrets.set("standard", Stage::Current, stored);
        assert_eq!(function.status(sign_request("standard", b"{}").event()).await, 202, "{stored}");
    }
}
