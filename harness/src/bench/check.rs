//! The targets: ratios within one run, and sizes.

use serde::Serialize;

use super::measure::Measured;
use super::numbers::median;
use super::program::Start;
use super::reasons;
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
    /// Of one that does not hold: why, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'static str>,
}

impl Row {
    pub(super) fn new(
        function: Function,
        (what, against): (&str, &str),
        target: f64,
        found: f64,
        unit: &'static str,
    ) -> Self {
        let (holds, what, against) = (found <= target, what.to_owned(), against.to_owned());
        Self { function, what, against, target, found, unit, holds, why: None }
    }

    /// With the reason that it has where it does not hold.
    pub(super) fn because(self, why: Option<&'static str>) -> Self {
        Self { why: why.filter(|_| !self.holds), ..self }
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

/// Ours against another, as a ratio, with the reason why ingest or process may miss it.
struct Ratio {
    what: &'static str,
    against: &'static str,
    of: Of,
    target: f64,
    ingest: Option<&'static str>,
    process: Option<&'static str>,
}

const RATIOS: [Ratio; 8] = [
    Ratio {
        what: "CPU until the first event is answered",
        against: FLOOR,
        of: cold_cpu,
        target: 2.0,
        ingest: Some(reasons::HANDSHAKES),
        process: Some(reasons::FIRST_BATCH),
    },
    Ratio {
        what: "warm CPU an event, 10 KiB",
        against: FLOOR,
        of: warm_cpu,
        target: 2.5,
        ingest: Some(reasons::ONE_REQUEST),
        process: Some(reasons::REQUESTS),
    },
    Ratio {
        what: "resident memory",
        against: FLOOR,
        of: resident,
        target: 2.2,
        ingest: None,
        process: Some(reasons::TEN_EVENTS),
    },
    Ratio {
        what: "cold wall time",
        against: NODE,
        of: cold_wall,
        target: 1.0 / 25.0,
        ingest: Some(reasons::WAITING),
        process: Some(reasons::SINK),
    },
    Ratio {
        what: "cold CPU",
        against: NODE,
        of: cold_cpu,
        target: 1.0 / 50.0,
        ingest: Some(reasons::HANDSHAKES),
        process: Some(reasons::FIRST_BATCH),
    },
    Ratio {
        what: "warm CPU an event, 10 KiB",
        against: NODE,
        of: warm_cpu,
        target: 1.0 / 10.0,
        ingest: Some(reasons::ONE_REQUEST),
        process: Some(reasons::REQUESTS),
    },
    Ratio { what: "resident memory", against: NODE, of: resident, target: 1.0 / 10.0, ingest: None, process: None },
    Ratio {
        what: "cold CPU",
        against: DEFAULTS,
        of: cold_cpu,
        target: 1.0 / 12.0,
        ingest: Some(reasons::HANDSHAKES),
        process: Some(reasons::FIRST_BATCH),
    },
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
    let ratio = |Ratio { what, against, of, target, ingest, process }: &Ratio| {
        let found = of(ours) / of(named(against)?);
        let why = if function == Function::Ingest { ingest } else { process };
        Some(Row::new(function, (what, against), *target, found, "x").because(*why))
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
