use hookline_aws::Variables;
use ingest::Config;

use crate::fixture::environment;

#[track_caller]
fn faults(name: &str, replaced: Option<&str>) -> String {
    let lookup = environment(name, replaced);
    Config::read(Variables::new(&lookup)).err().map(|faults| faults.to_string()).unwrap_or_default()
}

#[test]
fn each_missing_variable_is_named() {
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
        assert!(faults(name, None).contains(name), "{name}");
    }
}

#[test]
fn all_faults_of_all_sources_are_reported_at_once() {
    let sources = r#"{
        "a": { "scheme": "gitbub" },
        "b": { "scheme": "hmac" },
        "c": { "scheme": "github", "prefix": "x" },
        "d": { "scheme": "github", "content_types": ["json"] },
        "e": { "scheme": "github", "contenttypes": ["application/json"] }
    }"#;
    insta::assert_snapshot!(faults("HOOKLINE_SOURCES", Some(sources)).replace("; ", "\n"));
}
