use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use hookline_aws::{AwsSettings, InvalidConfiguration, SecretCacheSettings, Timeouts, Variables};
use hookline_telemetry::Level;
use ipnet::IpNet;

use crate::destinations::{Destination, DestinationConfig};
use crate::egress::Guard;
use crate::queue::Backoff;
use crate::routing::{RouteConfig, Routes};

/// How long a call to a queue, the table or the bucket may take: two of them have to fit into the time that a batch keeps
/// free after its deliveries.
pub const TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(1200), call: Duration::from_millis(2400), attempts: 2 };

/// Everything that Terraform passes, checked.
#[derive(Debug)]
pub struct Config {
    /// The least level that is logged.
    pub log_level: Level,
    /// The prefix of every name in AWS.
    pub service: String,
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// How the secrets of destinations are cached.
    pub secrets: SecretCacheSettings,
    /// Which events go where.
    pub delivery: DeliveryConfig,
    /// What happens to events that cannot be delivered.
    pub queue: QueueConfig,
    /// The bucket for payloads that a message cannot hold.
    pub payload_bucket: String,
    /// What makes deliveries idempotent; without it, a delivery is made at least once.
    pub idempotency: Option<IdempotencyConfig>,
}

/// Which events go where.
#[derive(Debug)]
pub struct DeliveryConfig {
    pub(crate) routes: Routes,
    pub(crate) destinations: BTreeMap<String, Destination>,
    pub(crate) guard: Guard,
}

/// Where it is recorded what was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyConfig {
    /// The table's name.
    pub table: String,
    /// For how long.
    pub window: Duration,
}

/// The queue that events come from and the dead-letter queue.
#[derive(Debug, Clone)]
pub struct QueueConfig {
    /// The intake queue.
    pub queue_url: String,
    /// The dead-letter queue.
    pub dlq_url: String,
    /// After this many receives a message is given up.
    pub max_receive_count: u32,
    /// How long a failed event waits.
    pub backoff: Backoff,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`]: all that is wrong, at once.
    pub fn read(mut variables: Variables<'_>) -> Result<Self, InvalidConfiguration> {
        let log_level = variables.parsed("HOOKLINE_LOG_LEVEL");
        // A missing prefix is reported with the secrets.
        let service = variables.optional("HOOKLINE_PREFIX").unwrap_or_default();
        let runtime_api = variables.required("AWS_LAMBDA_RUNTIME_API");
        let aws = AwsSettings::read(&mut variables);
        let secrets = SecretCacheSettings::read(&mut variables, "destinations");
        let delivery = delivery(&mut variables);
        let queue_url = variables.required("HOOKLINE_QUEUE_URL");
        let dlq_url = variables.required("HOOKLINE_DLQ_URL");
        let max_receive_count = variables.parsed::<NonZeroU32>("HOOKLINE_MAX_RECEIVE_COUNT");
        let payload_bucket = variables.required("HOOKLINE_PAYLOAD_BUCKET");
        let table = variables.optional("HOOKLINE_IDEMPOTENCY_TABLE");
        // Needed only with a table, and then as much as any other.
        let window = match &table {
            Some(_) => variables.parsed("HOOKLINE_IDEMPOTENCY_SECONDS"),
            None => Some(0),
        };
        let base = variables.parsed("HOOKLINE_RETRY_BASE_SECONDS");
        let max = variables.parsed("HOOKLINE_RETRY_MAX_SECONDS");
        let whole = || {
            let backoff = Backoff { base_seconds: base?, max_seconds: max? };
            let max_receive_count = max_receive_count?.get();
            let queue = QueueConfig { queue_url: queue_url?, dlq_url: dlq_url?, max_receive_count, backoff };
            let window = Duration::from_secs(window?);
            let idempotency = table.map(|table| IdempotencyConfig { table, window });
            let (aws, secrets, delivery, payload_bucket) = (aws?, secrets?, delivery?, payload_bucket?);
            let log_level = log_level.zip(runtime_api)?.0;
            Some(Self { log_level, service, aws, secrets, delivery, queue, payload_bucket, idempotency })
        };
        variables.finish(whole())
    }
}

fn delivery(variables: &mut Variables<'_>) -> Option<DeliveryConfig> {
    const NETWORKS: &str = "HOOKLINE_PRIVATE_NETWORKS";
    const DESTINATIONS: &str = "HOOKLINE_DESTINATIONS";
    const ROUTES: &str = "HOOKLINE_ROUTES";
    let networks: Option<Vec<IpNet>> = variables.json(NETWORKS);
    let configs: Option<BTreeMap<String, DestinationConfig>> = variables.json(DESTINATIONS);
    let routes: Option<BTreeMap<String, RouteConfig>> = variables.json(ROUTES);
    // Without the networks none is listed: the destinations' other faults are found all the same.
    let guard = Guard::new(networks.unwrap_or_default());
    let (configs, routes) = (configs?, routes?);

    for (name, route) in &routes {
        for unknown in route.destinations.iter().filter(|name| !configs.contains_key(*name)) {
            variables.mark_invalid(ROUTES, format!("route `{name}` names unknown destination `{unknown}`"));
        }
    }
    let mut destinations = BTreeMap::new();
    for (name, config) in configs {
        let destination =
            Destination::new(&name, config, &guard).map_err(|error| format!("destination `{name}`: {error}"));
        destinations.extend(variables.check(DESTINATIONS, destination).map(|destination| (name, destination)));
    }
    let routes = variables.check(ROUTES, Routes::new(routes))?;
    Some(DeliveryConfig { routes, destinations, guard })
}
