use std::sync::OnceLock;
use std::time::Duration;

use hookline_aws::{SdkConfig, SecretCache, SecretsManager, Timeouts};

use crate::config::Config;
use crate::egress::{Egress, EgressError};

/// For calls with an effect: one without a response may have had it, so it is made once, and the destination's own timeout
/// bounds it.
const ONCE: Timeouts = Timeouts { attempt: Duration::from_secs(900), call: Duration::from_secs(900), attempts: 1 };

/// What destinations call with. Clients of AWS services are made when a destination of their kind is first delivered to.
pub struct Clients {
    /// For requests to the internet.
    pub(super) egress: Egress,
    /// The secrets of destinations, by the destination's name.
    pub(super) secrets: SecretCache<SecretsManager>,
    once: SdkConfig,
    ses: OnceLock<aws_sdk_ses::Client>,
    eventbridge: OnceLock<aws_sdk_eventbridge::Client>,
}

impl Clients {
    /// Opens no connection yet.
    ///
    /// # Errors
    ///
    /// [`EgressError`]: the HTTP client cannot be made.
    pub fn new(config: &Config, sdk: &SdkConfig) -> Result<Self, EgressError> {
        let secrets = SecretCache::new(SecretsManager::new(sdk), config.secrets.clone());
        let egress = Egress::new(config.delivery.guard.clone(), config.aws.trust_store.for_destinations())?;
        Ok(Self { egress, secrets, once: ONCE.apply(sdk), ses: OnceLock::new(), eventbridge: OnceLock::new() })
    }

    pub(super) fn ses(&self) -> &aws_sdk_ses::Client {
        self.ses.get_or_init(|| aws_sdk_ses::Client::new(&self.once))
    }

    pub(super) fn eventbridge(&self) -> &aws_sdk_eventbridge::Client {
        self.eventbridge.get_or_init(|| aws_sdk_eventbridge::Client::new(&self.once))
    }
}
