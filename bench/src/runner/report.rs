//! The results of a run: a table for the terminal, `report.html` and `report.json`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use comfy_table::{Table, presets};
use hookline::report_page;
use serde::Serialize;

use super::cost::CostInputs;
use super::measurements::{Measurements, Plan};
use super::program::ColdStart;
use super::statistics::{median, percentile};
use super::targets::TargetResult;
use crate::subjects::Function;

/// The environment and the size of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Conditions {
    pub(crate) started_at: String,
    pub(crate) commit: String,
    pub(crate) system: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// Load averages of one, five and fifteen minutes before the run.
    pub(crate) load: String,
    pub(crate) versions: Vec<String>,
    pub(crate) plan: Plan,
}

/// The results of one function.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FunctionReport {
    pub(crate) function: Function,
    pub(crate) programs: Vec<Measurements>,
    pub(crate) targets: Vec<TargetResult>,
}

/// The results of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) conditions: Conditions,
    pub(crate) functions: Vec<FunctionReport>,
    /// `None` unless both functions were measured.
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
            started_at: first_line("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
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

impl FunctionReport {
    /// Medians and high percentiles of each program.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            self.function.name(),
            "init ms",
            "first event ms",
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

#[allow(clippy::cast_precision_loss, reason = "the numbers are for display")]
fn cells(program: &Measurements) -> Vec<String> {
    let wall = |fraction| percentile(program.default_size_events().map(|event| event.wall_ms), fraction);
    let numbers = [
        program.median_of_starts(|start| start.init_ms),
        program.median_of_starts(|start| start.first_event_ms),
        program.median_of_starts(ColdStart::wall_ms),
        percentile(program.starts.iter().map(ColdStart::wall_ms), 0.95),
        program.median_of_starts(|start| start.cpu_ms),
        wall(0.5),
        wall(0.95),
        wall(0.99),
        median(program.default_size_events().map(|event| event.cpu_ms)),
    ];
    let mut cells = vec![program.name.to_owned()];
    cells.extend(numbers.map(|number| format!("{number:.2}")));
    cells.push(format!("{:.1}", program.resident_kib as f64 / 1024.0));
    cells.push(format!("{:.0}", program.package_bytes as f64 / 1000.0));
    cells
}

/// A table of all targets.
pub(crate) fn targets_table(targets: &[&TargetResult]) -> Table {
    let mut table = Table::new();
    let header = ["", "function", "metric", "compared with", "target (at most)", "measured"];
    table.load_style(presets::NOTHING).set_header(header);
    for TargetResult { function, metric, reference, target, measured, unit, is_met, .. } in targets {
        let number = |number: &f64| match *unit {
            "bytes" => format!("{:.2} MB", number / 1e6),
            _ if *target < 0.2 => format!("1/{:.1} x", 1.0 / number),
            _ => format!("{number:.2} x"),
        };
        let mark = if *is_met { "✓" } else { "✗" };
        table.add_row([mark, function.name(), metric, reference, &number(target), &number(measured)]);
    }
    table
}

/// The notes of the missed targets, one per line.
pub(crate) fn notes(targets: &[&TargetResult]) -> String {
    let line = |target: &&TargetResult| {
        let (function, TargetResult { metric, reference, note, .. }) = (target.function.name(), target);
        Some(format!("{function}, {metric} compared with {reference}: {}\n", (*note)?))
    };
    targets.iter().filter_map(line).collect()
}

/// The page. It needs no other file: the style of the console and the run's JSON are inserted into it.
const PAGE: &str = include_str!("report.html");

impl Report {
    /// Writes `report.html` and `report.json`.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let json = serde_json::to_string(self)?;
        let page = report_page::fill(PAGE, &json);
        let write = |name: &str, text: String| {
            let file = folder.join(name);
            std::fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))
        };
        write("report.html", page)?;
        write("report.json", json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_has_the_shared_style_and_needs_no_other_file() {
        let page = report_page::fill(PAGE, "{\"functions\":[]}");
        assert!(page.contains(report_page::STYLE) && page.contains(">{\"functions\":[]}</script>"));
        for text in ["__STYLE__", "__REPORT__", "src=", "href=", "url("] {
            assert!(!page.contains(text), "the page contains `{text}`");
        }
    }
}
