//! The function's configuration, read from the environment variables that Terraform sets.

use std::collections::BTreeMap;
use std::time::Duration;

use hookline_aws::{AwsSettings, InvalidConfiguration, SecretCacheSettings, Timeouts, Variables};
use hookline_event::DEAD_LETTER_RESERVE_BYTES;
use hookline_senders::{Endpoint, SchemeSource};
use hookline_telemetry::Level;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::content_policy::ContentPolicy;
use crate::deduplicate::Deduplicate;
use crate::forwarded::ForwardHeaders;

/// The time from a request to its response, with the start of an execution environment. Slack waits 3 s and Shopify 5 s
/// (<https://docs.slack.dev/apis/events-api/>,
/// <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>). The rest of the 2.5 s is for API Gateway.
pub const RESPONSE_BUDGET: Duration = Duration::from_millis(2300);

/// Timeouts of calls to Secrets Manager.
pub const SECRETS_TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(600), call: Duration::from_millis(1200), attempts: 2 };

/// Timeouts of calls to the payload bucket, sufficient for the largest body.
pub const BUCKET_TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(1000), call: Duration::from_millis(1900), attempts: 2 };

/// Timeouts of calls to the intake queue.
pub const QUEUE_TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(900), call: Duration::from_millis(1800), attempts: 2 };

/// The validated configuration.
pub struct Config {
    /// The lowest level that is logged.
    pub log_level: Level,
    /// The prefix of all resource names, which is also the `service` dimension of all metrics.
    pub service: String,
    /// Host and port of Lambda's Runtime API.
    pub runtime_api: String,
    /// Region, endpoint and credentials for AWS calls.
    pub aws: AwsSettings,
    /// How secrets are cached.
    pub secrets: SecretCacheSettings,
    /// The bucket for offloaded payloads.
    pub payload_bucket: String,
    /// The sources and the queue.
    pub intake: IntakeConfig,
}

/// The sources and the queue for their events.
pub struct IntakeConfig {
    /// The sources, by name.
    pub sources: BTreeMap<String, Source>,
    /// The URL of the intake queue.
    pub queue_url: String,
    /// The longest message that ingest sends, in bytes: the queue's limit minus the space for the attributes of a
    /// dead-letter message. The body of a longer event is offloaded to the bucket.
    pub max_event_bytes: usize,
    /// Whether messages have the headers in which the sender signs, for listeners.
    pub copies_headers: bool,
}

/// A configured sender.
pub struct Source {
    /// How the sender signs.
    pub scheme: Endpoint,
    /// What the sender may send.
    pub content_policy: ContentPolicy,
    /// What makes two requests one event.
    pub deduplicate: Deduplicate,
    /// The headers of requests that destinations receive.
    pub forward_headers: ForwardHeaders,
}

#[derive(Deserialize)]
struct RawSource {
    #[serde(flatten)]
    scheme: SchemeSource,
    content_types: Option<Vec<String>>,
    validate_json: Option<bool>,
    deduplicate: Option<Deduplicate>,
    #[serde(default)]
    forward_headers: Vec<String>,
    /// All other options. A misspelt option must be an error, not an option that is silently ignored.
    #[serde(flatten)]
    unknown_options: BTreeMap<String, IgnoredAny>,
}

impl Config {
    /// Reads and validates all variables.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`] with all errors at once.
    pub fn read(mut variables: Variables<'_>) -> Result<Self, InvalidConfiguration> {
        let log_level = variables.parsed("HOOKLINE_LOG_LEVEL");
        // `SecretCacheSettings` reports the error if this variable is missing.
        let service = variables.optional("HOOKLINE_PREFIX").unwrap_or_default();
        let runtime_api = variables.required("AWS_LAMBDA_RUNTIME_API");
        let aws = AwsSettings::read(&mut variables);
        let secrets = SecretCacheSettings::read(&mut variables, "sources");
        let sources = read_sources(&mut variables);
        let queue_url = variables.required("HOOKLINE_QUEUE_URL");
        let payload_bucket = variables.required("HOOKLINE_PAYLOAD_BUCKET");
        let max_message_bytes = variables.parsed::<usize>("HOOKLINE_MAX_MESSAGE_BYTES");
        let copies_headers = variables.flag("HOOKLINE_LISTEN");
        let build = || {
            let max_event_bytes = max_message_bytes?.saturating_sub(DEAD_LETTER_RESERVE_BYTES);
            let (sources, queue_url, copies_headers) = (sources?, queue_url?, copies_headers?);
            let intake = IntakeConfig { sources, queue_url, max_event_bytes, copies_headers };
            let (aws, runtime_api) = (aws?, runtime_api?);
            let (secrets, payload_bucket) = (secrets?, payload_bucket?);
            Some(Self { log_level: log_level?, service, runtime_api, aws, secrets, payload_bucket, intake })
        };
        variables.finish(build())
    }
}

fn read_sources(variables: &mut Variables<'_>) -> Option<BTreeMap<String, Source>> {
    const NAME: &str = "HOOKLINE_SOURCES";
    let raw_sources: BTreeMap<String, RawSource> = variables.json(NAME)?;
    let mut sources = BTreeMap::new();
    for (name, source) in raw_sources {
        let with_source_name = |problem: &dyn std::fmt::Display| format!("source `{name}`: {problem}");
        for option in source.unknown_options.keys() {
            variables.mark_invalid(NAME, with_source_name(&format!("unknown option `{option}`")));
        }
        let scheme = source.scheme.resolve().map_err(|error| with_source_name(&error));
        let validates_json = source.validate_json.unwrap_or_default();
        let content_policy = ContentPolicy::new(source.content_types.as_deref(), validates_json);
        let content_policy = content_policy.map_err(|error| with_source_name(&error));
        let deduplicate = source.deduplicate.unwrap_or_default();
        let (scheme, content_policy) = (variables.check(NAME, scheme), variables.check(NAME, content_policy));
        let Some(scheme) = scheme else { continue };
        let deduplicate = deduplicate.check(&scheme).map_err(|error| with_source_name(&error));
        if let (Some(deduplicate), Some(content_policy)) = (variables.check(NAME, deduplicate), content_policy) {
            let forward_headers = ForwardHeaders::new(source.forward_headers, &scheme);
            sources.insert(name, Source { scheme, content_policy, deduplicate, forward_headers });
        }
    }
    Some(sources)
}
