//! The command line, and one run of the benchmark.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use harness::system::repository::Repository;
use hookline::output::{Step, print_line};

use crate::runner::cost::{CostInputs, LogBytes};
use crate::runner::fake_services::FakeServices;
use crate::runner::measurements::{self, Plan};
use crate::runner::report::{self, Conditions, FunctionReport, Report};
use crate::runner::targets;
use crate::subjects::{self, Function, SHIPPED, Subject};

/// Measure both functions next to other programs that do the same work
#[derive(Debug, Parser)]
#[command(name = "cargo benchmark", bin_name = "cargo benchmark", version, max_term_width = 100)]
pub struct Arguments {
    /// Measure only this function
    #[arg(long, value_name = "FUNCTION")]
    only: Option<Function>,
    /// Compare the function only with another build of it, which is this executable
    #[arg(long, value_name = "PROGRAM", requires = "only")]
    against: Option<PathBuf>,
    /// Number of starts of each program
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..))]
    starts: u16,
    /// Number of warm events of each program and body size
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u16).range(1..))]
    events: u16,
    /// Fail if a target is missed
    #[arg(long)]
    check: bool,
    /// Print the targets as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Builds the programs, measures them and prints the report.
    ///
    /// # Errors
    ///
    /// If a program does not build or does not do its work.
    pub async fn run(self) -> Result<ExitCode> {
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let folder = repository.target_directory.join("bench");
        std::fs::create_dir_all(&folder)?;
        let plan = Plan { starts: self.starts.into(), events: self.events.into() };
        let functions = self.only.map_or_else(|| vec![Function::Ingest, Function::Process], |only| vec![only]);

        let mut built = Vec::new();
        for function in functions {
            built.push((function, subjects::build(&repository, &folder, function, self.against.as_deref()).await?));
        }
        let services = FakeServices::start(&folder).await?;
        let conditions = Conditions::read(plan);
        let mut functions = Vec::new();
        let mut log_bytes: BTreeMap<&'static str, LogBytes> = BTreeMap::new();
        for (function, subjects) in built {
            let step = Step::start(format!("measure {}: {} programs", function.name(), subjects.len()));
            let programs = measurements::measure(function, &subjects, &services, plan).await?;
            measure_logs(function, &subjects, &services, &folder.join("log"), &mut log_bytes).await?;
            step.done("");
            let targets = targets::evaluate(function, &programs);
            functions.push(FunctionReport { function, programs, targets });
        }
        let measured: Vec<_> = functions.iter().map(|report| (report.function, &report.programs[..])).collect();
        let cost = CostInputs::new(&measured, log_bytes);
        let report = Report { conditions, functions, cost };
        report.write(&folder)?;
        Ok(self.print(&report, &folder.join("report.html")))
    }

    fn print(&self, report: &Report, page: &Path) -> ExitCode {
        let targets: Vec<_> = report.functions.iter().flat_map(|function| &function.targets).collect();
        let missed = targets.iter().filter(|target| !target.is_met).count();
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&targets).unwrap_or_default()));
        } else {
            report.functions.iter().for_each(|function| print_line(format_args!("{}\n", function.table())));
            let (table, notes) = (report::targets_table(&targets), report::notes(&targets));
            print_line(format_args!("{table}\n{notes}{missed} of {} targets missed", targets.len()));
            report.cost.iter().for_each(|cost| print_line(format_args!("{}", cost.summary())));
            print_line(format_args!("{}", page.display()));
        }
        if self.check && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Measures the log bytes of the shipped function at each level.
async fn measure_logs(
    function: Function,
    subjects: &[Subject],
    services: &FakeServices,
    file: &Path,
    log_bytes: &mut BTreeMap<&'static str, LogBytes>,
) -> Result<()> {
    let Some(shipped) = subjects.iter().find(|subject| subject.name == SHIPPED) else { return Ok(()) };
    for level in ["info", "warn", "error"] {
        let bytes = measurements::log_bytes_per_webhook(function, shipped, services, level, file).await?;
        let of_level = log_bytes.entry(level).or_default();
        match function {
            Function::Ingest => of_level.ingest = bytes,
            Function::Process => of_level.process = bytes,
        }
    }
    Ok(())
}
