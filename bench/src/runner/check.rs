//! The targets: ratios within one run, and sizes.

use serde::Serialize;

use super::measure::Measured;
use super::numbers::median;
use super::program::Start;
use crate::subjects::{DEFAULTS, FLOOR, Function, NODE, OURS};

/// A target and what was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) function: Function,
    pub(crate) what: String,
    pub(crate) against: String,
    /// The most that it may be.
    pub(crate) target: f64,
    /// What it is.
    pub(crate) found: f64,
    pub(crate) unit: &'static str,
    pub(crate) holds: bool,
    /// Of a target that is missed: where the cost is, and what was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<&'static str>,
}

impl Row {
    pub(crate) fn new(
        function: Function,
        (what, against): (&str, &str),
        target: f64,
        found: f64,
        unit: &'static str,
    ) -> Self {
        let (holds, what, against) = (found <= target, what.to_owned(), against.to_owned());
        Self { function, what, against, target, found, unit, holds, note: None }
    }

    /// With the note that belongs to it if it is missed.
    fn noted(self, notes: Notes) -> Self {
        let note = if self.function == Function::Ingest { notes.ingest } else { notes.process };
        Self { note: note.filter(|_| !self.holds), ..self }
    }
}

/// One number of a program.
type Of = fn(&Measured) -> f64;

fn cold_wall(of: &Measured) -> f64 {
    of.of_starts(Start::wall_ms)
}

fn cold_cpu(of: &Measured) -> f64 {
    of.of_starts(|start| start.cpu_ms)
}

fn warm_cpu(of: &Measured) -> f64 {
    median(of.usual().map(|event| event.cpu_ms))
}

#[allow(clippy::cast_precision_loss, reason = "KiB of memory")]
fn resident(of: &Measured) -> f64 {
    of.resident_kib as f64
}

/// As shipped against another, and the most that the ratio may be for each function.
struct Ratio {
    what: &'static str,
    against: &'static str,
    of: Of,
    ingest: f64,
    process: f64,
    notes: Notes,
}

/// What is known of a target that is missed, for each function.
#[derive(Clone, Copy)]
struct Notes {
    ingest: Option<&'static str>,
    process: Option<&'static str>,
}

const NO_NOTES: Notes = Notes { ingest: None, process: None };

const COLD: Notes = Notes {
    ingest: Some(
        "samples of 40 starts: kernel 35 % (page faults 15, TCP 10), P-256 of two handshakes 13, malloc and copies 11, the \
         SDK 9 (2 of it a table of partitions that each client parses), dynamic linking 6. Tried: fixed endpoints (no \
         effect, the table is parsed all the same), mimalloc (a third slower, twice the memory), events of `tracing` compiled \
         out (within noise)",
    ),
    process: None,
};

const WARM: Notes = Notes {
    ingest: Some(
        "samples of 2,500 events: malloc 11 %, kernel 11, escaping the message in the SDK's JSON 10 (byte by byte), three \
         SHA-256 over the body 7, copies 5; the rest is flat, none above 2. The empty handler itself varies by half from run \
         to run (0.09 to 0.16 ms). Tried: opt-level 3 for the SDK, hyper and tokio (2 to 5 %, 0.2 MB), mimalloc (twice the \
         memory), calls in boxes (in)",
    ),
    process: None,
};

const RATIOS: [Ratio; 8] = [
    Ratio { notes: COLD, ..ratio("CPU from start to first response", FLOOR, cold_cpu, 3.0, 5.0) },
    Ratio { notes: WARM, ..ratio("CPU per warm event, 10 KiB", FLOOR, warm_cpu, 4.2, 7.0) },
    ratio("resident memory", FLOOR, resident, 2.6, 3.5),
    ratio("wall time from start to first response", NODE, cold_wall, 1.0 / 30.0, 1.0 / 12.0),
    ratio("CPU from start to first response", NODE, cold_cpu, 1.0 / 50.0, 1.0 / 30.0),
    ratio("CPU per warm event, 10 KiB", NODE, warm_cpu, 1.0 / 5.5, 1.0 / 8.0),
    ratio("resident memory", NODE, resident, 1.0 / 11.0, 1.0 / 10.0),
    ratio("CPU from start to first response", DEFAULTS, cold_cpu, 1.0 / 10.0, 1.0 / 8.0),
];

const fn ratio(what: &'static str, against: &'static str, of: Of, ingest: f64, process: f64) -> Ratio {
    Ratio { what, against, of, ingest, process, notes: NO_NOTES }
}

/// The largest package, in bytes.
fn package_target(function: Function) -> f64 {
    match function {
        Function::Ingest => 3.2e6,
        Function::Process => 4.0e6,
    }
}

/// Every target of a function that this run can tell of.
pub(crate) fn rows(function: Function, all: &[Measured]) -> Vec<Row> {
    let named = |name: &str| all.iter().find(|measured| measured.name == name);
    let Some(ours) = named(OURS) else { return Vec::new() };
    let ratio = |Ratio { what, against, of, ingest, process, notes }: &Ratio| {
        let target = if function == Function::Ingest { *ingest } else { *process };
        Some(Row::new(function, (what, against), target, of(ours) / of(named(against)?), "x").noted(*notes))
    };
    #[allow(clippy::cast_precision_loss, reason = "bytes of a package")]
    let size = ours.package_bytes as f64;
    let package = Row::new(function, ("package, zipped", "itself"), package_target(function), size, "bytes");
    RATIOS.iter().filter_map(ratio).chain([package]).collect()
}

#[cfg(test)]
mod tests {
    use super::super::measure::{USUAL_KIB, Warm};
    use super::super::program::Cost;
    use super::*;

    fn measured(name: &'static str, milliseconds: f64, resident_kib: u64) -> Measured {
        let start = Start { init_ms: milliseconds, init_cpu_ms: 0.0, first_ms: milliseconds, cpu_ms: milliseconds };
        let warm = Warm { body_kib: USUAL_KIB, events: vec![Cost { wall_ms: milliseconds, cpu_ms: milliseconds }] };
        Measured { name, about: "", package_bytes: 3_500_000, starts: vec![start], warm: vec![warm], resident_kib }
    }

    #[test]
    fn a_ratio_holds_or_it_does_not() {
        let all = [measured(FLOOR, 2.0, 10), measured(OURS, 11.0, 20), measured(NODE, 110.0, 1000)];
        let holds = |function| rows(function, &all).into_iter().map(|row| row.holds).collect::<Vec<_>>();
        assert_eq!(holds(Function::Ingest), [false, false, true, false, false, true, true, false]);
        assert!(holds(Function::Process)[7], "process may be larger");
        assert!(rows(Function::Ingest, &all[..1]).is_empty());
    }
}
