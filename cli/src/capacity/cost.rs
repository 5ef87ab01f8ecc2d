//! The price of a million events, and of a month without any. The formula is that of docs/cost.md, for the settings of the
//! environment.

use super::parameters::{Parameters, count};

/// List prices in dollars for us-east-1 in November 2026, without free tiers:
/// <https://aws.amazon.com/api-gateway/pricing/>, <https://aws.amazon.com/lambda/pricing/>,
/// <https://aws.amazon.com/sqs/pricing/>, <https://aws.amazon.com/cloudwatch/pricing/>,
/// <https://aws.amazon.com/xray/pricing/>, <https://aws.amazon.com/dynamodb/pricing/on-demand/>,
/// <https://aws.amazon.com/secrets-manager/pricing/>, <https://aws.amazon.com/kms/pricing/>.
mod prices {
    pub(super) const REST_API: f64 = 3.5;
    pub(super) const HTTP_API: f64 = 1.0;
    pub(super) const LAMBDA_REQUEST: f64 = 0.2;
    pub(super) const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
    pub(super) const SQS_REQUEST: f64 = 0.4;
    pub(super) const LOGS_GB: f64 = 0.5;
    pub(super) const TABLE_WRITE: f64 = 0.625;
    pub(super) const TRACE: f64 = 5.0;
    pub(super) const ALARM_MONTH: f64 = 0.1;
    pub(super) const SECRET_MONTH: f64 = 0.4;
    pub(super) const KEY_MONTH: f64 = 1.0;
}

/// SQS bills a batch of ten messages of 10 KiB, which are 14 KiB each on the queue, as three requests of 64 KiB.
const UNITS_PER_MESSAGE: f64 = 0.3;
/// Pollers of an idle event source mapping. Each waits 20 seconds for a message.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
const POLLERS: f64 = 5.0;
const POLLS_PER_MONTH: f64 = 30.0 * 86_400.0 / 20.0;
const MAPPINGS: f64 = 2.0;
/// Log bytes of an event with one delivery, by log level (docs/cost.md).
const LOG_BYTES: [(&str, f64); 3] = [("error", 27.0), ("warn", 436.0), ("info", 1090.0)];
/// Log bytes of another delivery at the levels that log deliveries.
const DELIVERY_LOG_BYTES: f64 = 500.0;
const ALARMS: &str = include_str!("../../../terraform/modules/observability/alarms.tf");

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Cost {
    /// What is billed.
    pub item: &'static str,
    /// The price in dollars.
    pub dollars: f64,
}

impl Parameters {
    /// Returns the price of a million delivered events of 10 KiB.
    #[must_use]
    pub fn cost_per_million(&self) -> Vec<Cost> {
        let settings = &self.settings;
        let (deliveries, slow) = (self.deliveries_per_event(), self.slow_rate() / self.rate);
        let batches = 1.0 / f64::from(settings.intake.batch_size) + slow / f64::from(settings.retry_lane.batch_size);
        let wait = self.times.destination_ms / 1000.0 + self.table_seconds(settings.writes);
        let process_seconds = wait + self.process_cpu_seconds(f64::from(settings.intake.batch_size));
        let lambda = |calls: f64, seconds: f64, memory_mb: f64| {
            let gb_seconds = calls * 1e6 * (seconds * 1000.0).ceil() / 1000.0 * memory_mb / 1024.0;
            calls * prices::LAMBDA_REQUEST + gb_seconds * prices::LAMBDA_GB_SECOND
        };
        // A delivery on the retry lane is written twice.
        let writes = f64::from(settings.writes) * (deliveries - slow) + f64::from(settings.writes.min(1)) * 2.0 * slow;
        let api = if settings.billing.is_rest_api { prices::REST_API } else { prices::HTTP_API };
        let cost = |item, dollars| Cost { item, dollars };
        vec![
            cost("API Gateway", api),
            cost("Lambda, ingest", lambda(1.0, self.ingest_seconds(), settings.ingest.memory_mb)),
            cost("Lambda, process", lambda(batches, process_seconds, settings.process.memory_mb)),
            cost("SQS", prices::SQS_REQUEST * (1.0 + slow) * (1.0 + UNITS_PER_MESSAGE) + prices::SQS_REQUEST * batches),
            cost("CloudWatch Logs", self.log_bytes() * 1e6 / 1e9 * prices::LOGS_GB),
            cost("idempotency table", writes * prices::TABLE_WRITE),
            cost("X-Ray", settings.billing.traced * prices::TRACE),
        ]
    }

    /// Returns the log bytes of an event.
    fn log_bytes(&self) -> f64 {
        let level = self.settings.billing.log_level.as_str();
        match LOG_BYTES.iter().find(|(name, _)| *name == level) {
            Some((name, bytes)) if *name != "info" => *bytes,
            // `debug` adds little to `info`.
            _ => {
                let first = LOG_BYTES.iter().map(|(_, bytes)| *bytes).fold(0.0, f64::max);
                first + (self.deliveries_per_event() - 1.0).max(0.0) * DELIVERY_LOG_BYTES
            }
        }
    }

    /// Returns the price of a month of 30 days without events. A dashboard costs $3.00 more, after the first three of an
    /// account.
    #[must_use]
    pub fn cost_of_idle_month(&self) -> Vec<Cost> {
        let cost = |item, dollars| Cost { item, dollars };
        let polls = MAPPINGS * POLLERS * POLLS_PER_MONTH / 1e6;
        vec![
            cost("SQS, polls of two idle lanes", polls * prices::SQS_REQUEST),
            cost("alarms", count(alarms()) * prices::ALARM_MONTH),
            cost("secrets", f64::from(self.settings.billing.secrets) * prices::SECRET_MONTH),
            cost("key of the alarm topic", prices::KEY_MONTH),
        ]
    }
}

/// Returns the number of alarms: the entries of the Terraform module.
fn alarms() -> usize {
    let is_name = |text: &str| text.chars().all(|character| character.is_ascii_lowercase() || character == '-');
    let entry = |line: &&str| line.strip_prefix("    ").and_then(|line| line.strip_suffix(" = {")).is_some_and(is_name);
    ALARMS.lines().filter(entry).count()
}

/// Returns the sum of a bill in dollars.
#[must_use]
pub fn sum(costs: &[Cost]) -> f64 {
    costs.iter().map(|cost| cost.dollars).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::parameters::tests::default_lanes;

    /// Calculated by hand for events with two destinations: ingest takes 8 + 0.69 * 1769 / 512 = 10.4 ms, process 50 + 5 +
    /// 2.78 * 1769 / 512 = 64.6 ms for ten events.
    #[test]
    fn cost_is_the_sum_of_all_items() {
        let costs = default_lanes().cost_per_million();
        let gb_second = 0.5 * 0.000_013_333_4;
        let expected = [
            3.5,
            0.2 + 11_000.0 * gb_second,
            0.02 + 6_500.0 * gb_second,
            0.4 * (1.3 + 0.1),
            (1.09 + 0.5) * 0.5,
            2.0 * 0.625,
            0.25,
        ];
        for (cost, expected) in costs.iter().zip(expected) {
            assert!((cost.dollars - expected).abs() < 1e-9, "{cost:?}, expected {expected}");
        }
        assert!((sum(&costs) - expected.iter().sum::<f64>()).abs() < 1e-9);
    }

    #[test]
    fn slow_destination_costs_a_second_message_and_a_second_write() {
        let (fast, mut slow) = (default_lanes(), default_lanes());
        slow.settings.destinations[0].timeout_seconds = 20.0;
        let dollars = |parameters: &Parameters, item| {
            parameters.cost_per_million().iter().find(|cost| cost.item == item).unwrap().dollars
        };
        let added = |item| dollars(&slow, item) - dollars(&fast, item);
        assert!((added("SQS") - 0.4 * (1.3 + 0.1)).abs() < 1e-9);
        assert!((added("idempotency table") - 0.625).abs() < 1e-9);
    }

    #[test]
    fn default_settings_cost_what_the_documentation_says() {
        let mut defaults = default_lanes();
        defaults.settings.ingest.memory_mb = 256.0;
        defaults.settings.process.memory_mb = 256.0;
        defaults.settings.destinations.truncate(1);
        defaults.settings.sources.iter_mut().for_each(|source| source.destinations = vec![0]);
        let documentation = include_str!("../../../docs/cost.md");
        let million = format!("One million webhooks cost **${:.2}** at default", sum(&defaults.cost_per_million()));
        assert!(documentation.contains(&million), "{million}");
        let month = format!("costs **${:.2}** per month", sum(&defaults.cost_of_idle_month()));
        assert!(documentation.replace('\n', " ").contains(&month), "{month}");
    }

    #[test]
    fn idle_month_counts_the_alarms_of_terraform() {
        let runbook = include_str!("../../../docs/runbook.md");
        let sections = runbook.lines().filter(|line| line.starts_with("## ")).count();
        assert!((10..=sections).contains(&alarms()), "{} alarms", alarms());
        let month = default_lanes().cost_of_idle_month();
        let expected = 0.5184 + 0.1 * count(alarms()) + 0.8 + 1.0;
        assert!((sum(&month) - expected).abs() < 1e-9, "{month:?}");
    }
}
