//! The measurements: interleaved, so that whatever else this machine does meets all alike.

use std::process::Stdio;

use anyhow::{Context, Result};
use serde::Serialize;

use super::numbers::median;
use super::program::{Cost, Program, Start};
use super::stand_in::StandIn;
use crate::subjects::{self, Function, Subject};
use hookline::output::ProgressBar;

/// How much is measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Plan {
    /// Starts of each program.
    pub(crate) starts: usize,
    /// Warm events of each program and size.
    pub(crate) events: usize,
}

/// Sizes of a body, in KiB.
pub(crate) const BODIES_KIB: [usize; 3] = [1, 10, 250];
/// The size that starts are measured with and that ratios are made of.
pub(crate) const USUAL_KIB: usize = 10;
/// Events before the first that counts: a just-in-time compiler has its chance.
const WARM_UP: usize = 60;
/// Events of one program in a row.
const ROUND: usize = 10;

/// What came of a program.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) package_bytes: u64,
    pub(crate) starts: Vec<Start>,
    /// By size of the body, as in [`BODIES_KIB`].
    pub(crate) warm: Vec<Warm>,
    /// Memory that it holds after all its warm events with bodies of 10 KiB.
    pub(crate) resident_kib: u64,
}

impl Measured {
    /// The median of its starts, of one number of each.
    pub(crate) fn of_starts(&self, number: fn(&Start) -> f64) -> f64 {
        median(self.starts.iter().map(number))
    }

    /// Its warm events with a body of the usual size.
    pub(crate) fn usual(&self) -> impl Iterator<Item = &Cost> {
        self.warm.iter().filter(|warm| warm.body_kib == USUAL_KIB).flat_map(|warm| &warm.events)
    }
}

/// Events of one size.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Warm {
    pub(crate) body_kib: usize,
    pub(crate) events: Vec<Cost>,
}

/// Every program's starts and warm events.
pub(crate) async fn measure(
    function: Function,
    subjects: &[Subject],
    stand_in: &StandIn,
    plan: Plan,
) -> Result<Vec<Measured>> {
    let blank = |subject: &Subject| Measured {
        name: subject.name,
        about: subject.about,
        package_bytes: subject.package_bytes,
        starts: Vec::new(),
        warm: Vec::new(),
        resident_kib: 0,
    };
    let mut all: Vec<_> = subjects.iter().map(blank).collect();
    let bar = ProgressBar::start("starts", plan.starts * subjects.len());
    for _ in 0..plan.starts {
        for (subject, measured) in subjects.iter().zip(&mut all) {
            measured.starts.push(start(function, subject, stand_in).await?.1);
            bar.advance();
        }
    }
    drop(bar);
    warm(function, subjects, stand_in, plan, &mut all).await?;
    Ok(all)
}

async fn start(function: Function, subject: &Subject, stand_in: &StandIn) -> Result<(Program, Start)> {
    let event = function.event(USUAL_KIB * 1024)?;
    let started = Program::start(
        &subject.program,
        &subjects::environment(stand_in, subject),
        event,
        function.is_right(),
        Stdio::null(),
    )
    .await;
    started.with_context(|| format!("{}: {}", function.name(), subject.name))
}

async fn warm(
    function: Function,
    subjects: &[Subject],
    stand_in: &StandIn,
    plan: Plan,
    all: &mut [Measured],
) -> Result<()> {
    let mut programs = Vec::new();
    for subject in subjects {
        let (mut program, _) = start(function, subject, stand_in).await?;
        for _ in 0..WARM_UP {
            program.invoke(function.event(USUAL_KIB * 1024)?, function.is_right()).await?;
        }
        programs.push(program);
    }
    let bar = ProgressBar::start("events", plan.events * subjects.len() * BODIES_KIB.len());
    for body_kib in BODIES_KIB {
        let mut events = vec![Vec::with_capacity(plan.events); subjects.len()];
        for _ in 0..plan.events.div_ceil(ROUND) {
            for (program, events) in programs.iter_mut().zip(&mut events) {
                for _ in 0..ROUND {
                    events.push(program.invoke(function.event(body_kib * 1024)?, function.is_right()).await?);
                    bar.advance();
                }
            }
        }
        for ((program, measured), events) in programs.iter().zip(all.iter_mut()).zip(events) {
            measured.warm.push(Warm { body_kib, events });
            if body_kib == USUAL_KIB {
                measured.resident_kib = program.resident_kib()?;
            }
        }
    }
    Ok(())
}

/// Bytes of its log that a webhook comes to, as CloudWatch bills them: with 26 more for each line.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
pub(crate) async fn log_bytes(
    function: Function,
    subject: &Subject,
    stand_in: &StandIn,
    level: &str,
    file: &std::path::Path,
) -> Result<f64> {
    const EVENTS: u32 = 20;
    let mut environment = subjects::environment(stand_in, subject);
    environment.retain(|(name, _)| name != "HOOKLINE_LOG_LEVEL");
    environment.push(("HOOKLINE_LOG_LEVEL".to_owned(), level.to_owned()));
    let log = std::fs::File::create(file)?;
    let event = || function.event(USUAL_KIB * 1024);
    let started = Program::start(&subject.program, &environment, event()?, function.is_right(), log.into()).await;
    let (mut program, _) = started?;
    let billed = || -> Result<f64> {
        let text = std::fs::read_to_string(file)?;
        #[allow(clippy::cast_precision_loss, reason = "bytes of a small file")]
        Ok((text.len() + 25 * text.lines().count()) as f64)
    };
    // The first event says more than the others.
    let before = billed()?;
    for _ in 0..EVENTS {
        program.invoke(event()?, function.is_right()).await?;
    }
    let webhooks = if function == Function::Process { 10 * EVENTS } else { EVENTS };
    Ok((billed()? - before) / f64::from(webhooks))
}
