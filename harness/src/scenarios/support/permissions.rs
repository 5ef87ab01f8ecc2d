//! What each function does without one of its permissions: each is needed, and what is missing is never silence.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use uuid::Uuid;

use super::Testbed;
use crate::stack::Withdrawn;
use crate::system::wait;
use crate::terraform::Outputs;

/// Whose permission.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    Ingest,
    Process,
    /// Process's, where the emulator asks in other words than AWS.
    ProcessHere,
}

/// Does `work` without those permissions, and gives them back whatever comes of it.
pub(crate) async fn without<T>(
    testbed: &Testbed,
    role: Role,
    actions: &[&str],
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let mut withdrawn = Vec::new();
    let done = match withdraw(testbed, role, actions, &mut withdrawn).await {
        Ok(()) => work.await,
        Err(error) => Err(error),
    };
    // The last one first: each puts the policy back as it found it.
    while let Some(one) = withdrawn.pop() {
        one.give_back().await?;
    }
    done
}

async fn withdraw(testbed: &Testbed, role: Role, actions: &[&str], withdrawn: &mut Vec<Withdrawn>) -> Result<()> {
    let Outputs { role_names: names, role_policy_names: policies, .. } = &testbed.stack.outputs;
    let (name, policy) = match role {
        Role::Ingest => (&names.ingest, policies.ingest.as_str()),
        Role::Process => (&names.process, policies.process.as_str()),
        Role::ProcessHere => (&names.process, crate::stack::EMULATOR_POLICY),
    };
    for action in actions {
        withdrawn.push(testbed.stack.withdraw(name, policy, action).await?);
    }
    Ok(())
}

/// A body like no other, of some more than so many bytes.
pub(crate) fn body(bytes: usize) -> String {
    format!("{{\"n\":\"{}\",\"x\":\"{}\"}}", Uuid::new_v4(), "x".repeat(bytes))
}

/// Waits for a line of the log with these fields.
pub(crate) async fn told(testbed: &Testbed, fields: &[(&str, &str)]) -> Result<()> {
    all_told(testbed, &[fields]).await
}

/// Waits for a line of the log with the fields of each, for all at the same time: attempts do not wait.
pub(crate) async fn all_told(testbed: &Testbed, each: &[&[(&str, &str)]]) -> Result<()> {
    let what = format!("a line of the log with {each:?}");
    wait::until(&what, Duration::from_secs(20), async || {
        let lines = testbed.stack.logs(testbed.started).await?;
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
        let says = |line: &Value, fields: &[(&str, &str)]| {
            fields.iter().all(|(name, value)| line[name].as_str().is_some_and(|it| it.starts_with(value)))
        };
        Ok(each.iter().all(|fields| lines.iter().any(|line| says(line, fields))).then_some(()))
    })
    .await
}
