use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use hookline_aws::{AwsSettings, InvalidConfiguration, SecretCacheSettings, Timeouts, Variables};
use hookline_event::Event;
use hookline_event_log::EventLogSettings;
use hookline_retry::RetryPolicy;
use hookline_signature::Secret;
use hookline_telemetry::Level;
use ipnet::IpNet;

use crate::destination_state::BreakerConfig;
use crate::destinations::{ClientConfig, Destination, DestinationConfig};
use crate::egress::SsrfGuard;
use crate::idempotency::ClaimMode;
use crate::routing::{RouteConfig, Routes};

/// Timeouts of a call to SQS, DynamoDB or S3. Two such calls must fit into the time that a batch reserves after its
/// deliveries.
pub const TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(1200), call: Duration::from_millis(2400), attempts: 2 };

const EVENT_LOG: &str = "HOOKLINE_EVENT_LOG";

/// The default of [`DeliveryConfig::max_hops`]. A chain of services that forward to each other is shorter; a loop is not.
const DEFAULT_MAX_HOPS: u32 = 8;

/// The validated configuration, which Terraform passes in environment variables.
#[derive(Debug)]
pub struct Config {
    /// The lowest level that is logged.
    pub log_level: Level,
    /// The prefix of all resource names in AWS.
    pub service: String,
    /// The settings of the AWS SDK.
    pub aws: AwsSettings,
    /// The configuration of the clients for outgoing calls.
    pub clients: ClientConfig,
    /// The routes and destinations.
    pub delivery: DeliveryConfig,
    /// The queues, the retry policy and the circuit breakers.
    pub queue: QueueConfig,
    /// The bucket for offloaded payloads.
    pub payload_bucket: String,
    /// The claim store. Without it, deliveries have at-least-once semantics.
    pub idempotency: Option<IdempotencyConfig>,
    /// The event log, if an operator has switched it on.
    pub event_log: Option<EventLogSettings>,
    /// Whether listeners receive copies of events.
    pub listen: bool,
}

/// The routes and destinations.
#[derive(Debug)]
pub struct DeliveryConfig {
    pub(crate) routes: Routes,
    /// The highest hop count of an event that is delivered.
    pub(crate) max_hops: u32,
    pub(crate) destinations: BTreeMap<String, Destination>,
    /// The age at which Hookline gives up, for destinations for which it is shorter than in the retry policy.
    pub(crate) give_up_seconds: BTreeMap<String, u32>,
}

/// The claim store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyConfig {
    /// The name of the DynamoDB table.
    pub table: String,
    /// How long completed claims are stored.
    pub window: Duration,
    /// How many writes a delivery needs.
    pub mode: ClaimMode,
}

/// The queues, the retry policy and the circuit breakers.
#[derive(Debug, Clone)]
pub struct QueueConfig {
    /// The prefix of all resource names in AWS.
    pub service: String,
    /// The URL of the intake queue.
    pub queue_url: String,
    /// The URL of the retry queue.
    pub retry_queue_url: String,
    /// The URL of the dead-letter queue.
    pub dlq_url: String,
    /// The receive count after which SQS itself moves a message to the dead-letter queue, because the function crashed or
    /// timed out at each receive.
    pub max_receive_count: u32,
    /// When the next attempt is made, and when Hookline gives up.
    pub retry: RetryPolicy,
    /// When a circuit breaker opens.
    pub breaker: BreakerConfig,
}

impl DeliveryConfig {
    /// Reads and validates the variables with the routes and the destinations.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`]: all invalid variables.
    pub fn read(mut variables: Variables<'_>) -> Result<Self, InvalidConfiguration> {
        let delivery = delivery(&mut variables).map(|(delivery, _)| delivery);
        variables.finish(delivery)
    }

    /// Whether the event has passed through too many deliveries.
    pub(crate) fn exceeds_max_hops<D>(&self, event: &Event<D>) -> bool {
        event.hops > self.max_hops
    }
}

impl Config {
    /// Reads and validates all variables.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`]: all invalid variables.
    pub fn read(mut variables: Variables<'_>) -> Result<Self, InvalidConfiguration> {
        let log_level = variables.parsed("HOOKLINE_LOG_LEVEL");
        // `SecretCacheSettings::read` reports a missing prefix.
        let service = variables.optional("HOOKLINE_PREFIX").unwrap_or_default();
        let runtime_api = variables.required("AWS_LAMBDA_RUNTIME_API");
        let aws = AwsSettings::read(&mut variables);
        let secrets = SecretCacheSettings::read(&mut variables, "destinations");
        // A destination can need a user name and a password.
        let secrets = secrets.map(|secrets| SecretCacheSettings { from_stored: Secret::from_stored_values, ..secrets });
        let delivery = delivery(&mut variables);
        let queue_url = variables.required("HOOKLINE_QUEUE_URL");
        let dlq_url = variables.required("HOOKLINE_DLQ_URL");
        let max_receive_count = variables.parsed::<NonZeroU32>("HOOKLINE_MAX_RECEIVE_COUNT");
        let payload_bucket = variables.required("HOOKLINE_PAYLOAD_BUCKET");
        let table = variables.optional("HOOKLINE_IDEMPOTENCY_TABLE");
        // Required only with a table.
        let (window, mode) = match &table {
            Some(_) => {
                (variables.parsed("HOOKLINE_IDEMPOTENCY_SECONDS"), variables.parsed("HOOKLINE_IDEMPOTENCY_MODE"))
            }
            None => (Some(0), Some(ClaimMode::TwoWrites)),
        };
        let retry_queue_url = variables.required("HOOKLINE_RETRY_QUEUE_URL");
        let retry = retry(&mut variables);
        let breaker = breaker(&mut variables);
        let event_log = variables.optional(EVENT_LOG).and_then(|_| variables.json(EVENT_LOG));
        let listen = variables.flag("HOOKLINE_LISTEN");
        let config = || {
            let queue = QueueConfig {
                service: service.clone(),
                queue_url: queue_url?,
                retry_queue_url: retry_queue_url?,
                dlq_url: dlq_url?,
                max_receive_count: max_receive_count?.get(),
                retry: retry?,
                breaker: breaker?,
            };
            let (window, mode) = (Duration::from_secs(window?), mode?);
            let idempotency = table.map(|table| IdempotencyConfig { table, window, mode });
            let (aws, secrets, (delivery, guard), payload_bucket) = (aws?, secrets?, delivery?, payload_bucket?);
            let clients = ClientConfig { guard, secrets, trust_store: aws.trust_store.clone() };
            let log_level = log_level.zip(runtime_api)?.0;
            let listen = listen?;
            Some(Self {
                log_level,
                service,
                aws,
                clients,
                delivery,
                queue,
                payload_bucket,
                idempotency,
                event_log,
                listen,
            })
        };
        variables.finish(config())
    }
}

fn breaker(variables: &mut Variables<'_>) -> Option<BreakerConfig> {
    const BREAKER: &str = "HOOKLINE_BREAKER";
    let breaker: BreakerConfig = variables.json(BREAKER)?;
    if breaker.failures == 0 || breaker.cool_down_seconds == 0 {
        variables.mark_invalid(BREAKER, "`failures` and `cool_down_seconds` must be at least 1");
    }
    if breaker.max_cool_down_seconds < breaker.cool_down_seconds {
        variables.mark_invalid(BREAKER, "`max_cool_down_seconds` must not be less than `cool_down_seconds`");
    }
    Some(breaker)
}

fn retry(variables: &mut Variables<'_>) -> Option<RetryPolicy> {
    const RETRY: &str = "HOOKLINE_RETRY";
    let retry: RetryPolicy = variables.json(RETRY)?;
    let is_ordered = retry.base_seconds <= retry.max_seconds && retry.base_seconds <= retry.give_up_seconds;
    if retry.base_seconds == 0 || !is_ordered {
        variables.mark_invalid(RETRY, "`base_seconds` must be at least 1, and at most the other times");
    }
    Some(retry)
}

fn delivery(variables: &mut Variables<'_>) -> Option<(DeliveryConfig, SsrfGuard)> {
    const NETWORKS: &str = "HOOKLINE_PRIVATE_NETWORKS";
    const DESTINATIONS: &str = "HOOKLINE_DESTINATIONS";
    const ROUTES: &str = "HOOKLINE_ROUTES";
    const MAX_HOPS: &str = "HOOKLINE_MAX_HOPS";
    let networks: Option<Vec<IpNet>> = variables.json(NETWORKS);
    let configs: Option<BTreeMap<String, DestinationConfig>> = variables.json(DESTINATIONS);
    let routes: Option<BTreeMap<String, RouteConfig>> = variables.json(ROUTES);
    // If the networks are invalid, the list is empty, so that other errors of the destinations are still reported.
    let guard = SsrfGuard::new(networks.unwrap_or_default());
    let max_hops = match variables.optional(MAX_HOPS) {
        Some(_) => variables.parsed(MAX_HOPS),
        None => Some(DEFAULT_MAX_HOPS),
    };
    let (configs, routes) = (configs?, routes?);

    for (name, route) in &routes {
        for unknown in route.destinations(name).iter().filter(|name| !configs.contains_key(*name)) {
            variables.mark_invalid(ROUTES, format!("route `{name}` names the unknown destination `{unknown}`"));
        }
    }
    let (mut destinations, mut give_up_seconds) = (BTreeMap::new(), BTreeMap::new());
    for (name, config) in configs {
        give_up_seconds.extend(config.give_up_seconds.map(|seconds| (name.clone(), seconds)));
        let destination =
            Destination::new(&name, config, &guard).map_err(|error| format!("destination `{name}`: {error}"));
        destinations.extend(variables.check(DESTINATIONS, destination).map(|destination| (name, destination)));
    }
    let routes = variables.check(ROUTES, Routes::new(routes))?;
    let max_hops = max_hops?;
    Some((DeliveryConfig { routes, max_hops, destinations, give_up_seconds }, guard))
}
