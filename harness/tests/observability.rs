//! What the dashboard shows, and what alarms look at, is what the functions or AWS really emit. The dashboard's template is
//! JSON as it stands.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use hookline_telemetry::Metric;
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../terraform/modules/observability/dashboard.json.tftpl");
const ALARMS: &str = include_str!("../../terraform/modules/observability/alarms.tf");

/// The metrics of AWS in use, with the dimensions that each is kept by:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>.
const OF_AWS: [(&str, &[&str], &[&str]); 3] = [
    (
        "AWS/SQS",
        &[
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
        ],
        &["QueueName"],
    ),
    ("AWS/Lambda", &["Duration", "Errors", "Invocations", "Throttles"], &["FunctionName"]),
    // Both APIs have these, by names of their own, which `dashboard.tf` puts in and Terraform's tests compare.
    ("AWS/ApiGateway", &["${api_4xx}", "${api_5xx}"], &["${api_dimension}", "Stage"]),
];

/// A metric that is shown.
struct Shown {
    namespace: String,
    name: String,
    dimensions: Vec<String>,
    statistic: String,
}

fn shown() -> Vec<Shown> {
    let dashboard: Value = serde_json::from_str(TEMPLATE).unwrap();
    let widgets = dashboard["widgets"].as_array().unwrap();
    let metrics = widgets.iter().flat_map(|widget| widget["properties"]["metrics"].as_array().into_iter().flatten());
    metrics.map(|metric| metric[0]["expression"].as_str().map_or_else(|| of_array(metric), of_search)).collect()
}

/// `["Hookline", "Accepted", "service", "${service}", {"stat": "Sum"}]`
fn of_array(metric: &Value) -> Shown {
    let words: Vec<_> = metric.as_array().unwrap().iter().map_while(Value::as_str).map(str::to_owned).collect();
    let [namespace, name, dimensions @ ..] = &words[..] else { panic!("no metric: {metric}") };
    let options = metric.as_array().unwrap().last().unwrap();
    Shown {
        namespace: namespace.clone(),
        name: name.clone(),
        dimensions: dimensions.iter().step_by(2).cloned().collect(),
        statistic: options["stat"].as_str().unwrap_or_else(|| panic!("no statistic: {metric}")).to_owned(),
    }
}

/// `SEARCH('{Hookline,service,reason} MetricName="Rejected" service="${service}"', 'Sum', 300)`
fn of_search(expression: &str) -> Shown {
    let (_, schema) = expression.split_once("SEARCH('{").unwrap();
    let (schema, rest) = schema.split_once('}').unwrap();
    let mut schema = schema.split(',').map(str::to_owned);
    let name = rest.split("MetricName=\"").nth(1).and_then(|it| it.split('"').next()).unwrap();
    let statistic = rest.split('\'').nth(2).unwrap();
    Shown {
        namespace: schema.next().unwrap(),
        name: name.to_owned(),
        dimensions: schema.collect(),
        statistic: statistic.to_owned(),
    }
}

#[test]
fn every_metric_is_one_that_is_emitted() {
    let shown = shown();
    assert!(shown.len() > 20, "only {} metrics", shown.len());
    for Shown { namespace, name, dimensions, statistic } in &shown {
        let names: Vec<_> = dimensions.iter().map(String::as_str).collect();
        if namespace == "Hookline" {
            let metric = Metric::ALL.iter().find(|metric| metric.name() == name);
            let metric = metric.unwrap_or_else(|| panic!("nobody emits {name}"));
            assert!(metric.dimensions().contains(&names.as_slice()), "{name} is not kept by {names:?}");
            let is_count = metric.unit() == "Count";
            assert_eq!(statistic == "Sum", is_count, "{name}: {statistic} of {}", metric.unit());
        } else {
            let known = OF_AWS.iter().find(|(known, _, _)| known == namespace);
            let (_, metrics, known) = known.unwrap_or_else(|| panic!("unknown namespace {namespace}"));
            assert!(metrics.contains(&name.as_str()) && *known == names.as_slice(), "{namespace} {name} {names:?}");
        }
    }
}

#[test]
fn every_metric_of_ours_is_shown_by_each_of_its_dimensions() {
    let shown: BTreeSet<_> = shown().into_iter().map(|it| (it.name, it.dimensions)).collect();
    for metric in Metric::ALL {
        for set in metric.dimensions() {
            let set: Vec<_> = set.iter().map(|name| (*name).to_owned()).collect();
            assert!(shown.contains(&(metric.name().to_owned(), set.clone())), "{} by {set:?}", metric.name());
        }
    }
}

/// Whoever sets the level to `error` keeps the alarms.
#[test]
fn what_alarms_look_at_is_counted_at_every_level() {
    let named = ALARMS.split("namespace = \"Hookline\", name = \"").skip(1);
    let of_alarms: BTreeSet<_> = named.filter_map(|rest| rest.split('"').next()).collect();
    let watched = Metric::ALL.iter().filter(|metric| metric.has_alarm());
    assert_eq!(of_alarms, watched.map(|metric| metric.name()).collect());
    assert!(!of_alarms.is_empty());
}
