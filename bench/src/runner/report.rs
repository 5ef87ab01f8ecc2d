//! What a run comes to: a table for a person, `report.json` for a machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use comfy_table::{Table, presets};
use serde::Serialize;

use super::check::Row;
use super::cost::CostInputs;
use super::measure::{Measured, Plan};
use super::numbers::{median, percentile};
use super::program::Start;
use crate::subjects::Function;

/// Where and how it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Conditions {
    pub(crate) at: String,
    pub(crate) commit: String,
    pub(crate) system: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// The load before the run, of one, five and fifteen minutes.
    pub(crate) load: String,
    pub(crate) versions: Vec<String>,
    pub(crate) plan: Plan,
}

/// A function's part of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Part {
    pub(crate) function: Function,
    pub(crate) programs: Vec<Measured>,
    pub(crate) targets: Vec<Row>,
}

/// A run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) conditions: Conditions,
    pub(crate) parts: Vec<Part>,
    /// If both functions were measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<CostInputs>,
}

impl Conditions {
    pub(crate) fn read(plan: Plan) -> Self {
        let first_line = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
            let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
            text.and_then(|text| text.lines().next().map(str::to_owned)).unwrap_or_else(|| format!("{program} unknown"))
        };
        let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = file("/proc/cpuinfo");
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let load = file("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" ");
        Self {
            at: first_line("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
            commit: first_line("git", &["describe", "--always", "--dirty"]),
            system: first_line("uname", &["-srm"]),
            processor: model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, model)| model.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load,
            versions: vec![
                first_line("rustc", &["--version"]),
                format!("Node.js {}", first_line("node", &["--version"])),
                first_line("python3", &["--version"]),
            ],
            plan,
        }
    }
}

impl Part {
    /// Medians, and what is slow at the end.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            self.function.name(),
            "init ms",
            "first ms",
            "cold ms",
            "cold p95",
            "cold CPU ms",
            "warm ms",
            "p95",
            "p99",
            "warm CPU ms",
            "RSS MiB",
            "zip KB",
        ]);
        for program in &self.programs {
            table.add_row(cells(program));
        }
        table
    }
}

#[allow(clippy::cast_precision_loss, reason = "for people")]
fn cells(program: &Measured) -> Vec<String> {
    let wall = |part| percentile(program.usual().map(|event| event.wall_ms), part);
    let numbers = [
        program.of_starts(|start| start.init_ms),
        program.of_starts(|start| start.first_ms),
        program.of_starts(Start::wall_ms),
        percentile(program.starts.iter().map(Start::wall_ms), 0.95),
        program.of_starts(|start| start.cpu_ms),
        wall(0.5),
        wall(0.95),
        wall(0.99),
        median(program.usual().map(|event| event.cpu_ms)),
    ];
    let mut cells = vec![program.name.to_owned()];
    cells.extend(numbers.map(|number| format!("{number:.2}")));
    cells.push(format!("{:.1}", program.resident_kib as f64 / 1024.0));
    cells.push(format!("{:.0}", program.package_bytes as f64 / 1000.0));
    cells
}

/// The targets as a table.
pub(crate) fn targets(rows: &[&Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "function", "what", "against", "at most", "found"]);
    for Row { function, what, against, target, found, unit, holds, .. } in rows {
        let number = |number: &f64| match *unit {
            "bytes" => format!("{:.2} MB", number / 1e6),
            _ if *target < 0.2 => format!("1/{:.1} x", 1.0 / number),
            _ => format!("{number:.2} x"),
        };
        let mark = if *holds { "✓" } else { "✗" };
        table.add_row([mark, function.name(), what, against, &number(target), &number(found)]);
    }
    table
}

/// What is known of each target that is missed, a line each.
pub(crate) fn notes(rows: &[&Row]) -> String {
    let line = |row: &&Row| {
        let (function, Row { what, against, note, .. }) = (row.function.name(), row);
        Some(format!("{function}, {what} against {against}: {}\n", (*note)?))
    };
    rows.iter().filter_map(line).collect()
}

/// Opens anywhere: the run is in the page.
const PAGE: &str = include_str!("report.html");

impl Report {
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let json = serde_json::to_string(self)?;
        let page = PAGE.replace("__REPORT__", &json.replace("</", "<\\/"));
        std::fs::write(folder.join("report.html"), page).context("cannot write the report")?;
        std::fs::write(folder.join("report.json"), json).context("cannot write the report")
    }
}
