//! The assessment of the roles of a bootstrap.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::check::{Check, Needs};
use super::finding::Finding;
use super::mutation::Mutations;
use super::operations::{Case, Operations};
use super::policy::Role;
use super::recording::RecordedCall;
use super::reference::Reference;
use super::report::{DocumentedCase, Report, RoleCounts, ServiceCalls};
use super::template::Names;

/// Name of the service, with which all names begin.
const SERVICE: &str = "hookline";

/// The bootstrap of an account.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) region: String,
    /// Beginning of the names of the bootstrap's resources.
    pub(crate) bootstrap: String,
    pub(crate) environments: Vec<String>,
    /// Roles with their policies.
    pub(crate) roles: Vec<Role>,
}

impl Account {
    /// Reads the roles of an applied bootstrap from its state: the output of `terraform show -json`.
    ///
    /// # Errors
    ///
    /// If the state has no roles, or a policy cannot be evaluated.
    pub(crate) fn from_state(state: &Value, region: &str, environments: &[String], bootstrap: &str) -> Result<Self> {
        let resources = state.pointer("/values/root_module/resources").and_then(Value::as_array);
        let resources = resources.context("the state of the bootstrap has no resources")?;
        let of_type = |name: &'static str| resources.iter().filter(move |resource| resource["type"] == name);
        let text = |resource: &Value, name: &str| resource["values"][name].as_str().unwrap_or_default().to_owned();
        let policies: BTreeMap<_, _> =
            of_type("aws_iam_policy").map(|policy| (text(policy, "arn"), text(policy, "policy"))).collect();
        let mut documents: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for attachment in of_type("aws_iam_role_policy_attachment") {
            // Policies that AWS manages are not checked.
            if let Some(policy) = policies.get(&text(attachment, "policy_arn")) {
                documents.entry(text(attachment, "role")).or_default().push(policy);
            }
        }
        let prefix = format!("{bootstrap}-");
        for policy in of_type("aws_iam_policy").filter(|policy| policy["name"] == "boundary") {
            documents.entry(text(policy, "name")).or_default().extend(policy["values"]["policy"].as_str());
        }
        let roles = documents.into_iter().map(|(role, documents)| {
            let name = role.strip_prefix(&prefix).unwrap_or(&role);
            Role::new(name, documents)
        });
        let roles = roles.collect::<Result<Vec<_>>>()?;
        anyhow::ensure!(!roles.is_empty(), "the state of the bootstrap has no role with a policy");
        let id = policies.keys().find_map(|arn| arn.split(':').nth(4)).context("the policies have no ARN")?.to_owned();
        let (region, bootstrap) = (region.to_owned(), bootstrap.to_owned());
        Ok(Self { id, region, bootstrap, environments: environments.to_vec(), roles })
    }

    fn names(&self, environment: &str) -> Names {
        Names {
            account: self.id.clone(),
            region: self.region.clone(),
            environment: environment.to_owned(),
            prefix: format!("{SERVICE}-{environment}"),
            bootstrap: self.bootstrap.clone(),
        }
    }

    /// Returns the names of the environments that a role is for: its own, or all.
    fn environments_of<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a String> {
        let is_for = |environment: &&String| role.split_once('-').is_none_or(|(_, own)| own == environment.as_str());
        self.environments.iter().filter(is_for)
    }
}

/// Checks the roles of an account against the recorded calls and the documented cases. `incomplete` is the reason why
/// calls are missing; unneeded permissions are then not reported.
///
/// # Errors
///
/// If a committed data file cannot be parsed.
pub(crate) fn assess(account: &Account, calls: &[RecordedCall], incomplete: Option<String>) -> Result<Report> {
    let operations = Operations::committed()?;
    let reference = Reference::committed(&operations.unlisted)?;
    let mut needs = Needs::default();
    let mut findings = add_calls(&mut needs, account, &operations, calls);
    add_cases(&mut needs, account, &operations.cases);
    add_function_policies(&mut needs, account, calls)?;
    let prefixes = Vec::from_iter(account.environments.iter().map(|name| format!("{SERVICE}-{name}")));
    let check = Check { roles: account.roles.clone(), needs: &needs, reference: &reference, prefixes: &prefixes };
    findings.extend(check.findings());
    if incomplete.is_some() {
        findings.retain(|finding| !finding.is_about_unneeded());
    }
    findings.sort();
    findings.dedup();
    Ok(Report {
        services: count_calls(calls),
        roles: account.roles.iter().map(|role| (role.name.clone(), count_role(role, &needs))).collect(),
        documented: operations.cases.iter().filter(|case| is_for_account(case, account)).map(documented).collect(),
        mutations: if incomplete.is_none() { Mutations::run(&check) } else { Mutations::default() },
        incomplete,
        findings,
    })
}

fn add_calls(needs: &mut Needs, account: &Account, operations: &Operations, calls: &[RecordedCall]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for recorded in calls {
        let origin = format!("{}: {}", recorded.phase, recorded.call.operation());
        match operations.needs(&recorded.call, &account.names(&recorded.environment)) {
            Ok(found) => {
                for (role, need) in recorded.roles().iter().flat_map(|role| found.iter().map(move |need| (role, need)))
                {
                    needs.add(role, need.clone(), &origin);
                }
            }
            Err(problem) => findings
                .push(Finding::UnexplainedCall { phase: recorded.phase.to_string(), problem: problem.to_string() }),
        }
    }
    findings
}

fn add_cases(needs: &mut Needs, account: &Account, cases: &[Case]) {
    for role in &account.roles {
        for case in cases.iter().filter(|case| case.is_for(&role.name)) {
            let environments = account.environments_of(&role.name);
            let first = account.environments.first();
            for environment in environments.filter(|name| !case.optional || Some(*name) == first) {
                for need in case.needs(&account.names(environment)) {
                    needs.add(&role.name, need, &case.reason);
                }
            }
        }
    }
}

/// Adds what the policies of the functions allow to the needs of the boundary.
fn add_function_policies(needs: &mut Needs, account: &Account, calls: &[RecordedCall]) -> Result<()> {
    for recorded in calls.iter().filter(|recorded| recorded.call.operation() == "IAM/PutRolePolicy") {
        let body = &recorded.call.request["body"];
        let document = body["PolicyDocument"].as_str().context("a recorded policy has no document")?;
        let policy = Role::new(body["RoleName"].as_str().unwrap_or_default(), [document])?;
        let boundary = format!("boundary-{}", recorded.environment);
        for need in policy.permissions() {
            needs.add(&boundary, need, &format!("policy of {}", policy.name));
        }
    }
    anyhow::ensure!(account.roles.iter().any(|role| role.name.starts_with("boundary-")), "no boundary was found");
    Ok(())
}

fn is_for_account(case: &Case, account: &Account) -> bool {
    account.roles.iter().any(|role| case.is_for(&role.name))
}

fn documented(case: &Case) -> DocumentedCase {
    let actions = case.permissions.iter().flat_map(|permission| permission.action.iter().cloned()).collect();
    DocumentedCase { reason: case.reason.clone(), roles: case.roles.clone(), actions }
}

fn count_calls(calls: &[RecordedCall]) -> BTreeMap<String, ServiceCalls> {
    let mut services: BTreeMap<String, ServiceCalls> = BTreeMap::new();
    for recorded in calls {
        let service = services.entry(recorded.call.service.clone()).or_default();
        service.calls += 1;
        service.operations.insert(recorded.call.method.clone());
        for role in recorded.roles() {
            *service.by_role.entry(role).or_default() += 1;
        }
    }
    services
}

fn count_role(role: &Role, needs: &Needs) -> RoleCounts {
    RoleCounts {
        statements: role.statements.len(),
        actions: role.allowing().map(|statement| statement.action.len()).sum(),
        needs: needs.of(&role.name).count(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn roles_and_boundaries_are_read_from_the_state() {
        let arn = |name: &str| format!("arn:aws:iam::000000000000:policy/{name}");
        let document = |sid: &str| {
            json!({ "Statement": [{ "Sid": sid, "Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*" }] })
                .to_string()
        };
        let policy = |resource: &str, name: &str, sid: &str| {
            let values = json!({ "arn": arn(name), "name": name, "policy": document(sid) });
            json!({ "type": "aws_iam_policy", "name": resource, "values": values })
        };
        let attachment = |role: &str, policy: &str| {
            let values = json!({ "role": role, "policy_arn": policy });
            json!({ "type": "aws_iam_role_policy_attachment", "values": values })
        };
        let resources = [
            policy("this", "b-apply-dev-queues", "Queues"),
            policy("this", "b-apply-dev-topics", "Topics"),
            policy("boundary", "b-boundary-dev", "Boundary"),
            attachment("b-apply-dev", &arn("b-apply-dev-queues")),
            attachment("b-apply-dev", &arn("b-apply-dev-topics")),
            attachment("b-api-logs", "arn:aws:iam::aws:policy/managed-by-aws"),
        ];
        let state = json!({ "values": { "root_module": { "resources": resources } } });
        let account = Account::from_state(&state, "eu-west-1", &["dev".to_owned()], "b").unwrap();
        let roles = account.roles.iter().map(|role| {
            (role.name.as_str(), role.statements.iter().map(|statement| statement.sid.as_str()).collect::<Vec<_>>())
        });
        assert_eq!(
            roles.collect::<Vec<_>>(),
            [("apply-dev", vec!["Queues", "Topics"]), ("boundary-dev", vec!["Boundary"])]
        );
        assert_eq!(account.id, "000000000000");
        let error = Account::from_state(&json!({}), "eu-west-1", &[], "b").unwrap_err();
        assert_eq!(error.to_string(), "the state of the bootstrap has no resources");
    }
}
