//! Measures the programs in turn, so that other load on this machine affects all of them equally.

use std::process::Stdio;

use anyhow::{Context, Result};
use hookline::output::ProgressBar;
use serde::Serialize;

use super::fake_services::FakeServices;
use super::program::{ColdStart, Invocation, Program};
use super::statistics::median;
use crate::subjects::{self, Function, Subject};

/// Size of a run.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Plan {
    /// Starts of each program.
    pub(crate) starts: usize,
    /// Warm events of each program and body size.
    pub(crate) events: usize,
}

/// Body sizes of warm events, in KiB.
pub(crate) const BODY_SIZES_KIB: [usize; 3] = [1, 10, 250];
/// Body size of starts and of the targets' warm events.
pub(crate) const DEFAULT_BODY_KIB: usize = 10;
/// Events before the first measured one, so that just-in-time compilers have compiled the code.
const WARM_UP_EVENTS: usize = 60;
/// Consecutive events of one program.
const EVENTS_PER_ROUND: usize = 10;

/// Measurements of one program.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measurements {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) package_bytes: u64,
    pub(crate) starts: Vec<ColdStart>,
    /// By body size, as in [`BODY_SIZES_KIB`].
    pub(crate) warm: Vec<WarmEvents>,
    /// Resident memory after the warm events of [`DEFAULT_BODY_KIB`].
    pub(crate) resident_kib: u64,
}

impl Measurements {
    /// The median of one number of each start.
    pub(crate) fn median_of_starts(&self, number: fn(&ColdStart) -> f64) -> f64 {
        median(self.starts.iter().map(number))
    }

    /// Warm events of [`DEFAULT_BODY_KIB`].
    pub(crate) fn default_size_events(&self) -> impl Iterator<Item = &Invocation> {
        self.warm.iter().filter(|warm| warm.body_kib == DEFAULT_BODY_KIB).flat_map(|warm| &warm.events)
    }
}

/// Warm events of one body size.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WarmEvents {
    pub(crate) body_kib: usize,
    pub(crate) events: Vec<Invocation>,
}

/// Measures the starts and the warm events of all programs.
pub(crate) async fn measure(
    function: Function,
    subjects: &[Subject],
    services: &FakeServices,
    plan: Plan,
) -> Result<Vec<Measurements>> {
    let empty = |subject: &Subject| Measurements {
        name: subject.name,
        description: subject.description,
        package_bytes: subject.package_bytes,
        starts: Vec::new(),
        warm: Vec::new(),
        resident_kib: 0,
    };
    let mut all: Vec<_> = subjects.iter().map(empty).collect();
    let bar = ProgressBar::start("starts", plan.starts * subjects.len());
    for _ in 0..plan.starts {
        for (subject, measurements) in subjects.iter().zip(&mut all) {
            measurements.starts.push(start(function, subject, services).await?.1);
            bar.advance();
        }
    }
    drop(bar);
    measure_warm_events(function, subjects, services, plan, &mut all).await?;
    Ok(all)
}

async fn start(function: Function, subject: &Subject, services: &FakeServices) -> Result<(Program, ColdStart)> {
    let event = function.event(DEFAULT_BODY_KIB * 1024)?;
    let environment = subjects::environment(services, subject);
    let started = Program::start(&subject.executable, &environment, event, function.is_success(), Stdio::null()).await;
    started.with_context(|| format!("{}: {}", function.name(), subject.name))
}

async fn measure_warm_events(
    function: Function,
    subjects: &[Subject],
    services: &FakeServices,
    plan: Plan,
    all: &mut [Measurements],
) -> Result<()> {
    let mut programs = Vec::new();
    for subject in subjects {
        let (mut program, _) = start(function, subject, services).await?;
        for _ in 0..WARM_UP_EVENTS {
            program.invoke(function.event(DEFAULT_BODY_KIB * 1024)?, function.is_success()).await?;
        }
        programs.push(program);
    }
    let bar = ProgressBar::start("events", plan.events * subjects.len() * BODY_SIZES_KIB.len());
    for body_kib in BODY_SIZES_KIB {
        let mut events = vec![Vec::with_capacity(plan.events); subjects.len()];
        for _ in 0..plan.events.div_ceil(EVENTS_PER_ROUND) {
            for (program, events) in programs.iter_mut().zip(&mut events) {
                for _ in 0..EVENTS_PER_ROUND {
                    events.push(program.invoke(function.event(body_kib * 1024)?, function.is_success()).await?);
                    bar.advance();
                }
            }
        }
        for ((program, measurements), events) in programs.iter().zip(all.iter_mut()).zip(events) {
            measurements.warm.push(WarmEvents { body_kib, events });
            if body_kib == DEFAULT_BODY_KIB {
                measurements.resident_kib = program.resident_kib()?;
            }
        }
    }
    Ok(())
}

/// Log bytes per webhook that CloudWatch bills: the text, and 26 bytes per line.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
pub(crate) async fn log_bytes_per_webhook(
    function: Function,
    subject: &Subject,
    services: &FakeServices,
    level: &str,
    file: &std::path::Path,
) -> Result<f64> {
    const EVENTS: u32 = 20;
    let mut environment = subjects::environment(services, subject);
    environment.retain(|(name, _)| name != "HOOKLINE_LOG_LEVEL");
    environment.push(("HOOKLINE_LOG_LEVEL".to_owned(), level.to_owned()));
    let log = std::fs::File::create(file)?;
    let event = || function.event(DEFAULT_BODY_KIB * 1024);
    let started = Program::start(&subject.executable, &environment, event()?, function.is_success(), log.into()).await;
    let (mut program, _) = started?;
    let billed_bytes = || -> Result<f64> {
        let text = std::fs::read_to_string(file)?;
        // The text already has one of the 26 bytes: the line feed.
        #[allow(clippy::cast_precision_loss, reason = "bytes of a small file")]
        Ok((text.len() + 25 * text.lines().count()) as f64)
    };
    // The first event writes more lines than the others.
    let before = billed_bytes()?;
    for _ in 0..EVENTS {
        program.invoke(event()?, function.is_success()).await?;
    }
    let webhooks = if function == Function::Process { 10 * EVENTS } else { EVENTS };
    Ok((billed_bytes()? - before) / f64::from(webhooks))
}
