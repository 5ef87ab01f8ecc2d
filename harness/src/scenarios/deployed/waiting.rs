use anyhow::ensure;
use serde_json::json;

use super::super::support::release::{expect_latest, live_and_previous, released, roll_back_to};
use super::super::support::{ScenarioResult, Testbed, with_traffic};

/// A value of a setting that both functions have and no scenario depends on. A new value publishes new versions.
const SECRET_TTL_SECONDS: u32 = 299;

pub(super) async fn rollback_during_waiting_deploy(testbed: &Testbed) -> ScenarioResult {
    let deployment = &testbed.deployment;
    let (before, target) = live_and_previous(testbed).await?;
    let mut variables = deployment.current();
    let ttl_seconds = &mut variables["secret_cache"]["ttl_seconds"];
    *ttl_seconds = json!(if *ttl_seconds == SECRET_TTL_SECONDS { SECRET_TTL_SECONDS - 1 } else { SECRET_TTL_SECONDS });
    let changes = deployment.plan(&variables).await?;
    ensure!(changes.iter().any(|change| change.contains(".aws_lambda_function.this")), "the plan: {changes:?}");

    let deploy = async {
        roll_back_to(testbed, &target).await?;
        deployment.apply_planned(&variables).await?;
        let versions = testbed.stack.alias_versions().await?;
        ensure!(versions == target, "the waiting deployment has moved the aliases from {target:?} to {versions:?}");
        released(testbed).await
    };
    let ((), requests) = with_traffic(testbed, deploy).await?;
    expect_latest(testbed).await?;
    let after = testbed.stack.alias_versions().await?;
    ensure!(after != before, "there is no newer version than {before:?}");
    let alias = testbed.stack.alias(&testbed.stack.outputs.function_names.process).await?;
    ensure!(alias.description.starts_with("released "), "the marker remains: {}", alias.description);
    Ok(format!("ingest from {} to {} to {}, {requests} requests", before.ingest, target.ingest, after.ingest))
}
