//! The function's configuration, read from the environment variables that Terraform sets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use hookline_aws::{AwsSettings, InvalidConfiguration, SecretCacheSettings, Timeouts, Variables};
use hookline_telemetry::Level;
use serde::Deserialize;
use url::{Host, Url};

use crate::webhook::Webhook;

/// Timeouts of calls to Secrets Manager and DynamoDB. No sender waits for a run, so they are generous.
pub const TIMEOUTS: Timeouts = Timeouts { attempt: Duration::from_secs(3), call: Duration::from_secs(8), attempts: 3 };

/// The API of GitHub.com. GitHub Enterprise Server has it at `https://HOST/api/v3`.
const DEFAULT_API_URL: &str = "https://api.github.com";

/// GitHub redelivers deliveries of the last three days
/// (<https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks>).
const MAX_LOOKBACK_HOURS: u32 = 72;

/// The validated configuration.
#[derive(Debug)]
pub struct Config {
    /// The lowest level that is logged.
    pub log_level: Level,
    /// The prefix of all resource names in AWS.
    pub service: String,
    /// The settings of the AWS SDK.
    pub aws: AwsSettings,
    /// How secrets are named.
    pub secrets: SecretCacheSettings,
    /// The name of the DynamoDB table with the state of each source.
    pub table: String,
    /// The sources that are recovered, by name.
    pub sources: BTreeMap<String, SourceConfig>,
}

/// A source whose missing deliveries are recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceConfig {
    /// The webhook.
    pub webhook: Webhook,
    /// How the function authenticates.
    pub authentication: Authentication,
    /// The events that are recovered; all events if empty.
    pub events: BTreeSet<String>,
    /// How old a delivery may be.
    pub lookback: Duration,
    /// The URL of the API.
    pub api_url: Url,
}

/// How the function authenticates at GitHub's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// With the access token in the source's secret.
    Token,
    /// As the App itself. The source's secret has its private key.
    App {
        /// The App's client ID or ID.
        app_id: String,
    },
    /// As an installation of the App. The source's secret has the App's private key.
    Installation {
        /// The App's client ID or ID.
        app_id: String,
        /// The installation's ID.
        installation_id: u64,
    },
}

/// A source as Terraform writes it: without options that have their default value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    webhook: Webhook,
    app_id: Option<String>,
    installation_id: Option<u64>,
    #[serde(default)]
    events: BTreeSet<String>,
    lookback_hours: Option<u32>,
    api_url: Option<String>,
}

/// The options of a source contradict each other or are out of range.
#[derive(Debug, thiserror::Error)]
enum InvalidSource {
    /// Only the App itself lists the deliveries of its webhook.
    #[error("`webhook = \"app\"` needs `app_id`, and no `installation_id`")]
    AppNeedsId,
    /// The webhook of a repository or an organization is not accessible to the App itself.
    #[error("`app_id` and `installation_id` belong together: an installation reads this webhook's deliveries")]
    IncompleteInstallation,
    /// GitHub does not redeliver older deliveries.
    #[error("`lookback_hours` must be from 1 to {MAX_LOOKBACK_HOURS}, because GitHub redelivers for three days")]
    Lookback,
    /// The URL is none, or sends credentials without encryption.
    #[error(
        "`api_url` must be an https URL without a user, a query and a fragment, such as `https://HOST/api/v3` (http is \
         allowed only for private addresses)"
    )]
    ApiUrl,
}

impl RawSource {
    fn validate(self) -> Result<SourceConfig, InvalidSource> {
        let authentication = match (self.webhook.is_of_app(), self.app_id, self.installation_id) {
            (true, Some(app_id), None) => Authentication::App { app_id },
            (true, ..) => return Err(InvalidSource::AppNeedsId),
            (false, None, None) => Authentication::Token,
            (false, Some(app_id), Some(installation_id)) => Authentication::Installation { app_id, installation_id },
            (false, ..) => return Err(InvalidSource::IncompleteInstallation),
        };
        let lookback_hours = self.lookback_hours.unwrap_or(MAX_LOOKBACK_HOURS);
        if !(1..=MAX_LOOKBACK_HOURS).contains(&lookback_hours) {
            return Err(InvalidSource::Lookback);
        }
        let api_url = api_url(self.api_url.as_deref().unwrap_or(DEFAULT_API_URL)).ok_or(InvalidSource::ApiUrl)?;
        let lookback = Duration::from_secs(u64::from(lookback_hours) * 3600);
        Ok(SourceConfig { webhook: self.webhook, authentication, events: self.events, lookback, api_url })
    }
}

/// Returns the URL of an API if credentials may be sent to it.
fn api_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_private = match url.host()? {
        Host::Ipv4(address) => address.is_loopback() || address.is_private() || is_shared(address),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_complete = url.query().is_none() && url.fragment().is_none();
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_private);
    (is_plain && is_complete && is_secure).then_some(url)
}

/// Whether the address is in 100.64.0.0/10, which networks in AWS use like private addresses
/// (<https://www.rfc-editor.org/rfc/rfc6598>).
fn is_shared(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [100, 64..=127, ..])
}

impl Config {
    /// Reads and validates all variables.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`] with all errors at once.
    pub fn read(mut variables: Variables<'_>) -> Result<Self, InvalidConfiguration> {
        let log_level = variables.parsed("HOOKLINE_LOG_LEVEL");
        // `SecretCacheSettings::read` reports a missing prefix.
        let service = variables.optional("HOOKLINE_PREFIX").unwrap_or_default();
        let runtime_api = variables.required("AWS_LAMBDA_RUNTIME_API");
        let aws = AwsSettings::read(&mut variables);
        let secrets = SecretCacheSettings::read(&mut variables, "recovery");
        let table = variables.required("HOOKLINE_IDEMPOTENCY_TABLE");
        let sources = read_sources(&mut variables);
        let config = || {
            let log_level = log_level.zip(runtime_api)?.0;
            Some(Self { log_level, service, aws: aws?, secrets: secrets?, table: table?, sources: sources? })
        };
        variables.finish(config())
    }
}

fn read_sources(variables: &mut Variables<'_>) -> Option<BTreeMap<String, SourceConfig>> {
    const NAME: &str = "HOOKLINE_RECOVER";
    let raw: BTreeMap<String, RawSource> = variables.json(NAME)?;
    let mut sources = BTreeMap::new();
    for (name, source) in raw {
        let source = source.validate().map_err(|error| format!("source `{name}`: {error}"));
        sources.extend(variables.check(NAME, source).map(|source| (name, source)));
    }
    Some(sources)
}
