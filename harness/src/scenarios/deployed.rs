//! Terraform plans, deployments, releases and rollbacks.

mod canary;
mod message_versions;
mod waiting;

use std::time::Duration;

use anyhow::{Result, ensure};
use hookline::event_log::EventLog;
use serde_json::Value;

use super::support::release::{deploy_new_packages, live_and_previous, released, roll_back_to};
use super::support::{Scenario, ScenarioResult, Testbed, expect, with_little_traffic, with_traffic};
use crate::emulator::Capability;
use crate::stack::{Destination, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // The concurrent scenarios change no resource and no output of the configuration meanwhile. Versions of secrets are
        // not part of it.
        Scenario::new("second-plan-is-empty", "a second plan changes nothing", second_plan)
            .skip_if(|testbed| (!testbed.deployment.applied).then(|| "nothing was applied in this run".to_owned()))
            .waiting(),
        Scenario::new(
            "deployment-without-loss",
            "an apply moves no traffic, a release moves the aliases during traffic, and no request is lost",
            deployment,
        )
        .long(),
        Scenario::new(
            "rollback-without-loss",
            "`scripts/rollback.sh` moves the aliases back during traffic, the next plan explains it, and no request is lost",
            rollback,
        )
        .long(),
        Scenario::new(
            "rollback-during-waiting-deploy",
            "a deployment that waits with its plan does not undo a rollback, and its release moves to the newer versions",
            waiting::rollback_during_waiting_deploy,
        )
        .long(),
        Scenario::new(
            "event-log-switched",
            "the event log is switched off and on again during traffic: no request is lost, and later events are logged",
            event_log_switched,
        )
        .needs(&[Capability::Dynamodb])
        .long(),
        Scenario::new(
            "canary-aborted",
            "a new version that crashes on events loses its traffic by itself, and each accepted event is delivered",
            canary::aborted,
        )
        .needs(&[Capability::WeightedAliases])
        .long(),
        Scenario::new(
            "two-message-versions-under-load",
            "messages of two versions arrive once each while process moves from one version to the next by a canary, and back",
            message_versions::forward_and_back,
        )
        .source(Source::github("busy").sends_to("busy"))
        .destination(Destination::http("busy", Script::ThrottlesOnce))
        .route(Route::new("events", "events", &["orders"]))
        .needs(&[Capability::WeightedAliases, Capability::Dynamodb, Capability::Cognito])
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

async fn event_log_switched(testbed: &Testbed) -> ScenarioResult {
    let on = testbed.deployment.current();
    let mut off = on.clone();
    off["event_log"] = Value::Null;
    let result = apply_and_release(testbed, &off).await;
    let is_off = testbed.stack.target().delivery_configuration().await?.event_log.is_none();
    // The next scenarios need the log.
    let again = apply_and_release(testbed, &on).await;
    let requests = result? + again?;
    ensure!(is_off, "the function has an event log after it was switched off");
    let log = EventLog::find(testbed.stack.target()).await?;
    let webhook = testbed.signed("github", expect::unique_body(100))?;
    expect::delivered(testbed, &webhook).await?;
    wait::until("an event in the new log", Duration::from_secs(30), async || {
        Ok(log.events(&webhook.event_id, None).await?.into_iter().next())
    })
    .await?;
    Ok(format!("{requests} requests meanwhile"))
}

/// Applies the variables and releases the new versions during traffic. Returns the number of requests.
async fn apply_and_release(testbed: &Testbed, variables: &Value) -> Result<usize> {
    let ((), during_apply) = with_little_traffic(testbed, testbed.deployment.apply(variables)).await?;
    let ((), during_release) = with_traffic(testbed, released(testbed)).await?;
    Ok(during_apply + during_release)
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
