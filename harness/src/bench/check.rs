//! The targets: ratios within one run, and sizes.

use serde::Serialize;

use super::measure::Measured;
use super::numbers::median;
use super::program::Start;
use super::subjects::{DEFAULTS, FLOOR, Function, NODE, OURS};

/// A target and what was measured.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) function: Function,
    pub(super) what: String,
    pub(super) against: String,
    /// The most that it may be.
    pub(super) target: f64,
    /// What it is.
    pub(super) found: f64,
    pub(super) unit: &'static str,
    pub(super) holds: bool,
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

/// Ours against the others, as ratios.
const RATIOS: [(&str, &str, Of, f64); 8] = [
    ("CPU until the first event is answered", FLOOR, cold_cpu, 2.0),
    ("warm CPU an event, 10 KiB", FLOOR, warm_cpu, 2.5),
    ("resident memory", FLOOR, resident, 2.2),
    ("cold wall time", NODE, cold_wall, 1.0 / 25.0),
    ("cold CPU", NODE, cold_cpu, 1.0 / 50.0),
    ("warm CPU an event, 10 KiB", NODE, warm_cpu, 1.0 / 10.0),
    ("resident memory", NODE, resident, 1.0 / 10.0),
    ("cold CPU", DEFAULTS, cold_cpu, 1.0 / 12.0),
];

/// The largest package, in bytes.
fn package_target(function: Function) -> f64 {
    match function {
        Function::Ingest => 2.0e6,
        Function::Process => 3.0e6,
    }
}

/// Every target of a function that this run can tell of.
pub(super) fn rows(function: Function, all: &[Measured]) -> Vec<Row> {
    let named = |name: &str| all.iter().find(|measured| measured.name == name);
    let Some(ours) = named(OURS) else { return Vec::new() };
    let ratio = |(what, against, of, target): (&str, &str, Of, f64)| {
        let found = of(ours) / of(named(against)?);
        Some(Row {
            function,
            what: what.to_owned(),
            against: against.to_owned(),
            target,
            found,
            unit: "x",
            holds: found <= target,
        })
    };
    let mut rows: Vec<_> = RATIOS.into_iter().filter_map(ratio).collect();
    #[allow(clippy::cast_precision_loss, reason = "bytes of a package")]
    let (found, target) = (ours.package_bytes as f64, package_target(function));
    rows.push(Row {
        function,
        what: "package, zipped".to_owned(),
        against: "itself".to_owned(),
        target,
        found,
        unit: "bytes",
        holds: found <= target,
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::super::measure::{USUAL_KIB, Warm};
    use super::super::program::Cost;
    use super::*;

    fn measured(name: &'static str, milliseconds: f64, resident_kib: u64) -> Measured {
        let start = Start { init_ms: milliseconds, init_cpu_ms: 0.0, first_ms: milliseconds, cpu_ms: milliseconds };
        let warm = Warm { body_kib: USUAL_KIB, events: vec![Cost { wall_ms: milliseconds, cpu_ms: milliseconds }] };
        Measured { name, about: "", package_bytes: 2_500_000, starts: vec![start], warm: vec![warm], resident_kib }
    }

    #[test]
    fn a_ratio_holds_or_it_does_not() {
        let all = [measured(FLOOR, 5.0, 10), measured(OURS, 11.0, 20), measured(NODE, 110.0, 1000)];
        let holds = |function| rows(function, &all).into_iter().map(|row| row.holds).collect::<Vec<_>>();
        assert_eq!(holds(Function::Ingest), [false, true, true, false, false, true, true, false]);
        assert!(holds(Function::Process)[7], "process may be larger");
        assert!(rows(Function::Ingest, &all[..1]).is_empty());
    }
}
