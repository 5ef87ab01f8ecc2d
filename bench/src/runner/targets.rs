//! The performance targets: ratios within one run, and package sizes.

use harness::build::package::BUDGETS;
use serde::Serialize;

use super::measurements::Measurements;
use super::program::ColdStart;
use super::statistics::median;
use crate::subjects::{BASELINE, EVENT_LOG, Function, NODE, SDK_DEFAULTS, SHIPPED};

/// A target and the measured value.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TargetResult {
    pub(crate) function: Function,
    pub(crate) metric: String,
    /// The program that the function is compared with.
    pub(crate) reference: String,
    /// The maximum.
    pub(crate) target: f64,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    pub(crate) is_met: bool,
    /// For a missed target: a CPU profile, and attempts to improve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<&'static str>,
}

impl TargetResult {
    pub(crate) fn new(
        function: Function,
        (metric, reference): (&str, &str),
        target: f64,
        measured: f64,
        unit: &'static str,
    ) -> Self {
        let (is_met, metric, reference) = (measured <= target, metric.to_owned(), reference.to_owned());
        Self { function, metric, reference, target, measured, unit, is_met, note: None }
    }

    /// Adds the function's note if the target is missed.
    fn with_note(self, notes: Notes) -> Self {
        let note = if self.function == Function::Ingest { notes.ingest } else { notes.process };
        Self { note: note.filter(|_| !self.is_met), ..self }
    }
}

/// A function that returns one number of a program.
type Metric = fn(&Measurements) -> f64;

fn cold_wall(program: &Measurements) -> f64 {
    program.median_of_starts(ColdStart::wall_ms)
}

fn cold_cpu(program: &Measurements) -> f64 {
    program.median_of_starts(|start| start.cpu_ms)
}

fn warm_cpu(program: &Measurements) -> f64 {
    median(program.default_size_events().map(|event| event.cpu_ms))
}

#[allow(clippy::cast_precision_loss, reason = "KiB of memory")]
fn resident_memory(program: &Measurements) -> f64 {
    program.resident_kib as f64
}

/// A metric of the shipped function divided by the same metric of a reference, and the maximum for each function.
struct Ratio {
    name: &'static str,
    reference: &'static str,
    metric: Metric,
    ingest: f64,
    process: f64,
    notes: Notes,
}

/// What is known about a missed target, by function.
#[derive(Clone, Copy)]
struct Notes {
    ingest: Option<&'static str>,
    process: Option<&'static str>,
}

const NO_NOTES: Notes = Notes { ingest: None, process: None };

const COLD_NOTES: Notes = Notes {
    ingest: Some(
        "CPU profile of 40 starts: kernel 35 % (page faults 15 %, TCP 10 %), P-256 in two TLS handshakes 13 %, memory \
         allocation and copies 11 %, the SDK 9 % (2 % of it for a table of partitions that each client parses), dynamic \
         linking 6 %. Tried: fixed endpoints (no effect, because the SDK parses the table anyway), mimalloc (a third \
         slower, twice the memory), `tracing` events compiled out (no measurable effect)",
    ),
    process: None,
};

const WARM_NOTES: Notes = Notes {
    ingest: Some(
        "CPU profile of 2,500 events: memory allocation 11 %, kernel 11 %, escaping the message in the SDK's JSON writer \
         10 % (byte by byte), three SHA-256 hashes of the body 7 %, copies 5 %; no other function has more than 2 %. The \
         empty handler itself varies between runs (0.09 to 0.16 ms). Tried: opt-level 3 for the SDK, hyper and tokio (2 to \
         5 %, 0.2 MB), mimalloc (twice the memory), boxed futures of SDK calls (in use)",
    ),
    process: None,
};

const RATIOS: [Ratio; 8] = [
    Ratio { notes: COLD_NOTES, ..ratio("CPU from start to first response", BASELINE, cold_cpu, 3.0, 5.0) },
    Ratio { notes: WARM_NOTES, ..ratio("CPU per warm event, 10 KiB", BASELINE, warm_cpu, 4.2, 7.0) },
    ratio("resident memory", BASELINE, resident_memory, 2.6, 3.5),
    ratio("wall time from start to first response", NODE, cold_wall, 1.0 / 30.0, 1.0 / 12.0),
    ratio("CPU from start to first response", NODE, cold_cpu, 1.0 / 50.0, 1.0 / 30.0),
    ratio("CPU per warm event, 10 KiB", NODE, warm_cpu, 1.0 / 5.5, 1.0 / 8.0),
    ratio("resident memory", NODE, resident_memory, 1.0 / 11.0, 1.0 / 10.0),
    ratio("CPU from start to first response", SDK_DEFAULTS, cold_cpu, 1.0 / 10.0, 1.0 / 8.0),
];

/// How much more the function uses with the event log.
const EVENT_LOG_RATIOS: [(&str, Metric); 3] = [
    ("CPU from start to first response with the event log", cold_cpu),
    ("CPU per warm event, 10 KiB, with the event log", warm_cpu),
    ("resident memory with the event log", resident_memory),
];
const MAX_EVENT_LOG_RATIO: f64 = 1.1;

const fn ratio(name: &'static str, reference: &'static str, metric: Metric, ingest: f64, process: f64) -> Ratio {
    Ratio { name, reference, metric, ingest, process, notes: NO_NOTES }
}

/// The maximum size of the package, in bytes.
#[allow(clippy::cast_precision_loss, reason = "bytes of a package")]
fn max_package_bytes(function: Function) -> f64 {
    BUDGETS.iter().find(|(name, _)| *name == function.name()).map_or(0.0, |(_, bytes)| *bytes as f64)
}

/// Evaluates all targets of a function whose programs were measured in this run.
pub(crate) fn evaluate(function: Function, programs: &[Measurements]) -> Vec<TargetResult> {
    let find = |name: &str| programs.iter().find(|program| program.name == name);
    let Some(shipped) = find(SHIPPED) else { return Vec::new() };
    let ratio = |Ratio { name, reference, metric, ingest, process, notes }: &Ratio| {
        let target = if function == Function::Ingest { *ingest } else { *process };
        let measured = metric(shipped) / metric(find(reference)?);
        Some(TargetResult::new(function, (name, reference), target, measured, "x").with_note(*notes))
    };
    #[allow(clippy::cast_precision_loss, reason = "bytes of a package")]
    let bytes = shipped.package_bytes as f64;
    let package = TargetResult::new(function, ("package, zipped", "–"), max_package_bytes(function), bytes, "bytes");
    let with_log = |logging: &Measurements| {
        EVENT_LOG_RATIOS.map(|(name, metric)| {
            let measured = metric(logging) / metric(shipped);
            TargetResult::new(function, (name, SHIPPED), MAX_EVENT_LOG_RATIO, measured, "x")
        })
    };
    let with_log = find(EVENT_LOG).map(with_log).into_iter().flatten();
    RATIOS.iter().filter_map(ratio).chain(with_log).chain([package]).collect()
}

#[cfg(test)]
mod tests {
    use super::super::measurements::{DEFAULT_BODY_KIB, WarmEvents};
    use super::super::program::Invocation;
    use super::*;

    fn measurements(name: &'static str, ms: f64, resident_kib: u64) -> Measurements {
        let start = ColdStart { init_ms: ms, init_cpu_ms: 0.0, first_event_ms: ms, cpu_ms: ms };
        let warm = WarmEvents { body_kib: DEFAULT_BODY_KIB, events: vec![Invocation { wall_ms: ms, cpu_ms: ms }] };
        let (starts, warm) = (vec![start], vec![warm]);
        Measurements { name, description: "", package_bytes: 3_500_000, starts, warm, resident_kib }
    }

    #[test]
    fn targets_are_met_or_missed() {
        let all = [measurements(BASELINE, 2.0, 10), measurements(SHIPPED, 11.0, 20), measurements(NODE, 110.0, 1000)];
        let is_met = |function| evaluate(function, &all).into_iter().map(|target| target.is_met).collect::<Vec<_>>();
        assert_eq!(is_met(Function::Ingest), [false, false, true, false, false, true, true, false]);
        assert!(is_met(Function::Process)[7], "process may be larger");
        assert!(evaluate(Function::Ingest, &all[..1]).is_empty());
        let logging = [measurements(SHIPPED, 10.0, 20), measurements(EVENT_LOG, 10.9, 23)];
        let with_log = evaluate(Function::Process, &logging);
        assert_eq!(Vec::from_iter(with_log.iter().map(|target| target.is_met)), [true, true, false, true]);
    }
}
