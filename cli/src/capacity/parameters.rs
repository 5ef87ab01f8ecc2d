use hookline_retry::RetryPolicy;

use crate::target::BreakerSettings;

/// What the arithmetic and the simulation calculate with.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Accepted events per second.
    pub rate: f64,
    /// The settings of the environment.
    pub settings: Settings,
    /// The durations of single steps.
    pub times: ServiceTimes,
}

/// The settings of an environment, as in its Terraform variables.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Requests per second that the API accepts.
    pub throttle_rate: f64,
    /// Concurrent executions of all functions of the account.
    pub account_concurrency: u32,
    /// The ingest function.
    pub ingest: FunctionSettings,
    /// The process function.
    pub process: FunctionSettings,
    /// The lane of new events.
    pub intake: Lane,
    /// The lane of failed and deferred deliveries.
    pub retry_lane: Lane,
    /// Seconds for which the queues store a message.
    pub retention_seconds: u32,
    /// The retry policy.
    pub retry: RetryPolicy,
    /// The circuit breakers.
    pub breaker: BreakerSettings,
    /// Writes to the idempotency table for a delivery that succeeds at once: 0, 1 or 2.
    pub writes: u32,
    /// The destinations that routes name.
    pub destinations: Vec<Destination>,
    /// The sources that routes name. Each sends the same share of the events.
    pub sources: Vec<Source>,
    /// What only the cost depends on.
    pub billing: Billing,
}

/// Memory and reservation of a function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunctionSettings {
    /// Memory in MB.
    pub memory_mb: f64,
    /// The reserved concurrency; `None` for the shared concurrency of the account.
    pub reserved_concurrency: Option<u32>,
}

/// An event source mapping of the process function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// Maximum number of concurrent invocations.
    pub maximum_concurrency: u32,
    /// Maximum number of messages in a batch.
    pub batch_size: u32,
}

/// A destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// Its name.
    pub name: String,
    /// Time limit of an attempt.
    pub timeout_seconds: f64,
    /// The age at which Hookline gives up.
    pub give_up_seconds: u32,
}

/// A source and the destinations that receive its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Indexes of destinations, each at most once.
    pub destinations: Vec<usize>,
}

/// Settings with a price.
#[derive(Debug, Clone, PartialEq)]
pub struct Billing {
    /// Whether the API is a REST API; otherwise it is an HTTP API.
    pub is_rest_api: bool,
    /// The least severe level that is logged.
    pub log_level: String,
    /// Share of the requests with a recorded trace, from 0 to 1.
    pub traced: f64,
    /// Number of secrets.
    pub secrets: u32,
}

/// Durations of single steps. The CPU times are measured (docs/performance.md). The others are estimates, as in
/// docs/cost.md.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceTimes {
    /// A call to SQS, in milliseconds.
    pub sqs_ms: f64,
    /// A call to the idempotency table, in milliseconds.
    pub table_ms: f64,
    /// The mean response time of a destination, in milliseconds. Response times are spread evenly from half of it to one
    /// and a half times of it.
    pub destination_ms: f64,
    /// CPU time of ingest for an event of 10 KiB, in milliseconds on a whole core.
    pub ingest_cpu_ms: f64,
    /// CPU time of process for a batch of ten events of 10 KiB, in milliseconds on a whole core.
    pub process_cpu_ms: f64,
}

/// A destination with a longer timeout is called on the retry lane only.
pub(super) const MAX_INTAKE_TIMEOUT_SECONDS: f64 = 5.0;

/// Memory with which a function has a whole core. With less it has a share:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const WHOLE_CORE_MB: f64 = 1769.0;

/// Number of events for which [`ServiceTimes::process_cpu_ms`] was measured.
const MEASURED_BATCH: f64 = 10.0;

impl Default for ServiceTimes {
    fn default() -> Self {
        Self { sqs_ms: 8.0, table_ms: 5.0, destination_ms: 50.0, ingest_cpu_ms: 0.69, process_cpu_ms: 2.78 }
    }
}

impl FunctionSettings {
    /// Returns how many times longer a computation takes than on a whole core.
    fn slowdown(self) -> f64 {
        (WHOLE_CORE_MB / self.memory_mb).max(1.0)
    }
}

impl Destination {
    /// Whether the destination is called on the retry lane only.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.timeout_seconds > MAX_INTAKE_TIMEOUT_SECONDS
    }
}

impl Parameters {
    /// Returns the duration of ingest for one event, in seconds.
    #[must_use]
    pub fn ingest_seconds(&self) -> f64 {
        (self.times.sqs_ms + self.times.ingest_cpu_ms * self.settings.ingest.slowdown()) / 1000.0
    }

    /// Returns the computing time of process for a number of messages, in seconds.
    #[must_use]
    pub fn process_cpu_seconds(&self, messages: f64) -> f64 {
        self.times.process_cpu_ms * messages / MEASURED_BATCH * self.settings.process.slowdown() / 1000.0
    }

    /// Returns the share of all events that a destination receives, from 0 to 1.
    #[must_use]
    pub fn share(&self, destination: usize) -> f64 {
        let receives = |source: &&Source| source.destinations.contains(&destination);
        let sources = self.settings.sources.iter();
        count(sources.clone().filter(receives).count()) / count(sources.len()).max(1.0)
    }

    /// Returns the deliveries per second to slow destinations, which are made on the retry lane.
    #[must_use]
    pub fn slow_rate(&self) -> f64 {
        let destinations = self.settings.destinations.iter().enumerate();
        let slow = destinations.filter(|(_, destination)| destination.is_slow());
        self.rate * slow.map(|(index, _)| self.share(index)).fold(0.0, |sum, share| sum + share)
    }

    /// Returns the mean number of destinations of an event.
    #[must_use]
    pub fn deliveries_per_event(&self) -> f64 {
        (0..self.settings.destinations.len()).map(|destination| self.share(destination)).sum()
    }
}

/// Converts a count, which is far below 2^52.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
pub(crate) mod tests {
    use hookline_retry::Jitter;

    use super::*;

    /// The routes of production with the default lanes, which have half of production's concurrency, and with 500 events
    /// per second: `ledger` receives two thirds of them, `ci` one third and `audit` all.
    pub(crate) fn default_lanes() -> Parameters {
        let destination =
            |name: &str| Destination { name: name.to_owned(), timeout_seconds: 5.0, give_up_seconds: 86_400 };
        let source =
            |name: &str, destinations: &[usize]| Source { name: name.to_owned(), destinations: destinations.to_vec() };
        let settings = Settings {
            throttle_rate: 500.0,
            account_concurrency: 1000,
            ingest: FunctionSettings { memory_mb: 512.0, reserved_concurrency: None },
            process: FunctionSettings { memory_mb: 512.0, reserved_concurrency: None },
            intake: Lane { maximum_concurrency: 20, batch_size: 10 },
            retry_lane: Lane { maximum_concurrency: 5, batch_size: 10 },
            retention_seconds: 345_600,
            retry: RetryPolicy { base_seconds: 10, max_seconds: 10_800, give_up_seconds: 86_400, jitter: Jitter::Half },
            breaker: BreakerSettings { failures: 5, cool_down_seconds: 30, max_cool_down_seconds: 300 },
            writes: 1,
            destinations: vec![destination("audit"), destination("ci"), destination("ledger")],
            sources: vec![source("billing", &[0, 2]), source("events", &[0, 2]), source("github", &[0, 1])],
            billing: Billing { is_rest_api: true, log_level: "info".to_owned(), traced: 0.05, secrets: 2 },
        };
        Parameters { rate: 500.0, settings, times: ServiceTimes::default() }
    }

    #[test]
    fn shares_are_those_of_the_sources() {
        let shares = [0, 1, 2].map(|destination| default_lanes().share(destination));
        assert_eq!(shares.map(|share| (share * 3.0).round()), [3.0, 1.0, 2.0]);
        assert!((default_lanes().deliveries_per_event() - 2.0).abs() < 1e-9);
        assert!(default_lanes().slow_rate().abs() < 1e-9);
    }

    #[test]
    fn slow_destinations_use_the_retry_lane() {
        let mut slow = default_lanes();
        slow.settings.destinations[1].timeout_seconds = 5.5;
        assert!((slow.slow_rate() - 500.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn less_memory_makes_computations_slower() {
        let mut parameters = default_lanes();
        parameters.settings.ingest.memory_mb = WHOLE_CORE_MB / 4.0;
        assert!((parameters.ingest_seconds() - (8.0 + 0.69 * 4.0) / 1000.0).abs() < 1e-9);
        parameters.settings.ingest.memory_mb = 10_000.0;
        assert!((parameters.ingest_seconds() - 8.69 / 1000.0).abs() < 1e-9, "a computation uses one core");
    }

    #[test]
    fn measured_times_are_those_of_the_documentation() {
        let performance = include_str!("../../../docs/performance.md");
        let cpu: Vec<&str> = performance
            .lines()
            .filter(|line| line.starts_with("| as shipped |") && line.matches('|').count() == 11)
            .filter_map(|line| line.split('|').nth(8).map(str::trim))
            .collect();
        let ServiceTimes { ingest_cpu_ms, process_cpu_ms, .. } = ServiceTimes::default();
        assert_eq!(cpu, [format!("{ingest_cpu_ms:.2}"), format!("{process_cpu_ms:.2}")]);
    }
}
