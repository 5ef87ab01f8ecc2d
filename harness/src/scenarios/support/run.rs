use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::{StreamExt, stream};

use super::log;
use super::scenario::Scenario;
use super::testbed::Testbed;
use crate::emulator::is_ready;
use hookline::output::Step;

/// The time limit of one scenario. Deployments take most of it on a small machine.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// The limit for a long scenario.
const LONG_TIME_LIMIT: Duration = Duration::from_secs(400);

/// How many scenarios run at the same time. The emulator starts a process or a container for each concurrent invocation. On a
/// small machine many cold starts at once exceed the timeouts of the functions.
const CONCURRENCY: usize = 6;

/// How a scenario ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed { text: String },
    Failed { error: anyhow::Error },
    Skipped { reason: String },
}

/// The result of one scenario.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) duration: Duration,
    pub(crate) outcome: Outcome,
}

/// Runs the scenarios in the order of their schedule. Concurrent scenarios are one group, each other scenario is a group
/// of its own. After each group, the queues have to be empty and no accepted event may be lost.
pub(crate) async fn run(testbed: &Testbed, mut scenarios: Vec<Scenario>) -> Vec<Row> {
    scenarios.sort_by_key(|scenario| scenario.schedule);
    let mut rows = Vec::with_capacity(scenarios.len());
    for group in scenarios.chunk_by(|one, next| one.schedule.is_concurrent() && next.schedule.is_concurrent()) {
        let runs = group.iter().enumerate().map(async |(index, scenario)| (index, run_one(testbed, scenario).await));
        let mut indexed: Vec<_> = stream::iter(runs).buffer_unordered(CONCURRENCY).collect().await;
        indexed.sort_by_key(|(index, _)| *index);
        let mut group_rows: Vec<_> = indexed.into_iter().map(|(_, row)| row).collect();
        if let Err(error) = check_idle_stack(testbed).await
            && let Some(row) = group_rows.last_mut()
        {
            row.fail(error);
            // The next scenarios start with empty queues again.
            let _ = testbed.stack.purge_queues().await;
        }
        let failed = group_rows.iter().any(|row| matches!(row.outcome, Outcome::Failed { .. }));
        rows.extend(group_rows);
        if failed && !is_ready(&testbed.stack.endpoint).await {
            eprintln!("the emulator no longer responds: the remaining scenarios are not run");
            break;
        }
    }
    rows
}

impl Row {
    /// Sets the outcome to failed. An earlier error stays the cause.
    fn fail(&mut self, error: anyhow::Error) {
        let before = std::mem::replace(&mut self.outcome, Outcome::Passed { text: String::new() });
        self.outcome = match before {
            Outcome::Failed { error: first } => Outcome::Failed { error: first.context(error.to_string()) },
            Outcome::Passed { .. } | Outcome::Skipped { .. } => Outcome::Failed { error },
        };
    }
}

fn time_limit(scenario: &Scenario) -> Duration {
    if scenario.is_long { LONG_TIME_LIMIT } else { TIME_LIMIT }
}

async fn run_one(testbed: &Testbed, scenario: &Scenario) -> Row {
    let started = Instant::now();
    let step = Step::start(scenario.name);
    let skip_reason = scenario.unsupported_reason(&testbed.capabilities);
    let work = log::searched_from_now(scenario.function.run(testbed));
    let outcome = match skip_reason.or_else(|| (scenario.skip_reason)(testbed)) {
        Some(reason) => Outcome::Skipped { reason },
        None => match tokio::time::timeout(time_limit(scenario), work).await {
            Ok(Ok(text)) => Outcome::Passed { text },
            Ok(Err(error)) => Outcome::Failed { error },
            Err(_) => {
                Outcome::Failed { error: anyhow::anyhow!("not finished after {} s", time_limit(scenario).as_secs()) }
            }
        },
    };
    match &outcome {
        Outcome::Passed { text } => step.done(text),
        Outcome::Skipped { reason } => step.done(&format!("skipped, {reason}")),
        Outcome::Failed { .. } => drop(step),
    }
    Row { name: scenario.name, duration: started.elapsed(), outcome }
}

/// Waits until no event is in process. Then checks that the dead-letter queue is empty, that each accepted event was
/// delivered once or is accounted for, and that no rejected request was delivered.
async fn check_idle_stack(testbed: &Testbed) -> Result<()> {
    let depths = testbed.wait_until_idle().await?;
    ensure!(depths.dlq == 0, "{} messages remain in the dead-letter queue", depths.dlq);
    let faults = testbed.faults();
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}
