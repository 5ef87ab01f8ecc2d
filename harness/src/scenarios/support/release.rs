//! Deployments, releases and rollbacks, as operators make them.

use anyhow::{Context, Result, ensure};

use super::{Testbed, with_little_traffic, with_traffic};
use crate::terraform::{Functions, ScriptResult};

/// Moves both aliases with the operators' script.
pub(crate) async fn roll_back_to(testbed: &Testbed, versions: &Functions) -> Result<()> {
    let variables = testbed.deployment.current();
    for (function, version) in [("ingest", &versions.ingest), ("process", &versions.process)] {
        let arguments = [function, version, "a test of the rollback"];
        testbed.deployment.run_script("rollback.sh", &variables, &arguments).await?;
    }
    Ok(())
}

/// Returns the live versions and those before them. Deploys first if one of the functions has no earlier version.
pub(crate) async fn live_and_previous(testbed: &Testbed) -> Result<(Functions, Functions)> {
    if previous(testbed, &testbed.stack.alias_versions().await?).await?.is_none() {
        deploy_new_packages(testbed).await?;
    }
    let live = testbed.stack.alias_versions().await?;
    let previous = previous(testbed, &live).await?.context("there are no earlier versions")?;
    Ok((live, previous))
}

/// Returns the versions before these, if both functions have one. The numbers can have gaps.
async fn previous(testbed: &Testbed, versions: &Functions) -> Result<Option<Functions>> {
    let names = &testbed.stack.outputs.function_names;
    let before = async |function: &str, version: &str| {
        let (published, version) = (testbed.stack.published_versions(function).await?, version.parse::<u32>()?);
        let before = published.into_iter().rfind(|number| *number < version);
        anyhow::Ok(before.map(|number| number.to_string()))
    };
    let ingest = before(&names.ingest, &versions.ingest).await?;
    let process = before(&names.process, &versions.process).await?;
    let previous = |(ingest, process)| Functions { ingest, process, recover: versions.recover.clone() };
    Ok(ingest.zip(process).map(previous))
}

/// Deploys both functions during traffic: applies, and releases the new versions. Returns the number of requests.
pub(crate) async fn deploy_new_packages(testbed: &Testbed) -> Result<usize> {
    let variables = testbed.deployment.with_new_packages()?;
    let before = testbed.stack.alias_versions().await?;
    let applied = async {
        testbed.deployment.apply(&variables).await?;
        let applied = testbed.stack.alias_versions().await?;
        ensure!(applied == before, "the apply has moved the aliases from {before:?} to {applied:?}");
        Ok(())
    };
    let released = async {
        released(testbed).await?;
        expect_latest(testbed).await
    };
    let ((), during_apply) = with_little_traffic(testbed, applied).await?;
    let ((), during_release) = with_traffic(testbed, released).await?;
    Ok(during_apply + during_release)
}

/// Expects that all traffic goes to the latest versions.
pub(crate) async fn expect_latest(testbed: &Testbed) -> Result<()> {
    let latest = testbed.deployment.outputs().await?.function_versions;
    let versions = testbed.stack.alias_versions().await?;
    ensure!(versions == latest, "the aliases are at {versions:?}, the latest versions are {latest:?}");
    Ok(())
}

/// Runs a release. Expects success, and the test of each new version of ingest with a signed ping.
pub(crate) async fn released(testbed: &Testbed) -> Result<()> {
    let result = testbed.deployment.release(&testbed.signing_key("github")?, &[]).await?;
    let ScriptResult { code, text, errors } = &result;
    ensure!(*code == Some(0), "the release ended with {code:?}: {text}{errors}");
    let moved = text.contains("ingest: all traffic goes to version");
    ensure!(!moved || text.contains("returns 200 to a ping"), "ingest was released without a ping: {text}");
    Ok(())
}
