use std::collections::BTreeMap;
use std::time::Duration;

use hookline_aws::{AwsSettings, Faults, SecretCacheSettings, Timeouts, Variables};
use hookline_event::DEAD_LETTER_RESERVE_BYTES;
use hookline_signature::{Scheme, SchemeConfig};
use hookline_telemetry::Level;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::accept::Acceptance;

/// How long the secret store may take: with a second look-up, it has to leave time for the queue.
pub const SECRETS_TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(1500), call: Duration::from_secs(3), attempts: 2 };

/// How long the payload bucket may take for the largest body.
pub const BUCKET_TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_secs(3), call: Duration::from_secs(5), attempts: 2 };

/// How long the queue may take.
pub const QUEUE_TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_secs(2), call: Duration::from_secs(5), attempts: 3 };

/// Everything that Terraform passes, checked.
pub struct Config {
    /// The least level that is logged.
    pub log_level: Level,
    /// What every name in AWS begins with.
    pub service: String,
    /// Where Lambda's Runtime API is.
    pub runtime_api: String,
    /// Where AWS is.
    pub aws: AwsSettings,
    /// How secrets are kept.
    pub secrets: SecretCacheSettings,
    /// The bucket for bodies that the queue cannot hold.
    pub payload_bucket: String,
    /// What is accepted and where it goes.
    pub intake: IntakeConfig,
}

/// What is accepted and where it goes.
pub struct IntakeConfig {
    /// The sources by name.
    pub sources: BTreeMap<String, Source>,
    /// The intake queue.
    pub queue_url: String,
    /// The longest message that ingest puts on the queue, in bytes: the queue's limit less what the dead-letter queue
    /// needs for its attributes. The body of a longer one is kept in the bucket.
    pub max_event_bytes: usize,
}

/// One sender.
pub struct Source {
    /// How it signs.
    pub scheme: Scheme,
    /// The content types that it may send.
    pub acceptance: Acceptance,
}

#[derive(Deserialize)]
struct RawSource {
    #[serde(flatten)]
    scheme: SchemeConfig,
    content_types: Option<Vec<String>>,
    /// Whatever else stands there: a misspelt option must not be taken for one that was left out.
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    ///
    /// [`Faults`]: all that is wrong, at once.
    pub fn read(mut variables: Variables<'_>) -> Result<Self, Faults> {
        let log_level = variables.parsed("HOOKLINE_LOG_LEVEL");
        // That it is missing is told with the secrets.
        let service = variables.optional("HOOKLINE_PREFIX").unwrap_or_default();
        let runtime_api = variables.required("AWS_LAMBDA_RUNTIME_API");
        let aws = AwsSettings::read(&mut variables);
        let secrets = SecretCacheSettings::read(&mut variables, "sources");
        let sources = sources(&mut variables);
        let queue_url = variables.required("HOOKLINE_QUEUE_URL");
        let payload_bucket = variables.required("HOOKLINE_PAYLOAD_BUCKET");
        let max_message_bytes = variables.parsed::<usize>("HOOKLINE_MAX_MESSAGE_BYTES");
        let whole = || {
            let max_event_bytes = max_message_bytes?.saturating_sub(DEAD_LETTER_RESERVE_BYTES);
            let intake = IntakeConfig { sources: sources?, queue_url: queue_url?, max_event_bytes };
            let (aws, runtime_api) = (aws?, runtime_api?);
            let (secrets, payload_bucket) = (secrets?, payload_bucket?);
            Some(Self { log_level: log_level?, service, runtime_api, aws, secrets, payload_bucket, intake })
        };
        variables.finish(whole())
    }
}

fn sources(variables: &mut Variables<'_>) -> Option<BTreeMap<String, Source>> {
    const NAME: &str = "HOOKLINE_SOURCES";
    let raw: BTreeMap<String, RawSource> = variables.json(NAME)?;
    let mut sources = BTreeMap::new();
    for (name, source) in raw {
        let named = |problem: &dyn std::fmt::Display| format!("source `{name}`: {problem}");
        for option in source.unknown.keys() {
            variables.fault(NAME, named(&format!("unknown option `{option}`")));
        }
        let scheme = source.scheme.resolve().map_err(|error| named(&error));
        let acceptance = Acceptance::new(source.content_types.as_deref()).map_err(|error| named(&error));
        let (scheme, acceptance) = (variables.keep(NAME, scheme), variables.keep(NAME, acceptance));
        if let (Some(scheme), Some(acceptance)) = (scheme, acceptance) {
            sources.insert(name, Source { scheme, acceptance });
        }
    }
    Some(sources)
}
