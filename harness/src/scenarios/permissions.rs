//! Permissions of the functions: the reviewed policies, and the effect of each missing permission.

mod calls;
mod process;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use self::calls::{permitted_calls, unrecorded_reason};
use self::process::process_permissions;
use super::support::permissions::{Policy, without};
use super::support::{Scenario, ScenarioResult, Testbed, every_kind, expect, services};
use crate::emulator::{Capability, crash};
use crate::stack::{Destination, Source};
use crate::system::wait;
use crate::traffic::script::Script;
use crate::traffic::sender::Webhook;

/// What the destinations of all kinds need, and the evaluation of policies.
const EVERY_DESTINATION: [Capability; 6] = [
    Capability::Iam,
    Capability::Dynamodb,
    Capability::Eventbridge,
    Capability::Firehose,
    Capability::Ses,
    Capability::StepFunctions,
];

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new("policies-match-review", "each function has exactly the reviewed permissions", reviewed_policies)
            .needs(&[
                Capability::Dynamodb,
                Capability::Eventbridge,
                Capability::Firehose,
                Capability::Ses,
                Capability::StepFunctions,
            ])
            .concurrent(),
        // Not concurrent: it removes permissions and kills the function.
        Scenario::new(
            "ingest-permissions-required",
            "without any one of its permissions ingest returns 503; with it, ingest works again",
            ingest_permissions,
        )
        .needs(&[Capability::Iam])
        .skip_if(|testbed| crash::unsupported_reason(&testbed.emulator_info))
        .long(),
        // Not concurrent: it removes permissions, kills the function and changes the queue's visibility timeout.
        Scenario::new(
            "process-permissions-required",
            "without any one of its permissions process reports the fault and loses nothing",
            process_permissions,
        )
        .source(Source::github("flaky").sends_to("flaky"))
        .destination(Destination::http("flaky", Script::FailsTwice))
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound))
        .with(every_kind::resources)
        .with(services::resources)
        .with(services::signed_api)
        .needs(&EVERY_DESTINATION)
        .skip_if(|testbed| crash::unsupported_reason(&testbed.emulator_info))
        .long(),
        Scenario::new(
            "function-calls-permitted",
            "the functions' policies allow each recorded call, and no action that no call needs",
            permitted_calls,
        )
        .source(Source::github("flaky").sends_to("flaky"))
        .destination(Destination::http("flaky", Script::FailsTwice))
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound))
        .with(every_kind::resources)
        .with(services::resources)
        .with(services::signed_api)
        .needs(&EVERY_DESTINATION)
        .skip_if(unrecorded_reason)
        .last(),
    ]
}

/// The reviewed policies. The random end of a secret's name is `-??????`, which IAM accepts as a pattern.
const REVIEWED: [(&str, &str); 6] = [
    ("ingest-access", include_str!("../../testdata/policies/ingest-access.json")),
    ("ingest-telemetry", include_str!("../../testdata/policies/ingest-telemetry.json")),
    ("process-access", include_str!("../../testdata/policies/process-access.json")),
    ("process-telemetry", include_str!("../../testdata/policies/process-telemetry.json")),
    ("recover-access", include_str!("../../testdata/policies/recover-access.json")),
    ("recover-telemetry", include_str!("../../testdata/policies/recover-telemetry.json")),
];

async fn reviewed_policies(testbed: &Testbed) -> ScenarioResult {
    let folder = testbed.repository.harness_directory.join("policies");
    std::fs::create_dir_all(&folder)?;
    let roles = &testbed.stack.outputs.role_names;
    let mut changed = Vec::new();
    for (name, reviewed) in REVIEWED {
        let (function, policy) = name.split_once('-').context("the name has no function and policy")?;
        // An emulator without EventBridge Scheduler has no recover function.
        let Some((_, role)) = roles.entries().find(|(name, _)| *name == function) else { continue };
        let current = normalized(&testbed.stack.role_policy(role, policy).await?)?;
        std::fs::write(folder.join(format!("{name}.json")), &current)?;
        if current != reviewed {
            changed.push(name);
        }
    }
    ensure!(
        changed.is_empty(),
        "{} differ from harness/testdata/policies; after a review, copy {}/*.json to this folder",
        changed.join(", "),
        folder.display()
    );
    let statements: usize = REVIEWED.iter().map(|(_, text)| text.matches("\"Sid\"").count()).sum();
    Ok(format!("{statements} statements in {} policies", REVIEWED.len()))
}

/// Returns the policy in a fixed order, without parts that differ between runs.
fn normalized(policy: &str) -> Result<String> {
    let mut policy: Value = serde_json::from_str(policy).context("the policy is not JSON")?;
    normalize(&mut policy);
    Ok(serde_json::to_string_pretty(&policy)? + "\n")
}

fn normalize(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(":secretsmanager:") => {
            let end = text.len().saturating_sub(6);
            *text = format!("{}??????", text.get(..end).unwrap_or_default());
        }
        Value::Array(values) => {
            values.iter_mut().for_each(normalize);
            values.sort_by_key(ToString::to_string);
        }
        Value::Object(values) => values.values_mut().for_each(normalize),
        _ => {}
    }
}

async fn ingest_permissions(testbed: &Testbed) -> ScenarioResult {
    /// Each permission, with the size of a body that needs it.
    const CASES: [(&str, usize); 4] = [
        ("sqs:SendMessage", 100),
        ("s3:PutObject", 300_000),
        ("secretsmanager:GetSecretValue", 100),
        ("s3:GetObjectVersion", 100),
    ];
    for (action, bytes) in CASES {
        let webhook = testbed.signed("github", expect::unique_body(bytes))?;
        without(testbed, Policy::Ingest, &[action], unavailable(testbed, &webhook))
            .await
            .map_err(|error| error.context(format!("without {action}")))?;
        // The function does not read a secret or its configuration again immediately after a failed call.
        wait::until("the response 202", Duration::from_secs(10), async || {
            let response = testbed.send(&webhook).await?;
            ensure!(matches!(response.status, 202 | 503), "got {}: {}", response.status, response.body);
            Ok((response.status == 202).then_some(()))
        })
        .await?;
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    }
    Ok(format!("{} permissions: 503, then 202 and delivered", CASES.len()))
}

/// Expects the response 503 from a new instance of the function, and that nothing is queued or delivered.
async fn unavailable(testbed: &Testbed, webhook: &Webhook) -> Result<()> {
    // A new instance has no cached secret.
    crash::kill_function(&testbed.emulator_info, &testbed.stack.outputs.function_names.ingest).await?;
    // The emulator may pass a request to the instance that was killed, and then responds 502.
    wait::until("a response of the new instance", Duration::from_secs(10), async || {
        Ok((testbed.send(webhook).await?.status != 502).then_some(()))
    })
    .await?;
    let response = expect::error_response(testbed, webhook, 503).await?;
    ensure!(response.headers.contains_key("retry-after"), "no Retry-After: {:?}", response.headers);
    let depths = testbed.stack.queue_depths().await?;
    ensure!(depths.intake == 0 && depths.dlq == 0, "the queues are not empty: {depths:?}");
    expect::not_delivered(testbed, webhook)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_policies_have_the_same_text() {
        let one = r#"{"Statement":[{"Action":["b","a"],"Resource":"arn:aws:secretsmanager:r:1:secret:x/y-AbCdEf"}]}"#;
        let other = r#"{"Statement":[{"Resource":"arn:aws:secretsmanager:r:1:secret:x/y-GhIjKl","Action":["a","b"]}]}"#;
        assert_eq!(normalized(one).unwrap(), normalized(other).unwrap());
        assert!(normalized(one).unwrap().contains("x/y-??????"));
    }
}
