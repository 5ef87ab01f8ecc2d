//! What a million webhooks cost at list price, from what was measured. `report.html` has the same formula, with sliders.

use std::collections::BTreeMap;

use serde::Serialize;

use super::check::Row;
use super::measure::Measured;
use super::numbers::median;
use super::subjects::{Function, OURS};

/// What the report's model needs.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CostInputs {
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
    /// Median wall time of a warm event, by the body's size.
    ingest_warm_ms_by_kib: BTreeMap<usize, f64>,
    process_batch_ms_by_kib: BTreeMap<usize, f64>,
    /// Bytes a webhook that CloudWatch bills, by level.
    log_bytes: BTreeMap<&'static str, LogBytes>,
    /// What the network adds on AWS to what was measured on the loopback: an estimate, not a measurement.
    network_ms: Network,
}

/// Of one level.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct LogBytes {
    pub(super) ingest: f64,
    pub(super) process: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Network {
    sqs: f64,
    destination: f64,
}

const NETWORK: Network = Network { sqs: 8.0, destination: 50.0 };

impl CostInputs {
    /// `None` unless both functions were measured.
    pub(super) fn of(parts: &[(Function, &[Measured])], log_bytes: BTreeMap<&'static str, LogBytes>) -> Option<Self> {
        let wall = |function| {
            let (_, programs) = parts.iter().find(|(part, _)| *part == function)?;
            let ours = programs.iter().find(|program| program.name == OURS)?;
            let of_size =
                |warm: &super::measure::Warm| (warm.body_kib, median(warm.events.iter().map(|it| it.wall_ms)));
            Some(ours.warm.iter().map(of_size).collect())
        };
        let measured = MeasuredCosts {
            ingest_warm_ms_by_kib: wall(Function::Ingest)?,
            process_batch_ms_by_kib: wall(Function::Process)?,
            log_bytes,
            network_ms: NETWORK,
        };
        Some(Self { prices: PRICES, measured })
    }

    /// Dollars a million webhooks of 10 KiB, in batches of ten, on arm64 with 256 MB, without a front door.
    fn bare(&self, level: &str, sampled: f64, idempotent: bool) -> f64 {
        const MEMORY_GB: f64 = 0.25;
        const MESSAGE_KIB: f64 = 10.0 * 4.0 / 3.0;
        const BATCH: f64 = 10.0;
        let Prices {
            lambda_request_per_million: request,
            lambda_gb_second_arm64: second,
            sqs_request_per_million: sqs,
            ..
        } = self.prices;
        let usual = |by_kib: &BTreeMap<usize, f64>| by_kib.get(&10).copied().unwrap_or_default();
        // Millions of calls, and what each takes.
        let lambda = |calls: f64, ms: f64| calls * request + calls * 1e6 * ms.ceil() / 1e3 * MEMORY_GB * second;
        let ingest = lambda(1.0, usual(&self.measured.ingest_warm_ms_by_kib) + NETWORK.sqs);
        let process = lambda(1.0 / BATCH, usual(&self.measured.process_batch_ms_by_kib) + NETWORK.destination);
        let units = |kib: f64| (kib / self.prices.sqs_unit_kib).ceil();
        let queue = sqs * (units(MESSAGE_KIB) + units(MESSAGE_KIB * BATCH) / BATCH + 1.0 / BATCH);
        let bytes = self.measured.log_bytes.get(level).copied().unwrap_or_default();
        let logs = (bytes.ingest + bytes.process) * 1e6 / 1e9 * self.prices.logs_ingested_per_gb;
        let traces = sampled * self.prices.xray_trace_per_million;
        let table = if idempotent { 2.0 * self.prices.dynamodb_write_per_million } else { 0.0 };
        ingest + process + queue + logs + traces + table
    }

    /// The targets: with everything off that can be, and with everything on that is on by default.
    pub(super) fn rows(&self) -> Vec<Row> {
        let lean = self.bare("warn", 0.0, false);
        let row = |what: &str, against: &str, target: f64, found: f64| Row {
            function: Function::Ingest,
            what: what.to_owned(),
            against: against.to_owned(),
            target,
            found,
            unit: "$",
            holds: found <= target,
        };
        let door = PRICES.http_api_per_million;
        vec![
            row("a million, 10 KiB, no front door", "log level warn, no traces, no table", 0.80, lean),
            row("a million, 10 KiB, HTTP API", "log level warn, no traces, no table", 1.80, lean + door),
            row(
                "a million, 10 KiB, no front door",
                "log level info, 5 % traced, table",
                0.80,
                self.bare("info", 0.05, true),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand: Lambda 0.2 + 11 ms and 0.02 + 66 ms a batch; SQS 0.4 * (1 + 0.3 + 0.1); logs 0.5 GB.
    #[test]
    fn a_million_is_counted_item_by_item() {
        let log_bytes = [("warn", LogBytes { ingest: 600.0, process: 400.0 })].into();
        let measured = MeasuredCosts {
            ingest_warm_ms_by_kib: [(10, 2.5)].into(),
            process_batch_ms_by_kib: [(10, 15.5)].into(),
            log_bytes,
            network_ms: NETWORK,
        };
        let inputs = CostInputs { prices: PRICES, measured };
        let lambda = 0.2 + 11_000.0 * 0.25 * 0.000_013_333_4 + 0.02 + 6_600.0 * 0.25 * 0.000_013_333_4;
        let expected = lambda + 0.4 * 1.4 + 0.5;
        assert!((inputs.bare("warn", 0.0, false) - expected).abs() < 1e-9);
        assert!((inputs.bare("warn", 0.1, true) - expected - 0.5 - 1.25).abs() < 1e-9);
    }
}
