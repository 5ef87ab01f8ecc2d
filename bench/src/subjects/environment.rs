use serde_json::json;

use super::subject::{Setup, Subject};
use crate::runner::configuration::CONFIGURATION_VARIABLES;
use crate::runner::fake_services::FakeServices;

/// The default retry policy.
const RETRY: &str = r#"{"base_seconds":10,"max_seconds":10800,"give_up_seconds":86400,"jitter":"half"}"#;

/// The default circuit breaker.
const BREAKER: &str = r#"{"failures":5,"cool_down_seconds":30,"max_cool_down_seconds":300,"event_bus":"default"}"#;

/// The event log of all sources for 14 days.
const EVENT_LOG_SETTINGS: &str = r#"{"table":"bench-events","seconds":1209600}"#;

/// Returns the environment variables that Lambda and Terraform set for a function.
pub(crate) fn environment(services: &FakeServices, subject: &Subject) -> Vec<(String, String)> {
    let trust = if subject.loads_trust_store { &services.trust_store_file } else { &services.certificate_file };
    let trust = trust.to_string_lossy().into_owned();
    let destinations = json!({ "sink": { "kind": "http", "url": services.destination_url, "timeout_ms": 5000 } });
    let variables: [(&str, String); 34] = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-west-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        ("AWS_ENDPOINT_URL", services.aws_endpoint.clone()),
        ("SSL_CERT_FILE", trust.clone()),
        ("NODE_EXTRA_CA_CERTS", trust.clone()),
        ("AWS_CA_BUNDLE", trust),
        ("HOOKLINE_LOG_LEVEL", "info".to_owned()),
        ("HOOKLINE_PREFIX", "hookline-bench".to_owned()),
        ("HOOKLINE_SOURCES", json!({ "github": { "sender": "github" } }).to_string()),
        ("HOOKLINE_QUEUE_URL", format!("{}/123456789012/bench-intake", services.aws_endpoint)),
        ("HOOKLINE_DLQ_URL", format!("{}/123456789012/bench-intake-dlq", services.aws_endpoint)),
        ("HOOKLINE_SECRET_TTL_SECONDS", "300".to_owned()),
        ("HOOKLINE_SECRET_REFRESH_SECONDS", "30".to_owned()),
        // The limit of SQS: a message can contain a body of 250 KiB.
        ("HOOKLINE_MAX_MESSAGE_BYTES", "1048576".to_owned()),
        ("HOOKLINE_PAYLOAD_BUCKET", "bench-payloads".to_owned()),
        ("HOOKLINE_ROUTES", json!({ "github": { "destinations": ["sink"] } }).to_string()),
        ("HOOKLINE_DESTINATIONS", destinations.to_string()),
        ("HOOKLINE_PRIVATE_NETWORKS", "[\"127.0.0.1/32\"]".to_owned()),
        ("HOOKLINE_MAX_RECEIVE_COUNT", "5".to_owned()),
        ("HOOKLINE_RETRY_QUEUE_URL", format!("{}/123456789012/bench-retry", services.aws_endpoint)),
        ("HOOKLINE_RETRY", RETRY.to_owned()),
        ("HOOKLINE_BREAKER", BREAKER.to_owned()),
        ("HOOKLINE_IDEMPOTENCY_MODE", "one_write".to_owned()),
        ("HOOKLINE_IDEMPOTENCY_TABLE", "bench".to_owned()),
        ("HOOKLINE_IDEMPOTENCY_SECONDS", "1296000".to_owned()),
    ];
    let mut variables: Vec<_> = variables.map(|(name, value)| (name.to_owned(), value)).into();
    match subject.setup {
        Setup::Small => {}
        Setup::EventLog => variables.push(("HOOKLINE_EVENT_LOG".to_owned(), EVENT_LOG_SETTINGS.to_owned())),
        Setup::ManySources => {
            variables.retain(|(name, _)| !CONFIGURATION_VARIABLES.contains(&name.as_str()));
            variables.push(("HOOKLINE_CONFIGURATION".to_owned(), services.configuration.reference.clone()));
        }
    }
    variables
}
