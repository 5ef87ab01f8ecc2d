use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_sdk_sqs::config::Region;
use hookline_aws::{SdkConfig, SecretCache, SecretCacheSettings, SecretsManager, Timeouts, TrustStore};

use super::arn;
use crate::egress::{Egress, EgressError, SsrfGuard};

/// Timeouts for calls with an effect. A call without a response may have had its effect, so the SDK makes one attempt
/// only. The timeout of the destination limits the duration.
const SINGLE_ATTEMPT: Timeouts =
    Timeouts { attempt: Duration::from_secs(900), call: Duration::from_secs(900), attempts: 1 };

/// The configuration of the clients.
#[derive(Debug)]
pub struct ClientConfig {
    pub(crate) guard: SsrfGuard,
    pub(crate) secrets: SecretCacheSettings,
    pub(crate) trust_store: TrustStore,
}

/// The clients for outgoing calls of all destinations. The client of an AWS service is created for the first delivery
/// that needs it.
pub struct Clients {
    /// The HTTP client for requests to the internet.
    pub(super) egress: Egress,
    /// The secrets of destinations, by the destination's name.
    pub(super) secrets: SecretCache<SecretsManager>,
    single_attempt: SdkConfig,
    ses: OnceLock<aws_sdk_ses::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    eventbridge: Regional<aws_sdk_eventbridge::Client>,
    firehose: Regional<aws_sdk_firehose::Client>,
    lambda: Regional<aws_sdk_lambda::Client>,
    sns: Regional<aws_sdk_sns::Client>,
    sqs: Regional<aws_sdk_sqs::Client>,
    stepfunctions: Regional<aws_sdk_sfn::Client>,
}

/// The clients of a service, one for each region. The region is the one in the ARN of the receiver.
struct Regional<C>(Mutex<BTreeMap<String, C>>);

impl Clients {
    /// Creates the clients without opening a connection.
    ///
    /// # Errors
    ///
    /// [`EgressError`]: the HTTP client cannot be created.
    pub fn new(config: ClientConfig, sdk: &SdkConfig) -> Result<Self, EgressError> {
        let secrets = SecretCache::new(SecretsManager::new(sdk), config.secrets);
        let egress = Egress::new(config.guard, config.trust_store.for_destinations())?;
        let single_attempt = SINGLE_ATTEMPT.apply(sdk);
        Ok(Self {
            egress,
            secrets,
            single_attempt,
            ses: OnceLock::new(),
            s3: OnceLock::new(),
            eventbridge: Regional::default(),
            firehose: Regional::default(),
            lambda: Regional::default(),
            sns: Regional::default(),
            sqs: Regional::default(),
            stepfunctions: Regional::default(),
        })
    }

    /// The SDK's configuration for calls with an effect.
    pub(super) fn sdk(&self) -> &SdkConfig {
        &self.single_attempt
    }

    pub(super) fn ses(&self) -> &aws_sdk_ses::Client {
        self.ses.get_or_init(|| aws_sdk_ses::Client::new(&self.single_attempt))
    }

    /// Returns the client for a bus: in the region of its ARN, or in the region of the function for a name. EventBridge
    /// accepts no event for a bus in another region than the one that is called.
    pub(crate) fn eventbridge(&self, bus: &str) -> aws_sdk_eventbridge::Client {
        let own = self.single_attempt.region().map_or("", Region::as_ref);
        let region = arn::region(bus).unwrap_or(own);
        self.eventbridge.get(&self.single_attempt, region, aws_sdk_eventbridge::Client::new)
    }

    /// Returns the client for buckets in the region of the function. Their ARNs have no region.
    pub(super) fn s3(&self) -> &aws_sdk_s3::Client {
        // An emulator serves all buckets from one host.
        let is_emulated = self.single_attempt.endpoint_url().is_some();
        let config = || aws_sdk_s3::config::Builder::from(&self.single_attempt).force_path_style(is_emulated).build();
        self.s3.get_or_init(|| aws_sdk_s3::Client::from_conf(config()))
    }

    pub(super) fn firehose(&self, region: &str) -> aws_sdk_firehose::Client {
        self.firehose.get(&self.single_attempt, region, aws_sdk_firehose::Client::new)
    }

    pub(super) fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        self.lambda.get(&self.single_attempt, region, aws_sdk_lambda::Client::new)
    }

    pub(super) fn stepfunctions(&self, region: &str) -> aws_sdk_sfn::Client {
        self.stepfunctions.get(&self.single_attempt, region, aws_sdk_sfn::Client::new)
    }

    pub(super) fn sns(&self, region: &str) -> aws_sdk_sns::Client {
        self.sns.get(&self.single_attempt, region, aws_sdk_sns::Client::new)
    }

    /// Returns the client for SQS in a region, and its endpoint if all services have the same, as in an emulator.
    pub(super) fn sqs(&self, region: &str) -> (aws_sdk_sqs::Client, Option<&str>) {
        let client = self.sqs.get(&self.single_attempt, region, aws_sdk_sqs::Client::new);
        (client, self.single_attempt.endpoint_url())
    }
}

impl<C: Clone> Regional<C> {
    /// Returns the client for a region, and creates it on the first call.
    fn get(&self, config: &SdkConfig, region: &str, create: impl FnOnce(&SdkConfig) -> C) -> C {
        let config = || config.to_builder().region(Region::new(region.to_owned())).build();
        // Each change of the map is a single step.
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.to_owned()).or_insert_with(|| create(&config())).clone()
    }
}

impl<C> Default for Regional<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
