//! Resources that are removed and added again.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::stack::Source;

/// The source that the scenario removes. Another scenario rotates its secret, so it needs no entry of its own in the
/// environments of the functions, which Lambda limits to 4 KB.
const SOURCE: &str = "rotating";

/// The module with the secrets. The other modules do not change, so that the scenario takes seconds.
const SECRETS: &str = "module.hookline.module.secrets";

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "source-removed-and-readded",
            "a source that is removed, and added again within the recovery window, has its secret again",
            readded,
        )
        .source(Source::github(SOURCE).sends_to("orders"))
        .long(),
    ]
}

async fn readded(testbed: &Testbed) -> ScenarioResult {
    let deployment = &testbed.deployment;
    expect::delivered(testbed, &testbed.signed(SOURCE, expect::unique_body(0))?).await?;
    let mut with_window = deployment.variables().clone();
    with_window["secret_recovery_days"] = json!(7);
    let result = remove_and_add(testbed, &with_window).await;
    if result.is_err() {
        let _ = deployment.run_script("restore-secrets.sh", &with_window, &[]).await;
    }
    // The end of the run has to delete the secrets at once.
    deployment.apply_module(deployment.variables(), SECRETS).await?;
    result
}

async fn remove_and_add(testbed: &Testbed, with_window: &Value) -> ScenarioResult {
    let deployment = &testbed.deployment;
    let value = testbed.stack.source_secret_value(SOURCE).await?;
    // Terraform deletes a secret with the recovery window that is in its state.
    deployment.apply_module(with_window, SECRETS).await?;
    deployment.apply_module(&without_source(with_window), SECRETS).await?;
    let is_scheduled = testbed.stack.is_secret_scheduled_for_deletion(SOURCE).await?;
    ensure!(is_scheduled, "the apply did not schedule the secret for deletion");

    let restored = restore(testbed, with_window).await?;
    ensure!(restored.contains("restored with its value") && restored.contains("1 restored"), "{restored}");
    let again = restore(testbed, with_window).await?;
    ensure!(again.lines().count() == 1 && again.contains("0 restored"), "the second run: {again}");
    deployment.apply_module(with_window, SECRETS).await?;

    ensure!(testbed.stack.source_secret_value(SOURCE).await? == value, "the secret has another value");
    // After an unknown signature, the function reads the secret again.
    let unknown = testbed.signed_with(SOURCE, "push", expect::unique_body(0), "not-the-secret-of-this-source")?;
    expect::rejected(testbed, &unknown, 401).await?;
    expect::delivered(testbed, &testbed.signed(SOURCE, expect::unique_body(0))?).await?;
    Ok("restored by the script, with its value".to_owned())
}

async fn restore(testbed: &Testbed, variables: &Value) -> Result<String> {
    testbed.deployment.run_script("restore-secrets.sh", variables, &[]).await
}

/// Returns the variables without the source and its route.
fn without_source(variables: &Value) -> Value {
    let mut variables = variables.clone();
    for name in ["sources", "routes"] {
        if let Some(entries) = variables[name].as_object_mut() {
            entries.remove(SOURCE);
        }
    }
    variables
}
