//! Subscriptions of the topic that alarms are published to.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_smithy_xml::decode::{Document, try_data};
use url::form_urlencoded;

use super::report::Finding;
use crate::service_api::{Call, Request, SNS};
use crate::target::Target;

const SUBSCRIBE: &str = "add addresses to `alarms.emails` in Terraform, or subscribe to the topic";

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let topic = target.resources.alarms_topic_arn().context("the queue's ARN has another form")?;
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("Action", "GetTopicAttributes"), ("Version", "2010-03-31"), ("TopicArn", &topic)])
        .finish();
    let call = Call { service: SNS, permission: "sns:GetTopicAttributes", request: Request::Query(form) };
    let response = String::from_utf8(call.send(&target.sdk).await?).context("SNS's response is not UTF-8")?;
    let attributes = attributes(&response)?;
    let count = |name: &str| attributes.get(name).and_then(|count| count.parse().ok()).unwrap_or_default();
    Ok(vec![finding(&topic, count("SubscriptionsConfirmed"), count("SubscriptionsPending"))])
}

fn finding(topic: &str, confirmed: u64, pending: u64) -> Finding {
    let name = topic.rsplit(':').next().unwrap_or(topic);
    match (confirmed, pending) {
        (0, 0) => Finding::warning(format!("{name} has no subscription: alarms notify no operator"), SUBSCRIBE),
        (0, _) => Finding::warning(
            format!("{name} has no confirmed subscription ({pending} pending): alarms notify no operator"),
            "follow the link in the e-mail from SNS; after 3 days, apply sends another one",
        ),
        (_, 0) => Finding::ok(format!("{name} has {confirmed} confirmed subscriptions")),
        _ => Finding::warning(
            format!("{name} has {confirmed} confirmed subscriptions and {pending} pending"),
            "follow the link in the e-mail from SNS",
        ),
    }
}

/// Returns the attributes in a response of `GetTopicAttributes`: `<entry><key>…</key><value>…</value></entry>`.
fn attributes(xml: &str) -> Result<BTreeMap<String, String>> {
    let mut document = Document::new(xml);
    let mut root = document.root_element().context("SNS's response is not XML")?;
    let (mut attributes, mut key) = (BTreeMap::new(), String::new());
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            while let Some(mut entry) = list.next_tag() {
                while let Some(mut part) = entry.next_tag() {
                    let name = part.start_el().local().to_owned();
                    let text = try_data(&mut part).context("SNS's response is malformed")?.into_owned();
                    match name.as_str() {
                        "key" => key = text,
                        _ => drop(attributes.insert(std::mem::take(&mut key), text)),
                    }
                }
            }
        }
    }
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    #[test]
    fn reads_the_attributes_of_a_topic() {
        let xml = r#"<GetTopicAttributesResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><GetTopicAttributesResult>
            <Attributes><entry><key>Owner</key><value>1</value></entry>
            <entry><key>SubscriptionsConfirmed</key><value>2</value></entry></Attributes></GetTopicAttributesResult>
            <ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></GetTopicAttributesResponse>"#;
        let attributes = attributes(xml).unwrap();
        let value = |name: &str| attributes.get(name).map(String::as_str);
        assert_eq!((value("Owner"), value("SubscriptionsConfirmed")), (Some("1"), Some("2")));
        assert!(super::attributes("").is_err());
    }

    #[test]
    fn topic_needs_a_confirmed_subscription() {
        let topic = "arn:aws:sns:eu-west-1:123456789012:hookline-prod-alarms";
        let found = |confirmed, pending| {
            let finding = finding(topic, confirmed, pending);
            (finding.severity, finding.found)
        };
        let expected = "hookline-prod-alarms has 1 confirmed subscriptions".to_owned();
        assert_eq!(found(1, 0), (Severity::Ok, expected));
        assert_eq!([found(0, 0).0, found(0, 1).0, found(1, 1).0], [Severity::Warning; 3]);
    }
}
