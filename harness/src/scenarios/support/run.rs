use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::join_all;

use super::{Scenario, Testbed};
use crate::emulator::is_ready;
use hookline::output::Step;

/// No scenario may hang the run.
const LIMIT: Duration = Duration::from_secs(120);

/// How a scenario ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed { found: String },
    Failed { error: anyhow::Error },
    Skipped { reason: String },
}

/// A scenario's line in the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
    pub(crate) outcome: Outcome,
}

/// Runs the scenarios, one after the other, so that each may ask whether the queues are empty; neighbours that mostly
/// wait run at the same time.
pub(crate) async fn run(testbed: &Testbed, scenarios: &[Scenario]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(scenarios.len());
    for together in scenarios.chunk_by(|one, next| one.patient && next.patient) {
        let mut done = join_all(together.iter().map(|scenario| one(testbed, scenario))).await;
        if let Err(error) = nothing_left(testbed).await
            && let Some(row) = done.last_mut()
        {
            row.fail(error);
            // The next scenarios start from nothing again.
            let _ = testbed.stack.purge().await;
        }
        let failed = done.iter().any(|row| matches!(row.outcome, Outcome::Failed { .. }));
        rows.extend(done);
        if failed && !is_ready(&testbed.stack.endpoint).await {
            eprintln!("the emulator does not answer any more: the scenarios that are left are not run");
            break;
        }
    }
    rows
}

impl Row {
    /// Failed, whatever it was before; what it had failed with already is kept.
    fn fail(&mut self, error: anyhow::Error) {
        let before = std::mem::replace(&mut self.outcome, Outcome::Passed { found: String::new() });
        self.outcome = match before {
            Outcome::Failed { error: first } => Outcome::Failed { error: first.context(error.to_string()) },
            Outcome::Passed { .. } | Outcome::Skipped { .. } => Outcome::Failed { error },
        };
    }
}

async fn one(testbed: &Testbed, scenario: &Scenario) -> Row {
    let started = Instant::now();
    let step = Step::start(scenario.name);
    let outcome = match scenario.lack(&testbed.capabilities).or_else(|| (scenario.skip)(testbed)) {
        Some(reason) => Outcome::Skipped { reason },
        None => match tokio::time::timeout(LIMIT, (scenario.run)(testbed)).await {
            Ok(Ok(found)) => Outcome::Passed { found },
            Ok(Err(error)) => Outcome::Failed { error },
            Err(_) => Outcome::Failed { error: anyhow::anyhow!("not done after {} s", LIMIT.as_secs()) },
        },
    };
    match &outcome {
        Outcome::Passed { found } => step.done(found),
        Outcome::Skipped { reason } => step.done(&format!("skipped, {reason}")),
        Outcome::Failed { .. } => drop(step),
    }
    Row { name: scenario.name, took: started.elapsed(), outcome }
}

/// What holds at rest after every scenario: nothing is on its way, the dead-letter queue has nothing that the scenario did
/// not expect there and take out, and every event that was accepted until now has arrived once or has been accounted for.
async fn nothing_left(testbed: &Testbed) -> Result<()> {
    let depth = testbed.stack.at_rest().await?;
    ensure!(depth.dlq == 0, "{} messages are left in the dead-letter queue", depth.dlq);
    let faults = testbed.faults();
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}
