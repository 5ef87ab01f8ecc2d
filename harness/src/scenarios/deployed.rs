//! Terraform plans, deployments, releases and rollbacks.

mod canary;
mod waiting;

use anyhow::ensure;

use super::support::release::{deploy_new_packages, live_and_previous, released, roll_back_to};
use super::support::{Scenario, ScenarioResult, Testbed, with_traffic};
use crate::emulator::Capability;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // The concurrent scenarios change no resource and no output of the configuration. Versions of secrets are not
        // part of it.
        Scenario::new("second-plan-is-empty", "a second plan changes nothing", second_plan)
            .skip_if(|testbed| (!testbed.deployment.applied).then(|| "nothing was applied in this run".to_owned()))
            .first(),
        Scenario::new(
            "deployment-without-loss",
            "an apply moves no traffic, a release moves the aliases during traffic, and no request is lost",
            deployment,
        ),
        Scenario::new(
            "rollback-without-loss",
            "`scripts/rollback.sh` moves the aliases back during traffic, the next plan explains it, and no request is lost",
            rollback,
        ),
        Scenario::new(
            "rollback-during-waiting-deploy",
            "a deployment that waits with its plan does not undo a rollback, and its release moves to the newer versions",
            waiting::rollback_during_waiting_deploy,
        )
        .long(),
        Scenario::new(
            "canary-aborted",
            "a new version that crashes on events loses its traffic by itself, and each accepted event is delivered",
            canary::aborted,
        )
        .needs(&[Capability::WeightedAliases])
        .long(),
    ]
}

async fn second_plan(testbed: &Testbed) -> ScenarioResult {
    let changes = testbed.deployment.drift().await?;
    ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
    Ok("no changes".to_owned())
}

async fn deployment(testbed: &Testbed) -> ScenarioResult {
    let before = testbed.stack.alias_versions().await?;
    let requests = deploy_new_packages(testbed).await?;
    let after = testbed.stack.alias_versions().await?;
    ensure!(after.ingest != before.ingest && after.process != before.process, "the aliases stayed at {before:?}");
    let changes = testbed.deployment.plan(&testbed.deployment.current()).await?;
    ensure!(changes.is_empty(), "the plan after a release would change {}", changes.join(", "));
    Ok(format!("ingest from {} to {}, {requests} requests meanwhile", before.ingest, after.ingest))
}

async fn rollback(testbed: &Testbed) -> ScenarioResult {
    let deployment = &testbed.deployment;
    let (latest, target) = live_and_previous(testbed).await?;
    let ((), requests) = with_traffic(testbed, roll_back_to(testbed, &target)).await?;
    ensure!(testbed.stack.alias_versions().await? == target, "the aliases are not at {target:?}");
    let changes = deployment.plan(&deployment.current()).await?;
    let explains =
        ["rolled_back", "ingest_alias_version", "process_alias_version"].map(|name| format!("output {name}"));
    let only_outputs = changes.len() == explains.len() && explains.iter().all(|change| changes.contains(change));
    ensure!(only_outputs, "the plan after the rollback: {changes:?}");
    // A release does not undo the rollback.
    released(testbed).await?;
    ensure!(testbed.stack.alias_versions().await? == target, "a release has undone the rollback");
    // The next scenarios use the latest versions again.
    roll_back_to(testbed, &latest).await?;
    ensure!(testbed.stack.alias_versions().await? == latest, "the aliases are not at {latest:?}");
    Ok(format!("ingest back to {}, {requests} requests meanwhile", target.ingest))
}
