//! Removal of permissions from the functions' roles.

use anyhow::Result;

use super::testbed::Testbed;
use crate::stack::{EMULATOR_POLICY, RemovedPermission};
use crate::terraform::Outputs;

/// The policy that loses a permission.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Policy {
    Ingest,
    Process,
    /// The policy of the process function for actions that the emulator checks in another way than AWS.
    ProcessOnEmulator,
}

/// Does `work` without these permissions, and restores them, also after an error.
pub(crate) async fn without<T>(
    testbed: &Testbed,
    policy: Policy,
    actions: &[&str],
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let mut removed = Vec::new();
    let result = match remove(testbed, policy, actions, &mut removed).await {
        Ok(()) => work.await,
        Err(error) => Err(error),
    };
    // In reverse order, because each one restores the policy as it was before its removal.
    while let Some(permission) = removed.pop() {
        testbed.stack.restore_permission(permission).await?;
    }
    result
}

async fn remove(
    testbed: &Testbed,
    policy: Policy,
    actions: &[&str],
    removed: &mut Vec<RemovedPermission>,
) -> Result<()> {
    let Outputs { role_names: roles, role_policy_names: policies, .. } = &testbed.stack.outputs;
    let (role, policy) = match policy {
        Policy::Ingest => (&roles.ingest, policies.ingest.as_str()),
        Policy::Process => (&roles.process, policies.process.as_str()),
        Policy::ProcessOnEmulator => (&roles.process, EMULATOR_POLICY),
    };
    for action in actions {
        removed.push(testbed.stack.remove_permission(role, policy, action).await?);
    }
    Ok(())
}
