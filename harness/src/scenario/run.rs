use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Scenario, World};
use crate::progress::Step;

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

/// Runs the scenarios, one after the other: each may then ask whether the queues are empty.
pub(crate) async fn run(world: &World, scenarios: &[Scenario]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(scenarios.len());
    let step = Step::start(format!("run {} scenarios", scenarios.len()));
    for scenario in scenarios {
        step.detail(scenario.name);
        let started = Instant::now();
        let outcome = one(world, scenario).await;
        rows.push(Row { name: scenario.name, took: started.elapsed(), outcome });
    }
    step.done("");
    rows
}

async fn one(world: &World, scenario: &Scenario) -> Outcome {
    if let Some(reason) = (scenario.skip)(world) {
        return Outcome::Skipped { reason };
    }
    let checked = async {
        let found = (scenario.run)(world).await?;
        nothing_left(world).await?;
        anyhow::Ok(found)
    };
    match tokio::time::timeout(LIMIT, checked).await {
        Ok(Ok(found)) => Outcome::Passed { found },
        Ok(Err(error)) => Outcome::Failed { error },
        Err(_) => Outcome::Failed { error: anyhow::anyhow!("not done after {} s", LIMIT.as_secs()) },
    }
}

/// What holds at rest after every scenario: nothing is on its way, and the dead-letter queue has nothing that the
/// scenario did not expect there and take out.
async fn nothing_left(world: &World) -> Result<()> {
    let depth = world.stack.at_rest().await?;
    ensure!(depth.dlq == 0, "{} messages are left in the dead-letter queue", depth.dlq);
    Ok(())
}
