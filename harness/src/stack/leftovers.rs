use std::collections::BTreeSet;

use anyhow::{Context, Result};
use reqwest::{Client, RequestBuilder};

use crate::emulator::json_api::authorization;

/// For each kind of thing: the service as in a credential's scope, and what lists them all.
const LISTS: [(&str, &str, &str); 9] = [
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

/// Every name that begins like one of these and is on the emulator: queues, log groups, secrets, tables, functions, buckets, roles, alarms,
/// topics.
pub(crate) async fn left(endpoint: &str, region: &str, prefixes: &[String]) -> Result<BTreeSet<String>> {
    let http = Client::builder().no_proxy().build()?;
    let mut names = BTreeSet::new();
    for (service, list, version) in LISTS {
        let request = ask(&http, endpoint, list, version);
        let answer = request.header("authorization", authorization("test", region, service)).send().await;
        let answer = answer.with_context(|| format!("cannot list what {service} has"))?;
        // A service that the emulator lacks has nothing.
        if answer.status().is_success() {
            let text = answer.text().await?;
            names.extend(of(&text, prefixes).map(|name| format!("{service} {name}")));
        }
    }
    Ok(names)
}

fn ask(http: &Client, endpoint: &str, list: &str, version: &str) -> RequestBuilder {
    if list.starts_with('/') {
        http.get(format!("{endpoint}{list}"))
    } else if list.starts_with("Action=") {
        let form = "application/x-www-form-urlencoded";
        http.post(endpoint).header("content-type", form).body(list.to_owned())
    } else {
        let json = format!("application/x-amz-json-{version}");
        http.post(endpoint).header("x-amz-target", list).header("content-type", json).body("{}")
    }
}

/// Whatever the format: a name ends where it cannot go on.
fn of<'t>(text: &'t str, prefixes: &'t [String]) -> impl Iterator<Item = &'t str> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '-';
    let is_ours = |word: &&str| prefixes.iter().any(|prefix| word.starts_with(prefix));
    text.split(move |it| !is_part(it)).filter(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_format() {
        let text =
            "{\"QueueUrls\":[\"http://x/0/hookline-dev-intake\"]}<Name>hookline-dev-ingest</Name> other-hookline-dev";
        assert_eq!(
            of(text, &["hookline-dev-".to_owned()]).collect::<Vec<_>>(),
            ["hookline-dev-intake", "hookline-dev-ingest"]
        );
    }
}
