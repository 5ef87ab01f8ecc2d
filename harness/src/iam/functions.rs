//! The check of the functions' policies against the calls that the functions made, which
//! `harness/src/emulator/calls.py` records.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::check::{Check, Needs};
use super::finding::Finding;
use super::operations::Operations;
use super::policy::Role;
use super::reference::Reference;
use super::template::Names;

/// Names of services in the scope of a credential, and the names that the data file uses.
const SERVICES: [(&str, &str); 12] = [
    ("dynamodb", "DynamoDB"),
    ("email", "SES"),
    ("events", "EventBridge"),
    ("execute-api", "API Gateway"),
    ("firehose", "Firehose"),
    ("lambda", "Lambda"),
    ("s3", "S3"),
    ("secretsmanager", "Secrets Manager"),
    ("ses", "SES"),
    ("sns", "SNS"),
    ("sqs", "SQS"),
    ("states", "SFN"),
];

/// A line of the record.
#[derive(Debug, Deserialize)]
struct Line {
    /// Name of the function's role.
    role: String,
    service: String,
    target: String,
    method: String,
    url: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    body: Value,
}

/// Returns the findings about the functions' policies, and the number of different calls. `policies` has the documents
/// of each function by its name and role.
///
/// # Errors
///
/// If a policy or a line of the record cannot be parsed.
pub(crate) fn check_functions(
    record: &str,
    policies: &BTreeMap<(String, String), Vec<String>>,
    names: &Names,
) -> Result<(Vec<Finding>, usize)> {
    let operations = Operations::committed()?;
    let reference = Reference::committed(&operations.unlisted)?;
    let mut needs = Needs::default();
    let mut findings = Vec::new();
    let lines = record.lines().map(|line| serde_json::from_str(line).context("the record has an invalid line"));
    let lines = lines.collect::<Result<Vec<Line>>>()?;
    for line in &lines {
        let function = policies.keys().find(|(_, role)| *role == line.role).map(|(function, _)| function);
        let function = function.with_context(|| format!("the record has the unknown role `{}`", line.role))?;
        let call = line.call();
        match operations.needs(&call, names) {
            Ok(found) => found.into_iter().for_each(|need| needs.add(function, need, &call.operation())),
            Err(problem) => {
                findings.push(Finding::UnexplainedCall { phase: function.clone(), problem: problem.to_string() });
            }
        }
    }
    let mut roles = Vec::new();
    for ((function, _), documents) in policies {
        let mut role = Role::new(function, documents.iter().map(String::as_str))?;
        role.statements.iter_mut().flat_map(|statement| &mut statement.resource).for_each(replace_random_end);
        roles.push(role);
        for case in operations.cases.iter().filter(|case| case.is_for(function)) {
            case.needs(names).for_each(|need| needs.add(function, need, &case.reason));
        }
    }
    let check = Check { roles, needs: &needs, reference: &reference, prefixes: &[] };
    findings.extend(check.findings_of_actions());
    findings.sort();
    Ok((findings, lines.len()))
}

/// Replaces the random end of a secret's ARN by a pattern. A function requests a secret by its name.
fn replace_random_end(arn: &mut String) {
    if arn.contains(":secretsmanager:") {
        let end = arn.len().saturating_sub(6);
        *arn = format!("{}??????", arn.get(..end).unwrap_or_default());
    }
}

impl Line {
    fn call(&self) -> Call {
        let service = SERVICES.iter().find(|(scope, _)| *scope == self.service).map_or("unknown", |(_, name)| name);
        let operation = match (self.target.rsplit('.').next().unwrap_or_default(), self.method.as_str()) {
            ("", _) if !self.action.is_empty() => self.action.as_str(),
            ("", "GET") if self.url.contains("list-type") => "ListObjectsV2",
            ("", "GET") if self.url.contains("versionId") => "GetObjectVersion",
            ("", "GET") => "GetObject",
            ("", "HEAD") => "HeadObject",
            ("", "PUT") => "PutObject",
            ("", "POST") => "Invoke",
            ("", method) => method,
            (target, _) => target,
        };
        let body = match &self.body {
            Value::Object(members) if !self.action.is_empty() => {
                let pairs =
                    members.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
                pairs.collect::<Vec<_>>().join("&")
            }
            body => body.to_string(),
        };
        Call::new(service, operation, &self.method, &self.url, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::template::tests::names;

    const RECORD: &str = include_str!("../../testdata/iam/calls.jsonl");

    fn findings(policy: &str) -> Vec<String> {
        let policies = [(("function".to_owned(), "r".to_owned()), vec![policy.to_owned()])].into();
        let (findings, calls) = check_functions(RECORD, &policies, &names()).unwrap();
        assert_eq!(calls, 4);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn calls_of_a_function_are_compared_with_its_policies() {
        let policy = r#"{ "Statement": [
            { "Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage",
              "Resource": "arn:aws:sqs:eu-west-1:000000000000:hookline-dev-intake" },
            { "Sid": "Read", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
              "Resource": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:hookline-dev/sources/github-AbCdEf" },
            { "Sid": "Store", "Effect": "Allow", "Action": "s3:PutObject",
              "Resource": "arn:aws:s3:::hookline-dev-payloads/*" },
            { "Sid": "Mail", "Effect": "Allow", "Action": "ses:SendEmail",
              "Resource": "arn:aws:ses:eu-west-1:000000000000:identity/a@b.example",
              "Condition": { "ForAllValues:StringEquals": { "ses:Recipients": "c@b.example" } } }
        ] }"#;
        assert_eq!(findings(policy), Vec::<String>::new());
        let changed = policy.replace("sqs:SendMessage", "sqs:PurgeQueue").replace("c@b.example", "d@b.example");
        insta::assert_snapshot!(findings(&changed).join("\n"));
    }
}
