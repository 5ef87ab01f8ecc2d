use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::capacity_text;
use crate::capacity::simulation::{self, Scenario, Simulated, VisibilityRetry};
use crate::capacity::{Fault, Outage, Page, Parameters, ServiceTimes, Settings, sum};
use crate::output::{Step, print_line};
use crate::target::working_repository;

/// Simulated time before the outage, in seconds.
const LEAD_SECONDS: f64 = 600.0;
/// Simulated time after the outage, in multiples of the predicted time; the simulation ends earlier if nothing waits.
const MAX_TAIL: f64 = 3.0;
/// The shortest simulated time after the outage, in seconds.
const MIN_TAIL_SECONDS: f64 = 3600.0;
/// The longest one.
const MAX_TAIL_SECONDS: f64 = 86_400.0;

#[derive(Debug, Args)]
#[command(after_help = "\
Reads terraform/environments/<workspace>.tfvars and the defaults of the Terraform variables, by `terraform console`. It needs
the repository and Terraform; it reads neither the state nor AWS, and needs no credentials.

Assumptions: each source sends the same share of the events, routes match all of them, and full batches wait for the workers.
CPU times are measured (docs/performance.md); the times of calls are estimates (docs/cost.md).

The exit code is 1 if the load exceeds a limit.

Examples:
  hookline capacity --workspace prod
  hookline capacity --workspace prod --rate 500 --destination ledger --outage-minutes 60 --simulate
  hookline capacity --workspace prod --var 'retry_lane={maximum_concurrency=10}'
  hookline capacity --workspace prod --fault hangs --compare-one-lane --html capacity.html")]
pub(super) struct Capacity {
    /// Workspace whose Terraform variables to read
    #[arg(long, value_name = "NAME", env = "HOOKLINE_WORKSPACE")]
    workspace: String,
    /// Accepted events per second; default: `throttle.rate` of the workspace
    #[arg(long, value_name = "N", value_parser = positive)]
    rate: Option<f64>,
    /// Concurrent executions that Lambda allows for the account; default: `account_concurrency` of the workspace
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    account_concurrency: Option<u32>,
    /// Other value of a Terraform variable, to see its effect: `retry_lane={maximum_concurrency=10}`; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE")]
    overrides: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    outage: OutageOptions,
    #[command(flatten)]
    simulation: SimulationOptions,
    #[command(flatten)]
    times: TimeOptions,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Outage")]
struct OutageOptions {
    /// Destination that fails; default: the one that receives most events
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Length of the outage in minutes
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_080))]
    outage_minutes: u32,
    /// How the destination fails
    #[arg(long, value_enum, default_value_t = FaultOption::Rejects)]
    fault: FaultOption,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FaultOption {
    /// It rejects each call at once
    Rejects,
    /// It accepts connections and does not respond
    Hangs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Simulation")]
struct SimulationOptions {
    /// Simulate the outage event by event, to check the arithmetic
    #[arg(long)]
    simulate: bool,
    /// Simulate the design before the retry lane too: one lane, retries by visibility timeout
    #[arg(long)]
    compare_one_lane: bool,
    /// Simulate, and write charts of the backlog and of the delivery age to this HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Seed of the random numbers: the same seed has the same result
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Times in milliseconds")]
struct TimeOptions {
    /// Mean response time of a destination
    #[arg(long, value_name = "MS", default_value_t = ServiceTimes::default().destination_ms, value_parser = positive)]
    destination_ms: f64,
    /// Call to SQS
    #[arg(long, value_name = "MS", default_value_t = ServiceTimes::default().sqs_ms, value_parser = positive)]
    sqs_ms: f64,
    /// Call to the idempotency table
    #[arg(long, value_name = "MS", default_value_t = ServiceTimes::default().table_ms, value_parser = positive)]
    table_ms: f64,
    /// CPU time of ingest for one event, on a whole core
    #[arg(long, value_name = "MS", default_value_t = ServiceTimes::default().ingest_cpu_ms, value_parser = positive)]
    ingest_cpu_ms: f64,
    /// CPU time of process for ten events, on a whole core
    #[arg(long, value_name = "MS", default_value_t = ServiceTimes::default().process_cpu_ms, value_parser = positive)]
    process_cpu_ms: f64,
}

impl Capacity {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let settings = Settings::of_workspace(&working_repository()?, &self.workspace, &self.overrides)?;
        let parameters = self.parameters(settings);
        let (destination, outage) = self.predict(&parameters)?;
        self.simulation.html.as_deref().map_or(Ok(()), check_writable)?;
        let simulated = match self.is_simulation() {
            true => Some(self.simulate(&parameters, destination, &outage).await?),
            false => None,
        };
        match self.json {
            true => {
                let json = self.json_report(&parameters, destination, &outage, simulated.as_ref());
                print_line(format_args!("{}", serde_json::to_string_pretty(&json)?));
            }
            false => {
                let text = capacity_text::report(&self.workspace, &parameters, destination, &outage);
                print_line(format_args!("{text}"));
                let simulated = simulated.as_ref().map(capacity_text::simulated);
                simulated.into_iter().for_each(|text| print_line(format_args!("\n{text}")));
            }
        }
        if let (Some(file), Some(simulated)) = (&self.simulation.html, &simulated) {
            self.write_page(file, &parameters, &outage, simulated)?;
        }
        let is_enough = parameters.limits().iter().all(|limit| limit.headroom() >= 1.0);
        Ok(if is_enough { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn is_simulation(&self) -> bool {
        self.simulation.simulate || self.simulation.compare_one_lane || self.simulation.html.is_some()
    }

    fn parameters(&self, mut settings: Settings) -> Parameters {
        settings.account_concurrency = self.account_concurrency.unwrap_or(settings.account_concurrency);
        let TimeOptions { destination_ms, sqs_ms, table_ms, ingest_cpu_ms, process_cpu_ms } = self.times;
        let times = ServiceTimes { sqs_ms, table_ms, destination_ms, ingest_cpu_ms, process_cpu_ms };
        Parameters { rate: self.rate.unwrap_or(settings.throttle_rate), settings, times }
    }

    /// Returns the index of the destination and the predicted outage.
    fn predict(&self, parameters: &Parameters) -> Result<(usize, Outage)> {
        let destinations = &parameters.settings.destinations;
        let index = match &self.outage.destination {
            Some(name) => destinations.iter().position(|destination| destination.name == *name).with_context(|| {
                let names: Vec<_> = destinations.iter().map(|destination| destination.name.as_str()).collect();
                format!("unknown destination `{name}`: the destinations are {}", names.join(", "))
            })?,
            None => parameters.busiest_destination().context("the workspace has no destinations")?,
        };
        ensure!(parameters.share(index) > 0.0, "no route leads to the destination, so it receives no events");
        let outage = parameters.outage(index, f64::from(self.outage.outage_minutes) * 60.0, self.fault());
        Ok((index, outage.context("the workspace has no destinations")?))
    }

    fn fault(&self) -> Fault {
        match self.outage.fault {
            FaultOption::Rejects => Fault::Rejects,
            FaultOption::Hangs => Fault::Hangs,
        }
    }

    /// Simulates on another thread, so that a signal ends the command at once.
    async fn simulate(&self, parameters: &Parameters, destination: usize, outage: &Outage) -> Result<Simulated> {
        let until = LEAD_SECONDS + outage.seconds;
        let tail = (outage.drained_after * MAX_TAIL).clamp(MIN_TAIL_SECONDS, MAX_TAIL_SECONDS);
        let (fault, seed) = (self.fault(), self.simulation.seed);
        let scenario = Scenario { destination, fault, from: LEAD_SECONDS, until, end: until + tail, seed };
        let (parameters, compare) = (parameters.clone(), self.simulation.compare_one_lane);
        let (send, receive) = tokio::sync::oneshot::channel();
        let step = Step::start(format!("simulate an outage of {} minutes", self.outage.outage_minutes));
        std::thread::spawn(move || {
            let lanes = simulation::simulate_lanes(&parameters, scenario);
            let before = || simulation::simulate_one_lane(&parameters, VisibilityRetry::PRODUCTION, scenario);
            let one_lane = compare.then(before);
            // The command has ended if nothing receives the result.
            let _ = send.send(Simulated { lanes, one_lane });
        });
        let simulated = receive.await.context("the simulation failed")?;
        step.done(&format!("{} deliveries", simulated.lanes.accepted));
        Ok(simulated)
    }

    fn write_page(&self, file: &Path, parameters: &Parameters, outage: &Outage, simulated: &Simulated) -> Result<()> {
        let page = Page {
            workspace: &self.workspace,
            rate: parameters.rate,
            outage,
            outage_minutes: (LEAD_SECONDS / 60.0, (LEAD_SECONDS + outage.seconds) / 60.0),
            lanes: &simulated.lanes,
            one_lane: simulated.one_lane.as_ref(),
        };
        std::fs::write(file, page.html()).with_context(|| format!("cannot write `{}`", file.display()))?;
        eprintln!("wrote {}", file.display());
        Ok(())
    }

    fn json_report(
        &self,
        parameters: &Parameters,
        destination: usize,
        outage: &Outage,
        simulated: Option<&Simulated>,
    ) -> Value {
        let (million, idle) = (parameters.cost_per_million(), parameters.cost_of_idle_month());
        let limits: Vec<_> = parameters.limits().iter().map(capacity_text::limit_json).collect();
        json!({
            "workspace": self.workspace,
            "rate": parameters.rate,
            "limits": limits,
            "outage": outage,
            "schedule_seconds": parameters.policy(destination).schedule(),
            "cost_per_million": { "items": million, "dollars": sum(&million) },
            "cost_of_idle_month": { "items": idle, "dollars": sum(&idle) },
            "simulation": simulated.map(|simulated| &simulated.lanes),
            "simulation_one_lane": simulated.and_then(|simulated| simulated.one_lane.as_ref()),
        })
    }
}

/// Checks before the simulation that the page can be written. An existing page is not changed.
fn check_writable(file: &Path) -> Result<()> {
    let is_new = !file.exists();
    let opened = std::fs::OpenOptions::new().append(true).create(true).open(file);
    opened.with_context(|| format!("cannot write `{}`", file.display()))?;
    if is_new {
        std::fs::remove_file(file).with_context(|| format!("cannot remove `{}`", file.display()))?;
    }
    Ok(())
}

fn positive(text: &str) -> Result<f64> {
    let number: f64 = text.parse().context("not a number")?;
    ensure!(number.is_finite() && number > 0.0, "must be greater than 0");
    Ok(number)
}
