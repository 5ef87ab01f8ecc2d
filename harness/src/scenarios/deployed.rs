//! Terraform plans, deployments and rollbacks.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::{join, try_join_all};
use serde_json::Value;
use tokio::time::MissedTickBehavior;

use super::support::{Deployment, Scenario, ScenarioResult, Testbed, expect};
use crate::terraform::{Functions, Outputs};
use crate::traffic::sender::Webhook;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // The concurrent scenarios change no resource and no output of the configuration. Versions of secrets are not
        // part of it.
        Scenario::new("second-plan-is-empty", "a second plan changes nothing", second_plan)
            .skip_if(|testbed| (!testbed.deployment.applied).then(|| "nothing was applied in this run".to_owned()))
            .first(),
        Scenario::new(
            "deployment-without-loss",
            "a deployment moves the aliases during traffic, and no request is lost",
            deployment,
        ),
        Scenario::new(
            "rollback-without-loss",
            "`pinned_versions` moves the aliases back during traffic, and no request is lost",
            rollback,
        ),
    ]
}

async fn second_plan(testbed: &Testbed) -> ScenarioResult {
    let changes = testbed.deployment.drift().await?;
    ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
    Ok("no changes".to_owned())
}

async fn deployment(testbed: &Testbed) -> ScenarioResult {
    let before = testbed.deployment.outputs().await?.alias_versions();
    let (outputs, requests) = deploy_new_packages(testbed).await?;
    let after = outputs.alias_versions();
    let is_moved = after != before && after == outputs.function_versions;
    ensure!(is_moved, "the aliases moved from {before:?} to {after:?}");
    Ok(format!("ingest from {} to {}, {requests} requests meanwhile", before.ingest, after.ingest))
}

async fn rollback(testbed: &Testbed) -> ScenarioResult {
    let deployment = &testbed.deployment;
    let mut current = deployment.outputs().await?;
    if previous(&current.alias_versions()).is_none() {
        current = deploy_new_packages(testbed).await?.0;
    }
    let target = previous(&current.alias_versions()).unwrap_or_else(|| current.alias_versions());
    let variables = deployment.with_new_packages()?;
    let result = roll_back_to(testbed, variables.clone(), &target).await;
    // The next scenarios use the current versions again.
    let outputs = deployment.apply(&variables).await?;
    let versions = outputs.alias_versions();
    ensure!(versions == outputs.function_versions, "without `pinned_versions` the aliases are at {versions:?}");
    result
}

async fn roll_back_to(testbed: &Testbed, variables: Value, target: &Functions) -> ScenarioResult {
    let changes = testbed.deployment.plan(&Deployment::with_pinned_versions(variables, target)).await?;
    let is_alias = |change: &String| change.contains(".aws_lambda_alias.this: ") || change.ends_with("_alias_version");
    let only_aliases = !changes.is_empty() && changes.iter().all(is_alias);
    ensure!(only_aliases, "the rollback would not change only the aliases: {changes:?}");
    let (outputs, requests) = with_traffic(testbed, testbed.deployment.apply_planned()).await?;
    let versions = outputs.alias_versions();
    ensure!(versions == *target, "the aliases are at {versions:?}");
    Ok(format!("ingest back to {}, {requests} requests meanwhile", target.ingest))
}

/// Returns the versions before these, if both functions have one.
fn previous(versions: &Functions) -> Option<Functions> {
    let before = |version: &str| version.parse::<u32>().ok()?.checked_sub(1).filter(|number| *number > 0);
    let (ingest, process) = (before(&versions.ingest)?.to_string(), before(&versions.process)?.to_string());
    Some(Functions { ingest, process })
}

/// Deploys both functions during traffic. Returns the outputs and the number of requests.
async fn deploy_new_packages(testbed: &Testbed) -> Result<(Outputs, usize)> {
    let variables = testbed.deployment.with_new_packages()?;
    with_traffic(testbed, testbed.deployment.apply(&variables)).await
}

/// Sends requests at a constant rate until `work` has finished. Each one has to be accepted and delivered. Returns their
/// number.
async fn with_traffic(testbed: &Testbed, work: impl Future<Output = Result<Outputs>>) -> Result<(Outputs, usize)> {
    /// How many requests are sent at the same time.
    const CONCURRENCY: usize = 4;
    /// Time between two of these groups. Without it, the requests take the CPU time that Terraform needs.
    const INTERVAL: Duration = Duration::from_millis(150);
    let finished = Cell::new(false);
    let work = async {
        let outputs = work.await;
        finished.set(true);
        outputs
    };
    let traffic = async {
        let mut sent = Vec::new();
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !finished.get() {
            interval.tick().await;
            sent.extend(try_join_all((0..CONCURRENCY).map(|_| accepted(testbed))).await?);
        }
        anyhow::Ok(sent)
    };
    let (outputs, sent) = join(work, traffic).await;
    let (outputs, sent) = (outputs?, sent?);
    for webhook in &sent {
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
    }
    Ok((outputs, sent.len()))
}

async fn accepted(testbed: &Testbed) -> Result<Webhook> {
    let webhook = testbed.signed("github", expect::unique_body(0))?;
    let response = testbed.send(&webhook).await?;
    ensure!(response.status == 202, "during the deployment: {} {}", response.status, response.body);
    Ok(webhook)
}
