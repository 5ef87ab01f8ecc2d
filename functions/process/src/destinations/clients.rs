use std::sync::OnceLock;
use std::time::Duration;

use hookline_aws::{SdkConfig, SecretCache, SecretCacheSettings, SecretsManager, Timeouts, TrustStore};

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
    eventbridge: OnceLock<aws_sdk_eventbridge::Client>,
}

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
        Ok(Self { egress, secrets, single_attempt, ses: OnceLock::new(), eventbridge: OnceLock::new() })
    }

    pub(super) fn ses(&self) -> &aws_sdk_ses::Client {
        self.ses.get_or_init(|| aws_sdk_ses::Client::new(&self.single_attempt))
    }

    pub(crate) fn eventbridge(&self) -> &aws_sdk_eventbridge::Client {
        self.eventbridge.get_or_init(|| aws_sdk_eventbridge::Client::new(&self.single_attempt))
    }
}
