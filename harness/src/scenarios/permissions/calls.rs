use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::super::support::{ScenarioResult, Testbed, every_kind, expect, services};
use crate::emulator::{ACCOUNT, EmulatorKind, REGION};
use crate::iam::{Names, check_functions};
use crate::terraform::Outputs;

/// Returns why the calls of the functions are not recorded.
pub(super) fn unrecorded_reason(testbed: &Testbed) -> Option<String> {
    let is_recorded = testbed.emulator_info.kind == EmulatorKind::Ministack;
    (!is_recorded).then(|| "only MiniStack's calls are recorded".to_owned())
}

/// Makes each kind of call, and checks the recorded calls of the whole run.
pub(super) async fn permitted_calls(testbed: &Testbed) -> ScenarioResult {
    let large = testbed.signed("github", expect::unique_body(300_000))?;
    expect::accepted(testbed, &large).await?;
    testbed.sink.wait_for_delivery(&large.event_id).await?;
    every_kind::send_push(testbed).await?;
    services::send(testbed).await?;
    let signed = testbed.signed("signed-api", expect::unique_body(0))?;
    expect::accepted(testbed, &signed).await?;
    let flaky = testbed.signed("flaky", expect::unique_body(0))?;
    expect::accepted(testbed, &flaky).await?;
    testbed.sink.wait_for_delivery(&flaky.event_id).await?;
    let missing = expect::accepted(testbed, &testbed.signed("missing", expect::unique_body(0))?).await?;
    testbed.stack.take_dlq_message(&missing).await?;
    testbed.settle(&missing);
    claim_together(testbed).await?;
    if testbed.stack.recover_function().is_ok() {
        // Without a webhook at GitHub, the run ends after its calls of AWS.
        testbed.keep_out_of_logs(&testbed.stack.github_token("recovered").await?);
        testbed.stack.invoke_recover(r#"{"source":"recovered"}"#).await?;
    }
    testbed.wait_until_idle().await?;

    let file = testbed.repository.harness_directory.join("emulator/calls.jsonl");
    let record = std::fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let (findings, calls) = check_functions(&record, &policies(testbed).await?, &names(testbed)?)?;
    let texts = findings.iter().map(ToString::to_string);
    ensure!(findings.is_empty(), "{}", texts.collect::<Vec<_>>().join("; "));
    Ok(format!("{calls} different calls, each permitted; each permission used"))
}

/// Puts several events on the queue at once, which the function claims with one call.
async fn claim_together(testbed: &Testbed) -> Result<()> {
    let events = expect::events(&["github"; 10]);
    testbed.stack.enqueue_events(&events).await?;
    for event in &events {
        testbed.sink.wait_for_delivery(&event.id).await?;
    }
    Ok(())
}

/// Returns the policies of each function by its name and role.
async fn policies(testbed: &Testbed) -> Result<BTreeMap<(String, String), Vec<String>>> {
    let Outputs { role_names: roles, .. } = &testbed.stack.outputs;
    let mut policies = BTreeMap::new();
    for (function, role) in roles.entries() {
        let mut documents = Vec::new();
        for policy in ["access", "telemetry"] {
            documents.push(testbed.stack.role_policy(role, policy).await?);
        }
        policies.insert((function.to_owned(), role.clone()), documents);
    }
    Ok(policies)
}

fn names(testbed: &Testbed) -> Result<Names> {
    let ingest = &testbed.stack.outputs.function_names.ingest;
    let prefix = ingest.strip_suffix("-ingest").context("the name of the function has no prefix")?;
    Ok(Names {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        environment: prefix.rsplit('-').next().unwrap_or_default().to_owned(),
        prefix: prefix.to_owned(),
        bootstrap: "hookline-bootstrap".to_owned(),
    })
}
