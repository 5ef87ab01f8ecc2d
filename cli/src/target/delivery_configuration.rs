use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline_event_log::EventLogSettings;
use hookline_retry::RetryPolicy;
use serde::Deserialize;

use super::configuration::variable;
use super::deployment::Target;
use super::function_environment;

/// The longest delay of a message on the retry queue, in seconds. A longer wait is several delays.
const MAX_DELAY_SECONDS: u32 = 900;
/// Log levels at which the process function writes a line for each delivery.
const DELIVERY_LEVELS: [&str; 2] = ["debug", "info"];

const EVENT_LOG: &str = "HOOKLINE_EVENT_LOG";

/// How the process function delivers, from its environment.
#[derive(Debug, Clone)]
pub struct DeliveryConfiguration {
    /// Names of the destinations.
    pub destinations: BTreeSet<String>,
    /// The age at which Hookline gives up, for destinations for which it is shorter than in the retry policy.
    give_up_seconds: BTreeMap<String, u32>,
    /// The retry policy.
    pub retry: RetryPolicy,
    /// The settings of the circuit breakers.
    pub breaker: BreakerSettings,
    /// The least severe level that the function logs.
    pub log_level: String,
    /// Name of the bucket for offloaded payloads.
    pub payload_bucket: String,
    /// The event log; `None` if it is switched off.
    pub event_log: Option<EventLogSettings>,
    /// Name of the idempotency table; `None` if idempotency is disabled.
    table: Option<String>,
}

/// The part of a destination's configuration that is used.
#[derive(Debug, Deserialize)]
struct DestinationConfig {
    give_up_seconds: Option<u32>,
}

/// The settings of the circuit breakers. Other members are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct BreakerSettings {
    /// Consecutive failures within a sandbox that open a breaker.
    pub failures: u32,
    /// The first cool-down. A sandbox reads pauses and breakers at most once in this time.
    pub cool_down_seconds: u32,
    /// The longest cool-down: a cool-down doubles with each failed probe.
    pub max_cool_down_seconds: u32,
}

impl Target {
    /// Returns how the process function delivers.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read or has another format.
    pub async fn delivery_configuration(&self) -> Result<DeliveryConfiguration> {
        let function = &self.resources.function_names.process;
        DeliveryConfiguration::parse(&function_environment::read(&self.sdk, function).await?, function)
    }

    /// Returns the variables of the process function, by name.
    ///
    /// # Errors
    ///
    /// If the configuration of the function cannot be read.
    pub async fn process_variables(&self) -> Result<BTreeMap<String, String>> {
        function_environment::read(&self.sdk, &self.resources.function_names.process).await
    }
}

impl DeliveryConfiguration {
    fn parse(environment: &BTreeMap<String, String>, function: &str) -> Result<Self> {
        let destinations: BTreeMap<String, DestinationConfig> =
            variable(environment, "HOOKLINE_DESTINATIONS", function)?;
        let event_log = environment.get(EVENT_LOG).map(|_| variable(environment, EVENT_LOG, function)).transpose()?;
        Ok(Self {
            event_log,
            give_up_seconds: destinations
                .iter()
                .filter_map(|(name, config)| Some((name.clone(), config.give_up_seconds?)))
                .collect(),
            destinations: destinations.into_keys().collect(),
            retry: variable(environment, "HOOKLINE_RETRY", function)?,
            breaker: variable(environment, "HOOKLINE_BREAKER", function)?,
            log_level: environment.get("HOOKLINE_LOG_LEVEL").cloned().unwrap_or_default(),
            payload_bucket: environment.get("HOOKLINE_PAYLOAD_BUCKET").cloned().unwrap_or_default(),
            table: environment.get("HOOKLINE_IDEMPOTENCY_TABLE").filter(|table| !table.is_empty()).cloned(),
        })
    }

    /// Checks that a destination exists.
    ///
    /// # Errors
    ///
    /// If there is none with this name. The error has all names.
    pub fn check_destination(&self, name: &str) -> Result<()> {
        let names: Vec<_> = self.destinations.iter().map(String::as_str).collect();
        let names = names.join(", ");
        ensure!(self.destinations.contains(name), "unknown destination `{name}`: the destinations are {names}");
        Ok(())
    }

    /// Returns the name of the table with the state of the destinations.
    ///
    /// # Errors
    ///
    /// If idempotency is disabled: then there is no table.
    pub fn state_table(&self) -> Result<&str> {
        self.table.as_deref().context(
            "the deployment has no idempotency table, which stores pauses and breakers: set `idempotency = { enabled = true \
             }` in Terraform. `queue = { paused = true }` pauses all deliveries without a table",
        )
    }

    /// Whether the function writes a log line for each delivery.
    #[must_use]
    pub fn logs_deliveries(&self) -> bool {
        DELIVERY_LEVELS.contains(&self.log_level.as_str())
    }

    /// Returns the age in seconds at which Hookline gives up a delivery to a destination.
    #[must_use]
    pub fn give_up_seconds(&self, destination: &str) -> u32 {
        self.give_up_seconds.get(destination).copied().unwrap_or(self.retry.give_up_seconds)
    }

    /// Returns the longest age in seconds at which Hookline gives up a delivery, of all destinations.
    #[must_use]
    pub fn longest_give_up_seconds(&self) -> u32 {
        let each = self.destinations.iter().map(|name| self.give_up_seconds(name));
        each.max().unwrap_or(self.retry.give_up_seconds)
    }

    /// Returns the longest time between two log lines of a waiting event, unless its destination requested a longer wait.
    #[must_use]
    pub fn longest_wait(&self) -> Duration {
        Duration::from_secs(self.retry.max_seconds.max(MAX_DELAY_SECONDS).into())
    }
}

#[cfg(test)]
impl DeliveryConfiguration {
    /// Returns a configuration for tests of other modules.
    pub(crate) fn example() -> Self {
        Self {
            destinations: ["audit", "ci", "ledger"].map(str::to_owned).into(),
            give_up_seconds: BTreeMap::new(),
            retry: RetryPolicy {
                base_seconds: 10,
                max_seconds: 10_800,
                give_up_seconds: 86_400,
                jitter: hookline_retry::Jitter::Half,
            },
            breaker: BreakerSettings { failures: 5, cool_down_seconds: 30, max_cool_down_seconds: 300 },
            log_level: "info".to_owned(),
            payload_bucket: "hookline-test-payloads".to_owned(),
            event_log: None,
            table: Some("hookline-test-deliveries".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> BTreeMap<String, String> {
        let variables = [
            ("HOOKLINE_DESTINATIONS", r#"{"ledger":{"kind":"http","give_up_seconds":7200},"ci":{"kind":"slack"}}"#),
            ("HOOKLINE_RETRY", r#"{"base_seconds":10,"max_seconds":600,"give_up_seconds":86400,"jitter":"half"}"#),
            (
                "HOOKLINE_BREAKER",
                r#"{"failures":5,"cool_down_seconds":30,"max_cool_down_seconds":300,"event_bus":"x"}"#,
            ),
            ("HOOKLINE_LOG_LEVEL", "warn"),
            ("HOOKLINE_EVENT_LOG", r#"{"table":"hookline-test-events","seconds":86400}"#),
            ("HOOKLINE_IDEMPOTENCY_TABLE", "hookline-test-deliveries"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn reads_the_environment_of_the_function() {
        let configuration = DeliveryConfiguration::parse(&environment(), "f").unwrap();
        let breaker = BreakerSettings { failures: 5, cool_down_seconds: 30, max_cool_down_seconds: 300 };
        assert_eq!(configuration.breaker, breaker);
        let give_up = ["ci", "ledger"].map(|name| configuration.give_up_seconds(name));
        assert_eq!(give_up, [86_400, 7200]);
        assert_eq!(configuration.longest_give_up_seconds(), 86_400);
        assert_eq!(configuration.state_table().unwrap(), "hookline-test-deliveries");
        assert_eq!(configuration.event_log.clone().unwrap().table, "hookline-test-events");
        assert_eq!(configuration.longest_wait(), Duration::from_secs(900));
        assert!(!configuration.logs_deliveries());
    }

    #[test]
    fn unknown_destination_is_an_error_with_the_known_names() {
        let configuration = DeliveryConfiguration::parse(&environment(), "f").unwrap();
        assert!(configuration.check_destination("ci").is_ok());
        let error = configuration.check_destination("cj").unwrap_err().to_string();
        assert_eq!(error, "unknown destination `cj`: the destinations are ci, ledger");
    }

    #[test]
    fn missing_table_is_an_error_that_says_what_to_do() {
        let mut environment = environment();
        environment.remove("HOOKLINE_IDEMPOTENCY_TABLE");
        let error = DeliveryConfiguration::parse(&environment, "f").unwrap().state_table().unwrap_err().to_string();
        assert!(error.starts_with("the deployment has no idempotency table"), "{error}");
        assert!(error.contains("idempotency = { enabled = true }") && error.contains("queue = { paused"), "{error}");
    }
}
