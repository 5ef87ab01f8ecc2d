//! The cost of a million webhooks at list prices, calculated from the measurements. `report.html` has the same formula,
//! with sliders.

use std::collections::BTreeMap;

use serde::Serialize;

use super::events;
use super::measurements::{DEFAULT_BODY_KIB, Measurements, WarmEvents};
use super::statistics::median;
use crate::subjects::{Function, SHIPPED};

/// Inputs of the report's cost model.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CostInputs {
    prices: Prices,
    measured: MeasuredCosts,
}

/// List prices in dollars for us-east-1, without free tiers:
/// <https://aws.amazon.com/api-gateway/pricing/>, <https://aws.amazon.com/lambda/pricing/>,
/// <https://aws.amazon.com/sqs/pricing/>, <https://aws.amazon.com/cloudwatch/pricing/>,
/// <https://aws.amazon.com/xray/pricing/>, <https://aws.amazon.com/dynamodb/pricing/on-demand/>,
/// <https://aws.amazon.com/s3/pricing/>.
#[derive(Debug, Clone, Copy, Serialize)]
struct Prices {
    currency: &'static str,
    region: &'static str,
    as_of: &'static str,
    rest_api_per_million: f64,
    http_api_per_million: f64,
    http_api_unit_kib: f64,
    lambda_request_per_million: f64,
    lambda_gb_second_arm64: f64,
    lambda_gb_second_x86_64: f64,
    sqs_request_per_million: f64,
    sqs_unit_kib: f64,
    logs_ingested_per_gb: f64,
    xray_trace_per_million: f64,
    dynamodb_write_per_million: f64,
    s3_put_per_million: f64,
}

const PRICES: Prices = Prices {
    currency: "USD",
    region: "us-east-1",
    as_of: "2026-11",
    rest_api_per_million: 3.5,
    http_api_per_million: 1.0,
    http_api_unit_kib: 512.0,
    lambda_request_per_million: 0.2,
    lambda_gb_second_arm64: 0.000_013_333_4,
    lambda_gb_second_x86_64: 0.000_016_666_7,
    sqs_request_per_million: 0.4,
    sqs_unit_kib: 64.0,
    logs_ingested_per_gb: 0.5,
    xray_trace_per_million: 5.0,
    dynamodb_write_per_million: 0.625,
    s3_put_per_million: 5.0,
};

#[derive(Debug, Clone, Serialize)]
struct MeasuredCosts {
    /// Median CPU time of a warm event, by body size.
    ingest_cpu_ms_by_kib: BTreeMap<usize, f64>,
    /// Median CPU time of a warm batch of ten messages, by body size.
    process_cpu_ms_by_kib: BTreeMap<usize, f64>,
    /// Size of a message without its payload.
    envelope_kib: f64,
    /// Log bytes per webhook that CloudWatch bills, by log level.
    log_bytes: BTreeMap<&'static str, LogBytes>,
    /// Waiting times on AWS: estimates, not measurements.
    network_ms: NetworkTimes,
    /// The memory size with which a function has a whole core. With less memory it has a share of a core:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
    whole_core_mb: f64,
}

/// Log bytes per webhook of each function.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct LogBytes {
    pub(crate) ingest: f64,
    pub(crate) process: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct NetworkTimes {
    sqs: f64,
    /// Each write to the idempotency table, for which a delivery waits.
    table: f64,
    destination: f64,
}

const NETWORK_TIMES: NetworkTimes = NetworkTimes { sqs: 8.0, table: 5.0, destination: 50.0 };

/// Settings that an operator can choose.
#[derive(Debug, Clone, Copy)]
struct Settings {
    level: &'static str,
    /// Share of sampled traces, from 0 to 1.
    sampled: f64,
    /// Writes to the idempotency table for a delivery that succeeds at the first attempt: 0, 1 or 2.
    table_writes: f64,
    batch: f64,
    memory_mb: f64,
}

/// The cheapest values that Terraform accepts. SQS bills nine messages of 10 KiB as two units, and ten as three.
const CHEAPEST: Settings = Settings { level: "error", sampled: 0.0, table_writes: 0.0, batch: 9.0, memory_mb: 128.0 };
const DEFAULTS: Settings = Settings { level: "info", sampled: 0.05, table_writes: 1.0, batch: 10.0, memory_mb: 256.0 };

impl CostInputs {
    /// `None` unless both functions were measured.
    pub(crate) fn new(
        functions: &[(Function, &[Measurements])],
        log_bytes: BTreeMap<&'static str, LogBytes>,
    ) -> Option<Self> {
        let cpu = |function| {
            let (_, programs) = functions.iter().find(|(measured, _)| *measured == function)?;
            let shipped = programs.iter().find(|program| program.name == SHIPPED)?;
            let by_size = |warm: &WarmEvents| (warm.body_kib, median(warm.events.iter().map(|event| event.cpu_ms)));
            Some(shipped.warm.iter().map(by_size).collect())
        };
        let measured = MeasuredCosts {
            ingest_cpu_ms_by_kib: cpu(Function::Ingest)?,
            process_cpu_ms_by_kib: cpu(Function::Process)?,
            envelope_kib: events::envelope_kib().ok()?,
            log_bytes,
            network_ms: NETWORK_TIMES,
            whole_core_mb: 1769.0,
        };
        Some(Self { prices: PRICES, measured })
    }

    /// Dollars per million webhooks of 10 KiB on arm64, without the API.
    fn without_api(&self, settings: Settings) -> f64 {
        let Settings { level, sampled, table_writes, batch, memory_mb } = settings;
        let Prices {
            lambda_request_per_million: request_price,
            lambda_gb_second_arm64: gb_second_price,
            sqs_request_per_million: sqs_price,
            ..
        } = self.prices;
        let measured = &self.measured;
        let cpu_ms = |by_kib: &BTreeMap<usize, f64>| by_kib.get(&DEFAULT_BODY_KIB).copied().unwrap_or_default();
        // `calls` is in millions. `wait_ms` and `cpu_ms` are the times of each call.
        let lambda = |calls: f64, wait_ms: f64, cpu_ms: f64| {
            let ms = wait_ms + cpu_ms * (measured.whole_core_mb / memory_mb).max(1.0);
            calls * request_price + calls * 1e6 * ms.ceil() / 1e3 * memory_mb / 1024.0 * gb_second_price
        };
        let ingest = lambda(1.0, NETWORK_TIMES.sqs, cpu_ms(&measured.ingest_cpu_ms_by_kib));
        let wait_ms = NETWORK_TIMES.destination + table_writes * NETWORK_TIMES.table;
        let process = lambda(1.0 / batch, wait_ms, cpu_ms(&measured.process_cpu_ms_by_kib) * batch / 10.0);
        let sqs_units = |kib: f64| (kib / self.prices.sqs_unit_kib).ceil();
        #[allow(clippy::cast_precision_loss, reason = "a small number")]
        let message_kib = DEFAULT_BODY_KIB as f64 * 4.0 / 3.0 + measured.envelope_kib;
        let queue = sqs_price * (sqs_units(message_kib) + sqs_units(message_kib * batch) / batch + 1.0 / batch);
        let bytes = measured.log_bytes.get(level).copied().unwrap_or_default();
        let logs = (bytes.ingest + bytes.process) * 1e6 / 1e9 * self.prices.logs_ingested_per_gb;
        let traces = sampled * self.prices.xray_trace_per_million;
        ingest + process + queue + logs + traces + table_writes * self.prices.dynamodb_write_per_million
    }

    /// The cost at default settings and in the cheapest configuration, in one sentence.
    pub(crate) fn summary(&self) -> String {
        format!(
            "a million webhooks of 10 KiB without the API: ${:.2} at default settings (log level info, 5 % of traces, \
             idempotency with one write, batches of 10, 256 MB), ${:.2} in the cheapest configuration (log level \
             error, no traces, no idempotency, batches of 9, 128 MB); an HTTP API adds ${:.2}",
            self.without_api(DEFAULTS),
            self.without_api(CHEAPEST),
            PRICES.http_api_per_million
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calculated by hand. Ingest waits 8 ms and computes 0.2 ms on an eighth of a core: 10 ms. Process waits 50 ms and
    /// computes 1 ms per batch: 58 ms, 63 ms with one write, or 68 ms with two. SQS: 0.4 * (1 + 0.3 + 0.1). Logs:
    /// 0.5 GB.
    #[test]
    fn cost_is_the_sum_of_all_items() {
        let measured = MeasuredCosts {
            ingest_cpu_ms_by_kib: [(10, 0.2)].into(),
            process_cpu_ms_by_kib: [(10, 1.0)].into(),
            envelope_kib: 0.5,
            log_bytes: [("warn", LogBytes { ingest: 600.0, process: 400.0 })].into(),
            network_ms: NETWORK_TIMES,
            whole_core_mb: 2048.0,
        };
        let inputs = CostInputs { prices: PRICES, measured };
        let minimal = Settings { level: "warn", sampled: 0.0, table_writes: 0.0, batch: 10.0, memory_mb: 256.0 };
        let (call, second) = (0.2, 0.25 * 0.000_013_333_4);
        let expected = call + 10_000.0 * second + call / 10.0 + 5_800.0 * second + 0.4 * 1.4 + 0.5;
        assert!((inputs.without_api(minimal) - expected).abs() < 1e-9);
        let complete = inputs.without_api(Settings { sampled: 0.1, table_writes: 2.0, ..minimal });
        assert!((complete - expected - 0.5 - 1.25 - 1_000.0 * second).abs() < 1e-9);
        let one_write = inputs.without_api(Settings { table_writes: 1.0, ..minimal });
        assert!((one_write - expected - 0.625 - 500.0 * second).abs() < 1e-9);
        // SQS bills a batch of nine as two units.
        let batch_of_nine = inputs.without_api(Settings { batch: 9.0, ..minimal });
        let saved = 0.4 * (0.4 - 3.0 / 9.0);
        let added = (call / 10.0 + 5_800.0 * second) / 9.0;
        assert!((expected - batch_of_nine - saved + added).abs() < 1e-9, "{}", expected - batch_of_nine);
    }
    /// The documentation has the sums for the CPU times of performance.md.
    #[test]
    fn sums_are_those_of_the_documentation() {
        let log_bytes = |process| LogBytes { ingest: 0.0, process };
        let measured = MeasuredCosts {
            ingest_cpu_ms_by_kib: [(10, 0.64)].into(),
            process_cpu_ms_by_kib: [(10, 2.4)].into(),
            envelope_kib: events::envelope_kib().unwrap(),
            log_bytes: [("info", log_bytes(1090.0)), ("error", log_bytes(27.0))].into(),
            network_ms: NETWORK_TIMES,
            whole_core_mb: 1769.0,
        };
        let inputs = CostInputs { prices: PRICES, measured };
        let [defaults, cheapest] = [DEFAULTS, CHEAPEST].map(|settings| inputs.without_api(settings));
        let row = format!("| sum without the API | | **{defaults:.2}** | | **{cheapest:.2}** |");
        assert!(include_str!("../../../docs/cost.md").contains(&row), "{row}");
        assert!(inputs.summary().contains(&format!("${defaults:.2} at default settings")), "{}", inputs.summary());
    }
}
