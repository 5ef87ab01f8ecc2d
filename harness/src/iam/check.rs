//! The check of roles against what they need.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use super::pattern::matches;
use super::policy::{Decision, Effect, Need, Role, Statement};
use super::reference::Reference;

/// What each role needs. `origins` has the calls and the documented cases, such as `create: SQS/CreateQueue`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needs(BTreeMap<String, BTreeMap<Need, BTreeSet<String>>>);

/// The roles of an account, and what is known about them.
#[derive(Debug, Clone)]
pub(crate) struct Check<'a> {
    pub(crate) roles: Vec<Role>,
    pub(crate) needs: &'a Needs,
    pub(crate) reference: &'a Reference,
    /// Beginnings of the names of the environments' resources, such as `hookline-dev`.
    pub(crate) prefixes: &'a [String],
}

impl Needs {
    /// Adds a need of a role.
    pub(crate) fn add(&mut self, role: &str, need: Need, origin: &str) {
        self.0.entry(role.to_owned()).or_default().entry(need).or_default().insert(origin.to_owned());
    }

    /// Returns the needs of a role with their origins.
    pub(crate) fn of(&self, role: &str) -> impl Iterator<Item = (&Need, &BTreeSet<String>)> {
        self.0.get(role).into_iter().flatten()
    }
}

impl Check<'_> {
    /// Returns all findings: needs that are not allowed, actions that are not needed, and resources and condition keys
    /// that cannot match.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings = self.findings_of_actions();
        findings.extend(self.unmatched_resources());
        findings
    }

    /// Returns all findings but those about resources that no need has.
    pub(crate) fn findings_of_actions(&self) -> Vec<Finding> {
        let mut findings = self.not_allowed();
        findings.extend(self.not_needed());
        findings.extend(self.unsupported_keys());
        findings.extend(self.unsupported_resources());
        findings
    }

    fn not_allowed(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for role in &self.roles {
            for (need, origins) in self.needs.of(&role.name) {
                let denied_by = match role.decide(need) {
                    Decision::Allowed(_) => continue,
                    Decision::NotAllowed => None,
                    Decision::Denied(index) => role.statements.get(index).map(|statement| statement.sid.clone()),
                };
                findings.push(Finding::NotAllowed {
                    role: role.name.clone(),
                    need: need.clone(),
                    denied_by,
                    statements: with_action(role, &need.action),
                    origins: origins.iter().cloned().collect(),
                });
            }
        }
        findings
    }

    fn not_needed(&self) -> Vec<Finding> {
        let unneeded = |(kind, sid, action): &(String, String, String)| !self.notices_removal(kind, sid, action);
        let finding = |(role, statement, action)| Finding::NotNeeded { role, statement, action };
        self.allowed_actions().into_iter().filter(unneeded).map(finding).collect()
    }

    /// Returns each allowed action with the kind of the role and the statement.
    pub(super) fn allowed_actions(&self) -> BTreeSet<(String, String, String)> {
        let of_statement = |kind: String, statement: &Statement| {
            let sid = statement.sid.clone();
            let actions = statement.action.clone();
            actions.into_iter().map(move |action| (kind.clone(), sid.clone(), action))
        };
        let roles = self.roles.iter();
        roles.flat_map(|role| role.allowing().flat_map(move |statement| of_statement(kind(role), statement))).collect()
    }

    /// Returns whether a need would not be allowed without an action of a statement, in a role of this kind.
    pub(super) fn notices_removal(&self, role_kind: &str, sid: &str, action: &str) -> bool {
        self.roles.iter().filter(|role| kind(role) == role_kind).any(|role| {
            let mut changed = role.clone();
            let statements = changed.statements.iter_mut().filter(|statement| statement.sid == sid);
            statements.for_each(|statement| statement.action.retain(|other| other != action));
            let pattern = action.to_ascii_lowercase();
            let mut affected =
                self.needs.of(&role.name).filter(|(need, _)| matches(&pattern, &need.action.to_ascii_lowercase()));
            affected.any(|(need, _)| {
                matches!(role.decide(need), Decision::Allowed(_)) && changed.decide(need) == Decision::NotAllowed
            })
        })
    }

    /// Adds an action to a statement of all roles of a kind.
    pub(super) fn add_action(&mut self, role_kind: &str, sid: &str, action: &str) {
        for role in self.roles.iter_mut().filter(|role| kind(role) == role_kind) {
            let statements = role.statements.iter_mut().filter(|statement| statement.sid == sid);
            statements.for_each(|statement| statement.action.push(action.to_owned()));
        }
    }

    fn unmatched_resources(&self) -> Vec<Finding> {
        let (mut all, mut matched) = (BTreeSet::new(), BTreeSet::new());
        for role in &self.roles {
            for (index, statement) in role.statements.iter().enumerate() {
                if statement.effect == Effect::Deny {
                    continue;
                }
                for pattern in &statement.resource {
                    let key = (kind(role), statement.sid.clone(), self.without_environment(pattern));
                    let matching = |need: &Need| {
                        matches(pattern, &need.resource)
                            && matches!(role.decide(need), Decision::Allowed(allowing) if allowing.contains(&index))
                    };
                    if self.needs.of(&role.name).any(|(need, _)| matching(need)) {
                        matched.insert(key.clone());
                    }
                    all.insert(key);
                }
            }
        }
        let unmatched = all.difference(&matched).cloned();
        unmatched.map(|(role, statement, resource)| Finding::ResourceNotMatched { role, statement, resource }).collect()
    }

    fn unsupported_keys(&self) -> Vec<Finding> {
        let mut findings = BTreeSet::new();
        let statements =
            self.roles.iter().flat_map(|role| role.statements.iter().map(move |statement| (role, statement)));
        for (role, statement) in statements {
            for action in statement.action.iter().filter(|action| !action.contains('*')) {
                let (role, statement_id, action) = (kind(role), statement.sid.clone(), action.clone());
                if !self.reference.has(&action) {
                    findings.insert(Finding::UnknownAction { role, statement: statement_id, action });
                    continue;
                }
                let keys = statement.conditions().map(|(_, key, _)| key);
                findings.extend(keys.filter(|key| !self.reference.supports_key(&action, key)).map(|key| {
                    let (role, statement, action) = (role.clone(), statement_id.clone(), action.clone());
                    Finding::UnsupportedKey { role, statement, action, key: key.to_owned() }
                }));
            }
        }
        findings.into_iter().collect()
    }

    /// Finds mistakes of the data file: needs with a resource that the action cannot have.
    fn unsupported_resources(&self) -> Vec<Finding> {
        let mut findings = BTreeSet::new();
        // The needs of a boundary are the patterns of policies.
        for role in self.roles.iter().filter(|role| kind(role) != "boundary") {
            for (Need { action, resource, .. }, _) in self.needs.of(&role.name) {
                if self.reference.has(action) && !self.reference.allows_resource(action, resource) {
                    let (action, resource) = (action.clone(), self.without_environment(resource));
                    findings.insert(Finding::UnsupportedResource { action, resource });
                }
            }
        }
        findings.into_iter().collect()
    }

    /// Replaces the name of the environment, so that patterns of roles of the same kind are equal.
    fn without_environment(&self, text: &str) -> String {
        self.prefixes.iter().fold(text.to_owned(), |text, prefix| text.replace(prefix, "<prefix>"))
    }
}

/// Returns what the roles of all environments have in common: `apply` for `apply-dev`.
pub(super) fn kind(role: &Role) -> String {
    role.name.split('-').next().unwrap_or_default().to_owned()
}

fn with_action(role: &Role, action: &str) -> Vec<String> {
    let statements = role.allowing().filter(|statement| statement.has_action(action));
    statements.map(|statement| statement.sid.clone()).collect()
}
