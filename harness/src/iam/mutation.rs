//! Proof that the check notices mistakes: each allowed action is removed once, and each other action is added once.

use serde::Serialize;

use super::check::{Check, kind};

/// How many mistakes the check has noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Mutations {
    pub(crate) removed: Noticed,
    pub(crate) added: Noticed,
    /// Mistakes that the check has not noticed, such as `apply: CreateQueues + sqs:PurgeQueue`.
    pub(crate) missed: Vec<String>,
}

/// Mistakes of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Noticed {
    pub(crate) noticed: usize,
    pub(crate) all: usize,
}

impl Mutations {
    /// Removes and adds each action once.
    pub(crate) fn run(check: &Check<'_>) -> Self {
        let mut result = Self::default();
        for (kind, sid, action) in check.allowed_actions() {
            let noticed = check.notices_removal(&kind, &sid, &action);
            result.removed.count(noticed);
            if !noticed {
                result.missed.push(format!("{kind}: {sid} - {action}"));
            }
        }
        for (kind, sid, action) in additions(check) {
            let mut changed = check.clone();
            changed.add_action(&kind, &sid, &action);
            let noticed = !changed.notices_removal(&kind, &sid, &action);
            result.added.count(noticed);
            if !noticed {
                result.missed.push(format!("{kind}: {sid} + {action}"));
            }
        }
        result
    }
}

impl Noticed {
    fn count(&mut self, noticed: bool) {
        self.all += 1;
        self.noticed += usize::from(noticed);
    }
}

/// Returns the actions of the reference that roles of a kind do not have. Each is added to the first statement with
/// another action of its service.
fn additions(check: &Check<'_>) -> Vec<(String, String, String)> {
    let mut additions = std::collections::BTreeMap::new();
    for role in &check.roles {
        for statement in role.allowing() {
            let services =
                statement.action.iter().filter_map(|action| action.split_once(':')).map(|(service, _)| service);
            for action in services.flat_map(|service| check.reference.actions_of(service)) {
                let is_allowed = role.statements.iter().any(|statement| statement.has_action(action));
                if !is_allowed {
                    additions.entry((kind(role), action.to_owned())).or_insert_with(|| statement.sid.clone());
                }
            }
        }
    }
    additions.into_iter().map(|((kind, action), sid)| (kind, sid, action)).collect()
}
