//! The command line, and one run of the benchmark.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::runner::cost::{CostInputs, LogBytes};
use crate::runner::measure::Plan;
use crate::runner::report::{Conditions, Part, Report};
use crate::runner::stand_in::StandIn;
use crate::runner::{check, measure, report};
use crate::subjects::{self, Function, OURS};
use harness::system::repository::Repository;
use hookline::output::{Step, print_line};

/// Measure both functions next to other programs that do the same work
#[derive(Debug, Parser)]
#[command(name = "cargo benchmark", bin_name = "cargo benchmark", version, max_term_width = 100)]
pub struct Arguments {
    /// Configuration functions; without it both
    #[arg(long, value_name = "FUNCTION")]
    only: Option<Function>,
    /// Compare only with another build of the function, whose program this is
    #[arg(long, value_name = "PROGRAM", requires = "only")]
    against: Option<PathBuf>,
    /// Starts of each program
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..))]
    starts: u16,
    /// Warm events of each program and size
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u16).range(1..))]
    events: u16,
    /// Fail if a target is missed
    #[arg(long)]
    check: bool,
    /// Print JSON
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
        let files = Repository::find()?;
        let _lock = files.lock()?;
        let folder = files.target.join("bench");
        std::fs::create_dir_all(&folder)?;
        let plan = Plan { starts: self.starts.into(), events: self.events.into() };
        let functions = self.only.map_or_else(|| vec![Function::Ingest, Function::Process], |only| vec![only]);

        let mut built = Vec::new();
        for function in functions {
            built.push((function, subjects::build(&files, &folder, function, self.against.as_deref()).await?));
        }
        let stand_in = StandIn::start(&folder).await?;
        let conditions = Conditions::read(plan);
        let mut parts = Vec::new();
        let mut log_bytes: BTreeMap<&'static str, LogBytes> = BTreeMap::new();
        for (function, subjects) in built {
            let step = Step::start(format!("measure {}: {} programs", function.name(), subjects.len()));
            let programs = measure::measure(function, &subjects, &stand_in, plan).await?;
            let ours = subjects.iter().filter(|it| it.name == OURS).cycle();
            for (level, ours) in ["info", "warn", "error"].into_iter().zip(ours) {
                let bytes = measure::log_bytes(function, ours, &stand_in, level, &folder.join("log")).await?;
                let of_level = log_bytes.entry(level).or_default();
                match function {
                    Function::Ingest => of_level.ingest = bytes,
                    Function::Process => of_level.process = bytes,
                }
            }
            step.done("");
            let targets = check::rows(function, &programs);
            parts.push(Part { function, programs, targets });
        }
        let measured: Vec<_> = parts.iter().map(|part| (part.function, &part.programs[..])).collect();
        let cost = CostInputs::of(&measured, log_bytes);
        let report = Report { conditions, parts, cost };
        report.write(&folder)?;
        Ok(self.tell(&report, &folder.join("report.html")))
    }

    fn tell(&self, report: &Report, at: &std::path::Path) -> ExitCode {
        let rows: Vec<_> = report.parts.iter().flat_map(|part| &part.targets).collect();
        let missed = rows.iter().filter(|row| !row.holds).count();
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows).unwrap_or_default()));
        } else {
            report.parts.iter().for_each(|part| print_line(format_args!("{}\n", part.table())));
            let notes = report::notes(&rows);
            print_line(format_args!("{}\n{notes}{missed} of {} targets missed", report::targets(&rows), rows.len()));
            report.cost.iter().for_each(|cost| print_line(format_args!("{}", cost.summary())));
            print_line(format_args!("{}", at.display()));
        }
        if self.check && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
