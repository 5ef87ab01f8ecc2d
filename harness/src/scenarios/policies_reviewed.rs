use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Capability, Scenario, ScenarioResult, Testbed};
use crate::terraform::Functions;

/// As they were reviewed; where a name has a random end, it ends with `-??????`, as IAM itself would have it.
const REVIEWED: [(&str, &str); 4] = [
    ("ingest-access", include_str!("../../testdata/policies/ingest-access.json")),
    ("ingest-telemetry", include_str!("../../testdata/policies/ingest-telemetry.json")),
    ("process-access", include_str!("../../testdata/policies/process-access.json")),
    ("process-telemetry", include_str!("../../testdata/policies/process-telemetry.json")),
];

pub(super) const SCENARIO: Scenario =
    Scenario::new("policies-reviewed", "each function may do what was reviewed, and nothing else", |testbed| {
        Box::pin(run(testbed))
    })
    .needing(&[Capability::Dynamodb, Capability::Eventbridge, Capability::Ses]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let folder = testbed.files.own.join("policies");
    std::fs::create_dir_all(&folder)?;
    let Functions { ingest, process } = &testbed.stack.outputs.role_names;
    let mut changed = Vec::new();
    for (name, reviewed) in REVIEWED {
        let (function, policy) = name.split_once('-').context("a function and a policy")?;
        let role = if function == "ingest" { ingest } else { process };
        let rendered = rendered(&testbed.stack.policy(role, policy).await?)?;
        std::fs::write(folder.join(format!("{name}.json")), &rendered)?;
        if rendered != reviewed {
            changed.push(name);
        }
    }
    ensure!(
        changed.is_empty(),
        "{} differ from harness/testdata/policies; if they are meant to, copy {}/*.json there",
        changed.join(", "),
        folder.display()
    );
    let statements: usize = REVIEWED.iter().map(|(_, text)| text.matches("\"Sid\"").count()).sum();
    Ok(format!("{statements} statements in {} policies", REVIEWED.len()))
}

/// In an order of its own, without what differs from run to run.
fn rendered(policy: &str) -> Result<String> {
    let mut policy: Value = serde_json::from_str(policy).context("the policy is not JSON")?;
    steady(&mut policy);
    Ok(serde_json::to_string_pretty(&policy)? + "\n")
}

fn steady(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(":secretsmanager:") => {
            let end = text.len().saturating_sub(6);
            *text = format!("{}??????", text.get(..end).unwrap_or_default());
        }
        Value::Array(values) => {
            values.iter_mut().for_each(steady);
            values.sort_by_key(ToString::to_string);
        }
        Value::Object(values) => values.values_mut().for_each(steady),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_policy_is_the_same_text() {
        let one = r#"{"Statement":[{"Action":["b","a"],"Resource":"arn:aws:secretsmanager:r:1:secret:x/y-AbCdEf"}]}"#;
        let other = r#"{"Statement":[{"Resource":"arn:aws:secretsmanager:r:1:secret:x/y-GhIjKl","Action":["a","b"]}]}"#;
        assert_eq!(rendered(one).unwrap(), rendered(other).unwrap());
        assert!(rendered(one).unwrap().contains("x/y-??????"));
    }
}
