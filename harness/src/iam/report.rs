//! The report of `cargo harness environments`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::finding::Finding;
use super::mutation::Mutations;

/// What the roles of the bootstrap were checked against, and the findings.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) services: BTreeMap<String, ServiceCalls>,
    pub(crate) roles: BTreeMap<String, RoleCounts>,
    /// Reasons of the documented cases, with their actions.
    pub(crate) documented: Vec<DocumentedCase>,
    pub(crate) mutations: Mutations,
    /// Why calls are missing, so that unneeded permissions are not reported.
    pub(crate) incomplete: Option<String>,
    pub(crate) findings: Vec<Finding>,
}

/// Recorded calls of one service.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct ServiceCalls {
    pub(crate) calls: usize,
    pub(crate) operations: BTreeSet<String>,
    /// Number of calls by role.
    pub(crate) by_role: BTreeMap<String, usize>,
}

/// Size of a role's policies, and what it needs.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct RoleCounts {
    pub(crate) statements: usize,
    pub(crate) actions: usize,
    /// Different actions on different resources.
    pub(crate) needs: usize,
}

/// A documented case of the data file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DocumentedCase {
    pub(crate) reason: String,
    pub(crate) roles: Vec<String>,
    pub(crate) actions: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n\n{}\n", self.calls_table(), self.roles_table())?;
        writeln!(formatter, "documented cases, which no run records:")?;
        for DocumentedCase { reason, roles, actions } in &self.documented {
            writeln!(formatter, "  {}: {reason} ({})", roles.join(", "), actions.join(", "))?;
        }
        let Mutations { removed, added, missed } = &self.mutations;
        if let Some(reason) = &self.incomplete {
            return write!(formatter, "unneeded permissions are not reported: {reason}; {}", self.findings_text());
        }
        writeln!(
            formatter,
            "\nmistakes noticed: {} of {} removed actions, {} of {} added actions",
            removed.noticed, removed.all, added.noticed, added.all
        )?;
        missed.iter().try_for_each(|mistake| writeln!(formatter, "  not noticed: {mistake}"))?;
        formatter.write_str(&self.findings_text())
    }
}

impl Report {
    /// Returns whether the policies are exactly those that the calls need.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.mutations.missed.is_empty()
    }

    fn findings_text(&self) -> String {
        let findings = self.findings.iter().map(|finding| format!("\n  {finding}"));
        format!("findings: {}{}", self.findings.len(), findings.collect::<String>())
    }

    fn calls_table(&self) -> Table {
        let roles: BTreeSet<_> = self.services.values().flat_map(|service| service.by_role.keys()).collect();
        let header = ["service", "operations", "calls"].into_iter().map(str::to_owned);
        let mut table = table(header.chain(roles.iter().map(|role| format!("by {role}"))));
        for (name, service) in &self.services {
            let by_role = roles.iter().map(|role| service.by_role.get(*role).copied().unwrap_or_default().to_string());
            let counts = [name.clone(), service.operations.len().to_string(), service.calls.to_string()];
            table.add_row(counts.into_iter().chain(by_role));
        }
        align_numbers(&mut table);
        table
    }

    fn roles_table(&self) -> Table {
        let mut table = table(["role", "statements", "actions", "needs"].map(str::to_owned));
        for (name, RoleCounts { statements, actions, needs }) in &self.roles {
            table.add_row([name.clone(), statements.to_string(), actions.to_string(), needs.to_string()]);
        }
        align_numbers(&mut table);
        table
    }
}

fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    table
}

fn align_numbers(table: &mut Table) {
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
}

#[cfg(test)]
mod tests {
    use super::super::mutation::Noticed;
    use super::*;

    fn report() -> Report {
        let counts = |calls| [("apply-dev".to_owned(), calls), ("plan".to_owned(), 1)].into();
        let operations = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let sqs = ServiceCalls {
            calls: 3,
            operations: operations(&["CreateQueue", "GetQueueAttributes"]),
            by_role: counts(3),
        };
        let services = [("SQS".to_owned(), sqs)].into();
        let roles = [("apply-dev".to_owned(), RoleCounts { statements: 2, actions: 4, needs: 3 })].into();
        let documented = vec![DocumentedCase {
            reason: "the emulator has no saved queries".to_owned(),
            roles: vec!["plan".to_owned(), "apply".to_owned()],
            actions: vec!["logs:DescribeQueryDefinitions".to_owned()],
        }];
        let (removed, added) = (Noticed { noticed: 3, all: 4 }, Noticed { noticed: 9, all: 9 });
        let missed = vec!["apply: ManageQueues - sqs:TagQueue".to_owned()];
        let findings = vec![Finding::NotNeeded {
            role: "apply".to_owned(),
            statement: "ManageQueues".to_owned(),
            action: "sqs:TagQueue".to_owned(),
        }];
        let mutations = Mutations { removed, added, missed };
        Report { services, roles, documented, mutations, incomplete: None, findings }
    }

    #[test]
    fn report_as_text() {
        insta::assert_snapshot!(report());
        let incomplete = Some("the emulator has no cognito-idp".to_owned());
        insta::assert_snapshot!(Report { incomplete, findings: Vec::new(), ..report() });
    }

    #[test]
    fn report_as_json() {
        insta::assert_json_snapshot!(report());
    }
}
