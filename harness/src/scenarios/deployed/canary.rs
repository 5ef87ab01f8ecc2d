use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use launcher::python::MINISTACK;
use serde_json::{Value, json};
use zip::CompressionMethod;

use super::super::crashed::VISIBILITY_SECONDS;
use super::super::support::release::{expect_latest, released};
use super::super::support::{ScenarioResult, Testbed, with_traffic, with_visibility};
use crate::build::{package, python};
use crate::terraform::ScriptResult;

const CRASHING: &str = include_str!("crashing.py");

/// Half of the batches for at most half a minute. The first batch of the new version ends the canary.
const CANARY: [&str; 4] = ["--percent", "50", "--minutes", "0.5"];

pub(super) async fn aborted(testbed: &Testbed) -> ScenarioResult {
    with_visibility(testbed, VISIBILITY_SECONDS, async {
        let working = testbed.deployment.current();
        let result = release_crashing_version(testbed).await;
        // The next scenarios use the program that works again. Its version is newer than the one that was rolled back.
        testbed.deployment.apply(&working).await?;
        let text = result?;
        released(testbed).await?;
        expect_latest(testbed).await?;
        Ok(text)
    })
    .await
}

/// Deploys a version of process that passes the direct invocation and crashes with each event. Expects that the canary
/// returns all traffic to the old version.
async fn release_crashing_version(testbed: &Testbed) -> ScenarioResult {
    let deployment = &testbed.deployment;
    let before = testbed.stack.alias_versions().await?;
    let mut variables = deployment.current();
    variables["packages"]["process"] = crashing_package(testbed).await?;
    deployment.apply(&variables).await?;
    let latest = deployment.outputs().await?.function_versions.process;
    let release = async { deployment.release(&testbed.signing_key("github")?, &CANARY).await };
    let (ScriptResult { code, text, errors }, requests) = with_traffic(testbed, release).await?;
    ensure!(code == Some(3), "the release ended with {code:?} instead of 3: {text}{errors}");
    ensure!(testbed.stack.alias_versions().await? == before, "the aliases are not at {before:?}: {text}{errors}");
    let alias = testbed.stack.alias(&testbed.stack.outputs.function_names.process).await?;
    let marker = format!("rolled back from {latest} to {}", before.process);
    ensure!(alias.description.starts_with(&marker), "the alias does not say why: {}", alias.description);
    // The version that failed is not released again.
    released(testbed).await?;
    ensure!(testbed.stack.alias_versions().await? == before, "the version that failed was released again");
    Ok(format!("process {latest} to {}, {requests} requests meanwhile, all delivered", before.process))
}

/// Writes a package with the crashing program, which the emulator's Python runs. Returns its path.
async fn crashing_package(testbed: &Testbed) -> Result<Value> {
    let python = python::environment(&testbed.repository, "the emulator", MINISTACK).await?.join("python");
    let path = |name: &str| -> PathBuf { testbed.repository.harness_directory.join(name) };
    let (program, zip) = (path("crashing"), path("crashing.zip"));
    std::fs::write(&program, format!("#!{}\n{CRASHING}", python.display()))?;
    package::write(&program, &zip, CompressionMethod::Stored).context("cannot write the crashing package")?;
    Ok(json!(zip))
}
