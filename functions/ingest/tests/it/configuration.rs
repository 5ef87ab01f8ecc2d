//! Errors of the function's configuration.

use hookline_aws::Variables;
use ingest::{Config, Deduplicate};

use crate::fixture::environment;

/// The error text of an environment with one variable replaced or removed, or an empty text.
#[track_caller]
fn configuration_errors(name: &str, replacement: Option<&str>) -> String {
    let lookup = environment(name, replacement);
    Config::read(Variables::new(&lookup)).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn reports_each_missing_variable() {
    for name in [
        "HOOKLINE_SOURCES",
        "HOOKLINE_QUEUE_URL",
        "HOOKLINE_PREFIX",
        "HOOKLINE_SECRET_TTL_SECONDS",
        "HOOKLINE_SECRET_REFRESH_SECONDS",
        "HOOKLINE_MAX_MESSAGE_BYTES",
        "HOOKLINE_PAYLOAD_BUCKET",
        "HOOKLINE_LOG_LEVEL",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
    ] {
        assert!(configuration_errors(name, None).contains(name), "{name}");
    }
}

#[test]
fn reports_all_errors_of_all_sources_at_once() {
    let sources = r#"{
        "a": { "sender": "gitbub" },
        "b": { "scheme": { "signature": { "in": [] } } },
        "c": { "sender": "github", "url": "https://a.example" },
        "d": { "sender": "github", "content_types": ["json"] },
        "e": { "sender": "github", "contenttypes": ["application/json"] },
        "f": { "scheme": { "signature": { "in": ["header:X-S"] } }, "deduplicate": "id" },
        "g": { "sender": "linear", "tolerance_seconds": 1296001 },
        "h": { "sender": "paypal" },
        "i": {},
        "j": { "sender": "github", "handshakes": [{ "method": "HEAD" }] }
    }"#;
    insta::assert_snapshot!(configuration_errors("HOOKLINE_SOURCES", Some(sources)).replace("; ", "\n"));
}

#[test]
fn source_has_options_for_deduplication_and_content() {
    let lookup = environment(
        "HOOKLINE_SOURCES",
        Some(
            r#"{
            "auto": { "sender": "github" },
            "body": { "sender": "gitlab", "deduplicate": "body" },
            "id": { "sender": "github", "deduplicate": "id", "validate_json": true },
            "off": { "scheme": { "signature": { "in": ["header:X-S"] } }, "deduplicate": "off" }
        }"#,
        ),
    );
    let sources = Config::read(Variables::new(&lookup)).unwrap().intake.sources;
    let options = [Deduplicate::Auto, Deduplicate::Body, Deduplicate::Id, Deduplicate::Off];
    for (name, expected) in ["auto", "body", "id", "off"].into_iter().zip(options) {
        assert_eq!(sources[name].deduplicate, expected);
    }
    let unknown = r#"{ "a": { "sender": "github", "deduplicate": "never" } }"#;
    assert!(configuration_errors("HOOKLINE_SOURCES", Some(unknown)).contains("never"));
}
