use std::collections::BTreeSet;

use anyhow::{Context, Result};
use reqwest::{Client, RequestBuilder};

use crate::emulator::json_api::authorization;

/// List operations: service in the scope of a credential, operation and protocol version.
const LIST_OPERATIONS: [(&str, &str, &str); 9] = [
    ("sqs", "AmazonSQS.ListQueues", "1.0"),
    ("logs", "Logs_20140328.DescribeLogGroups", "1.1"),
    ("secretsmanager", "secretsmanager.ListSecrets", "1.1"),
    ("dynamodb", "DynamoDB_20120810.ListTables", "1.0"),
    ("lambda", "/2015-03-31/functions", ""),
    ("s3", "/", ""),
    ("iam", "Action=ListRoles&Version=2010-05-08", ""),
    ("monitoring", "Action=DescribeAlarms&Version=2010-08-01", ""),
    ("sns", "Action=ListTopics&Version=2010-03-31", ""),
];

/// Returns the names of all resources on the emulator that start with one of the prefixes: queues, log groups, secrets,
/// tables, functions, buckets, roles, alarms and topics.
pub(crate) async fn leftover_resources(endpoint: &str, region: &str, prefixes: &[String]) -> Result<BTreeSet<String>> {
    let http = Client::builder().no_proxy().build()?;
    let mut names = BTreeSet::new();
    for (service, operation, version) in LIST_OPERATIONS {
        let request = list_request(&http, endpoint, operation, version);
        let response = request.header("authorization", authorization("test", region, service)).send().await;
        let response = response.with_context(|| format!("cannot list the resources of {service}"))?;
        // An emulator without the service has no resources of it.
        if response.status().is_success() {
            let text = response.text().await?;
            names.extend(names_with_prefix(&text, prefixes).map(|name| format!("{service} {name}")));
        }
    }
    Ok(names)
}

fn list_request(http: &Client, endpoint: &str, operation: &str, version: &str) -> RequestBuilder {
    if operation.starts_with('/') {
        http.get(format!("{endpoint}{operation}"))
    } else if operation.starts_with("Action=") {
        let form = "application/x-www-form-urlencoded";
        http.post(endpoint).header("content-type", form).body(operation.to_owned())
    } else {
        let json = format!("application/x-amz-json-{version}");
        http.post(endpoint).header("x-amz-target", operation).header("content-type", json).body("{}")
    }
}

/// Finds names in a response of any format. A name ends at a character that names cannot contain.
fn names_with_prefix<'t>(text: &'t str, prefixes: &'t [String]) -> impl Iterator<Item = &'t str> {
    let is_name_character = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let has_prefix = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    text.split(move |character| !is_name_character(character)).filter(has_prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_in_any_format() {
        let text =
            "{\"QueueUrls\":[\"http://x/0/hookline-dev-intake\"]}<Name>hookline-dev-ingest</Name> other-hookline-dev";
        assert_eq!(
            names_with_prefix(text, &["hookline-dev-".to_owned()]).collect::<Vec<_>>(),
            ["hookline-dev-intake", "hookline-dev-ingest"]
        );
    }
}
