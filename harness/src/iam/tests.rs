//! Tests of the check on small policies, and of the committed data files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::{Check, Needs};
use super::mutation::Mutations;
use super::operations::Operations;
use super::policy::{Need, Role};
use super::reference::Reference;
use super::template::{expand, tests::names};

const POLICY: &str = r#"{ "Statement": [
    { "Sid": "ManageQueues", "Effect": "Allow", "Action": ["sqs:CreateQueue", "sqs:TagQueue"],
      "Resource": ["arn:aws:sqs:eu-west-1:000000000000:hookline-dev-*"] },
    { "Sid": "AllowInvoke", "Effect": "Allow", "Action": ["lambda:AddPermission"],
      "Resource": ["arn:aws:lambda:eu-west-1:000000000000:function:hookline-dev-*"],
      "Condition": { "StringEquals": { "lambda:Principal": "apigateway.amazonaws.com" } } }
] }"#;

fn need(action: &str, name: &str, context: &[(&str, &str)]) -> Need {
    let service = action.split(':').next().unwrap_or_default();
    let separator = if service == "lambda" { "function:" } else { "" };
    Need {
        action: action.to_owned(),
        resource: format!("arn:aws:{service}:eu-west-1:000000000000:{separator}{name}"),
        context: context.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect(),
    }
}

fn needs() -> Needs {
    let mut needs = Needs::default();
    let principal = [("lambda:principal", "apigateway.amazonaws.com")];
    needs.add("apply-dev", need("sqs:CreateQueue", "hookline-dev-intake", &[]), "create: SQS/CreateQueue");
    needs.add("apply-dev", need("sqs:TagQueue", "hookline-dev-intake", &[]), "create: SQS/CreateQueue");
    needs.add(
        "apply-dev",
        need("lambda:AddPermission", "hookline-dev-ingest", &principal),
        "create: Lambda/AddPermission",
    );
    needs
}

/// Returns the findings about a policy, one in a line.
fn findings(policy: &str, needs: &Needs) -> String {
    with_check(policy, needs, |check| {
        let findings = check.findings();
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })
}

fn with_check<T>(policy: &str, needs: &Needs, work: impl FnOnce(&Check<'_>) -> T) -> T {
    let reference = Reference::committed(&BTreeMap::new()).unwrap();
    let roles = vec![Role::new("apply-dev", [policy]).unwrap()];
    let prefixes = ["hookline-dev".to_owned()];
    work(&Check { roles, needs, reference: &reference, prefixes: &prefixes })
}

#[test]
fn policies_that_match_the_needs_have_no_finding() {
    assert_eq!(findings(POLICY, &needs()), "");
}

#[test]
fn call_without_permission_is_found() {
    let mut needs = needs();
    needs.add("apply-dev", need("sqs:DeleteQueue", "hookline-dev-intake", &[]), "destroy: SQS/DeleteQueue");
    needs.add("apply-dev", need("sqs:CreateQueue", "hookline-prod-intake", &[]), "update: SQS/CreateQueue");
    let other = [("lambda:principal", "s3.amazonaws.com")];
    needs.add("apply-dev", need("lambda:AddPermission", "hookline-dev-ingest", &other), "update: Lambda/AddPermission");
    insta::assert_snapshot!(findings(POLICY, &needs));
}

#[test]
fn denied_call_is_found() {
    let denial = r#""Statement": [
        { "Sid": "Guard", "Effect": "Deny", "Action": "sqs:Tag*", "Resource": "*" },"#;
    let policy = POLICY.replace(r#""Statement": ["#, denial);
    insta::assert_snapshot!(findings(&policy, &needs()));
}

#[test]
fn unneeded_action_resource_and_key_are_found() {
    let policy = POLICY
        .replace(r#""sqs:TagQueue""#, r#""sqs:TagQueue", "sqs:DeleteQueue""#)
        .replace(r#":hookline-dev-*"] },"#, r#":hookline-dev-*", "arn:aws:sqs:eu-west-1:000000000000:old"] },"#)
        .replace(r#""lambda:AddPermission"]"#, r#""lambda:AddPermission", "lambda:GetPolicy"]"#);
    insta::assert_snapshot!(findings(&policy, &needs()));
}

#[test]
fn every_mistake_is_noticed() {
    with_check(POLICY, &needs(), |check| {
        let mutations = Mutations::run(check);
        assert_eq!(mutations.missed, Vec::<String>::new());
        assert_eq!((mutations.removed.noticed, mutations.removed.all), (3, 3));
        assert_eq!(mutations.added.noticed, mutations.added.all);
        assert!(mutations.added.all > 20, "{mutations:?}");
    });
}

#[test]
fn missed_mistake_is_reported() {
    let repeated = r#""Statement": [
        { "Sid": "Again", "Effect": "Allow", "Action": "sqs:TagQueue", "Resource": "*" },"#;
    with_check(&POLICY.replace(r#""Statement": ["#, repeated), &needs(), |check| {
        let missed = Mutations::run(check).missed;
        assert_eq!(missed, ["apply: Again - sqs:TagQueue", "apply: ManageQueues - sqs:TagQueue"]);
    });
}

#[test]
fn data_file_matches_the_reference() {
    let operations = Operations::committed().unwrap();
    let reference = Reference::committed(&operations.unlisted).unwrap();
    let mut faults = Vec::new();
    for (origin, permission) in operations.permissions() {
        for action in permission.action.iter().filter(|action| !action.contains('{')) {
            let keys = permission.context.keys().filter(|key| !reference.supports_key(action, key));
            faults.extend(keys.map(|key| format!("{origin}: {action} with {key}")));
            // A resource from a request is checked in each run.
            let is_fixed =
                |resource: &&String| !["{body", "{path", "{partiql"].iter().any(|from| resource.contains(from));
            let fixed = permission.resource.iter().filter(is_fixed);
            let resources = fixed.flat_map(|resource| expand(resource, &Value::Null, &names()));
            let unknown = resources.filter(|resource| !reference.allows_resource(action, resource));
            faults.extend(unknown.map(|resource| format!("{origin}: {action} on {resource}")));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}
