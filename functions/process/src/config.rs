use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use hookline_aws::{Aws, AwsSettings, Client, Patience};
use hookline_environment::{Faults, Variables};
use hookline_secrets::{SecretCache, SecretCacheSettings};
use hookline_telemetry::Level;

use crate::backoff::Backoff;
use crate::delivery::Delivery;
use crate::destination::{Destination, DestinationConfig, Outbound, Shared};
use crate::guard::Guard;
use crate::route::{RouteConfig, Routes};

/// How long a call to a queue may take: all of it has to fit into what a batch keeps free after its deliveries.
pub const PATIENCE: Patience =
    Patience { attempt: Duration::from_millis(1200), call: Duration::from_millis(2400), attempts: 2 };

/// Everything that Terraform passes, checked.
pub struct Config {
    /// The least level that is logged.
    pub log_level: Level,
    /// What every name in AWS begins with.
    pub service: String,
    /// Where Lambda's Runtime API is.
    pub runtime_api: String,
    /// For calls to the queues, the table and the bucket.
    pub aws: Client,
    /// Where events go.
    pub delivery: Delivery,
    /// What happens to those that cannot go there.
    pub queue: QueueConfig,
    /// The bucket for payloads that the queue cannot hold.
    pub payload_bucket: String,
    /// What makes each delivery one; without it, a delivery is made at least once.
    pub idempotency: Option<IdempotencyConfig>,
}

/// Where it is kept what was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyConfig {
    /// The table's name.
    pub table: String,
    /// For how long.
    pub window: Duration,
}

/// The queue that events come from and the one that they end in.
#[derive(Debug, Clone)]
pub struct QueueConfig {
    /// The intake queue.
    pub queue_url: String,
    /// The dead-letter queue.
    pub dlq_url: String,
    /// After this many receives the queue gives a message up.
    pub max_receive_count: u32,
    /// How long a failed event waits.
    pub backoff: Backoff,
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
        let aws = AwsSettings::read(&mut variables).map(Aws::new);
        let secrets = SecretCacheSettings::read(&mut variables, "destinations");
        let delivery = delivery(&mut variables, aws.as_ref(), secrets);
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
            let (aws, delivery, payload_bucket) = (aws?.client(PATIENCE), delivery?, payload_bucket?);
            let (log_level, runtime_api) = (log_level?, runtime_api?);
            Some(Self { log_level, service, runtime_api, aws, delivery, queue, payload_bucket, idempotency })
        };
        variables.finish(whole())
    }
}

/// For what has an effect: a call that was not answered may have had it, so it is made once, and its time is the
/// destination's.
const ONCE: Patience = Patience { attempt: Duration::from_secs(900), call: Duration::from_secs(900), attempts: 1 };

fn delivery(
    variables: &mut Variables<'_>,
    aws: Option<&Aws>,
    secrets: Option<SecretCacheSettings>,
) -> Option<Delivery> {
    const NETWORKS: &str = "HOOKLINE_PRIVATE_NETWORKS";
    const DESTINATIONS: &str = "HOOKLINE_DESTINATIONS";
    const ROUTES: &str = "HOOKLINE_ROUTES";
    let networks = variables.json(NETWORKS);
    let configs: Option<BTreeMap<String, DestinationConfig>> = variables.json(DESTINATIONS);
    let routes: Option<BTreeMap<String, RouteConfig>> = variables.json(ROUTES);
    // Without the networks none is listed: the destinations' other faults are found all the same.
    let outbound = Outbound::new(Guard::new(networks.unwrap_or_default()));
    let (configs, routes, aws) = (configs?, routes?, aws?);
    let secrets = Arc::new(SecretCache::new(aws.client(PATIENCE), secrets?));
    let shared = Shared { outbound, secrets, aws: aws.client(ONCE) };

    for (name, route) in &routes {
        for unknown in route.destinations.iter().filter(|name| !configs.contains_key(*name)) {
            variables.fault(ROUTES, format!("route `{name}` names unknown destination `{unknown}`"));
        }
    }
    let mut destinations = BTreeMap::new();
    for (name, config) in configs {
        let destination =
            Destination::new(&name, config, &shared).map_err(|error| format!("destination `{name}`: {error}"));
        destinations.extend(variables.keep(DESTINATIONS, destination).map(|destination| (name, destination)));
    }
    let routes = variables.keep(ROUTES, Routes::new(routes))?;
    Some(Delivery::new(routes, destinations))
}
