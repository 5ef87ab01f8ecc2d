//! What a million webhooks cost at list price, from what was measured. `report.html` has the same formula, with sliders.

use std::collections::BTreeMap;

use serde::Serialize;

use super::events;
use super::measure::{Measured, Warm};
use super::numbers::median;
use crate::subjects::{Function, OURS};

/// What the report's model needs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CostInputs {
    prices: Prices,
    measured: MeasuredCosts,
}

/// List prices in dollars, us-east-1, without free tiers:
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
    /// Median CPU of a warm event, by the body's size.
    ingest_cpu_ms_by_kib: BTreeMap<usize, f64>,
    /// The same of a batch of ten.
    process_cpu_ms_by_kib: BTreeMap<usize, f64>,
    /// What a message has beside its payload.
    envelope_kib: f64,
    /// Bytes a webhook that CloudWatch bills, by level.
    log_bytes: BTreeMap<&'static str, LogBytes>,
    /// What is waited for on AWS: an estimate, not a measurement.
    network_ms: Network,
    /// With so much memory a function has a whole core, with less a share of one:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
    whole_core_mb: f64,
}

/// Of one level.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct LogBytes {
    pub(crate) ingest: f64,
    pub(crate) process: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Network {
    sqs: f64,
    /// Each of the two writes that a delivery waits for.
    table: f64,
    destination: f64,
}

const NETWORK: Network = Network { sqs: 8.0, table: 5.0, destination: 50.0 };

/// What an operator can choose.
#[derive(Debug, Clone, Copy)]
struct Setup {
    level: &'static str,
    /// From 0 to 1.
    sampled: f64,
    idempotent: bool,
    batch: f64,
    memory_mb: f64,
}

/// Each as low as Terraform takes it. Nine messages of 10 KiB are two of the units that SQS bills, and ten are three.
const CHEAPEST: Setup = Setup { level: "error", sampled: 0.0, idempotent: false, batch: 9.0, memory_mb: 128.0 };
const DEFAULTS: Setup = Setup { level: "info", sampled: 0.05, idempotent: true, batch: 10.0, memory_mb: 256.0 };

impl CostInputs {
    /// `None` unless both functions were measured.
    pub(crate) fn of(parts: &[(Function, &[Measured])], log_bytes: BTreeMap<&'static str, LogBytes>) -> Option<Self> {
        let cpu = |function| {
            let (_, programs) = parts.iter().find(|(part, _)| *part == function)?;
            let ours = programs.iter().find(|program| program.name == OURS)?;
            let of_size = |warm: &Warm| (warm.body_kib, median(warm.events.iter().map(|it| it.cpu_ms)));
            Some(ours.warm.iter().map(of_size).collect())
        };
        let measured = MeasuredCosts {
            ingest_cpu_ms_by_kib: cpu(Function::Ingest)?,
            process_cpu_ms_by_kib: cpu(Function::Process)?,
            envelope_kib: events::envelope_kib().ok()?,
            log_bytes,
            network_ms: NETWORK,
            whole_core_mb: 1769.0,
        };
        Some(Self { prices: PRICES, measured })
    }

    /// Dollars a million webhooks of 10 KiB on arm64, without a front door.
    fn bare(&self, setup: Setup) -> f64 {
        const KIB: usize = 10;
        let Setup { level, sampled, idempotent, batch, memory_mb } = setup;
        let Prices {
            lambda_request_per_million: request,
            lambda_gb_second_arm64: second,
            sqs_request_per_million: sqs,
            ..
        } = self.prices;
        let measured = &self.measured;
        let usual = |by_kib: &BTreeMap<usize, f64>| by_kib.get(&KIB).copied().unwrap_or_default();
        // Millions of calls, and what each waits and computes.
        let lambda = |calls: f64, network: f64, cpu: f64| {
            let ms = network + cpu * (measured.whole_core_mb / memory_mb).max(1.0);
            calls * request + calls * 1e6 * ms.ceil() / 1e3 * memory_mb / 1024.0 * second
        };
        let ingest = lambda(1.0, NETWORK.sqs, usual(&measured.ingest_cpu_ms_by_kib));
        let table = if idempotent { 2.0 } else { 0.0 };
        let waits = NETWORK.destination + table * NETWORK.table;
        let process = lambda(1.0 / batch, waits, usual(&measured.process_cpu_ms_by_kib) * batch / 10.0);
        let units = |kib: f64| (kib / self.prices.sqs_unit_kib).ceil();
        #[allow(clippy::cast_precision_loss, reason = "a small number")]
        let message = KIB as f64 * 4.0 / 3.0 + measured.envelope_kib;
        let queue = sqs * (units(message) + units(message * batch) / batch + 1.0 / batch);
        let bytes = measured.log_bytes.get(level).copied().unwrap_or_default();
        let logs = (bytes.ingest + bytes.process) * 1e6 / 1e9 * self.prices.logs_ingested_per_gb;
        let traces = sampled * self.prices.xray_trace_per_million;
        ingest + process + queue + logs + traces + table * self.prices.dynamodb_write_per_million
    }

    /// The cheapest configuration and the default settings, in a line each.
    pub(crate) fn summary(&self) -> String {
        format!(
            "a million webhooks of 10 KiB without a front door: ${:.2} with default settings (level info, 5 % traced, table, \
             batches of 10, 256 MB), ${:.2} in the cheapest configuration (level error, no traces, no table, batches of 9, \
             128 MB); an HTTP API adds ${:.2}",
            self.bare(DEFAULTS),
            self.bare(CHEAPEST),
            PRICES.http_api_per_million
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand: ingest waits 8 ms and computes 0.2 on an eighth of a core, 10 ms in all; process 50 and 1 a batch, 58 ms,
    /// or 68 with two writes; SQS 0.4 * (1 + 0.3 + 0.1); logs 0.5 GB.
    #[test]
    fn a_million_is_counted_item_by_item() {
        let measured = MeasuredCosts {
            ingest_cpu_ms_by_kib: [(10, 0.2)].into(),
            process_cpu_ms_by_kib: [(10, 1.0)].into(),
            envelope_kib: 0.5,
            log_bytes: [("warn", LogBytes { ingest: 600.0, process: 400.0 })].into(),
            network_ms: NETWORK,
            whole_core_mb: 2048.0,
        };
        let inputs = CostInputs { prices: PRICES, measured };
        let lean = Setup { level: "warn", sampled: 0.0, idempotent: false, batch: 10.0, memory_mb: 256.0 };
        let (call, second) = (0.2, 0.25 * 0.000_013_333_4);
        let expected = call + 10_000.0 * second + call / 10.0 + 5_800.0 * second + 0.4 * 1.4 + 0.5;
        assert!((inputs.bare(lean) - expected).abs() < 1e-9);
        let whole = inputs.bare(Setup { sampled: 0.1, idempotent: true, ..lean });
        assert!((whole - expected - 0.5 - 1.25 - 1_000.0 * second).abs() < 1e-9);
        // Nine of them are two units of what SQS bills.
        let nine = inputs.bare(Setup { batch: 9.0, ..lean });
        let less = 0.4 * (0.4 - 3.0 / 9.0);
        let more = (call / 10.0 + 5_800.0 * second) / 9.0;
        assert!((expected - nine - less + more).abs() < 1e-9, "{}", expected - nine);
    }
}
