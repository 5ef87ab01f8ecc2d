//! The dashboard and the alarms use only metrics that the functions or AWS emit. The templates of the dashboard are valid
//! JSON before Terraform renders them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use hookline_telemetry::Metric;
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../terraform/modules/observability/dashboard.json.tftpl");
const RECOVERY_TEMPLATE: &str = include_str!("../../terraform/modules/observability/recovery.json.tftpl");
const ALARMS: [&str; 2] = [
    include_str!("../../terraform/modules/observability/alarms.tf"),
    include_str!("../../terraform/modules/observability/recovery.tf"),
];

/// Metrics of AWS in the dashboard, with the dimensions of each namespace:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>.
const AWS_METRICS: [(&str, &[&str], &[&str]); 3] = [
    (
        "AWS/SQS",
        &[
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
        ],
        &["QueueName"],
    ),
    ("AWS/Lambda", &["Duration", "Errors", "Invocations", "Throttles"], &["FunctionName"]),
    // REST and HTTP APIs use different names. `dashboard.tf` inserts them, and Terraform's tests compare them.
    ("AWS/ApiGateway", &["${api_4xx}", "${api_5xx}"], &["${api_dimension}", "Stage"]),
];

/// A metric in the dashboard.
struct ShownMetric {
    namespace: String,
    name: String,
    dimensions: Vec<String>,
    statistic: String,
}

fn shown_metrics() -> Vec<ShownMetric> {
    let parse = |template| serde_json::from_str::<Value>(template).unwrap()["widgets"].as_array().unwrap().clone();
    let widgets: Vec<Value> = [TEMPLATE, RECOVERY_TEMPLATE].into_iter().flat_map(parse).collect();
    let metrics = widgets.iter().flat_map(|widget| widget["properties"]["metrics"].as_array().into_iter().flatten());
    metrics.map(|metric| metric[0]["expression"].as_str().map_or_else(|| parse_array(metric), parse_search)).collect()
}

/// Parses `["Hookline", "Accepted", "service", "${service}", {"stat": "Sum"}]`.
fn parse_array(metric: &Value) -> ShownMetric {
    let texts: Vec<_> = metric.as_array().unwrap().iter().map_while(Value::as_str).map(str::to_owned).collect();
    let [namespace, name, dimensions @ ..] = &texts[..] else { panic!("not a metric: {metric}") };
    let options = metric.as_array().unwrap().last().unwrap();
    ShownMetric {
        namespace: namespace.clone(),
        name: name.clone(),
        dimensions: dimensions.iter().step_by(2).cloned().collect(),
        statistic: options["stat"].as_str().unwrap_or_else(|| panic!("no statistic: {metric}")).to_owned(),
    }
}

/// Parses `SEARCH('{Hookline,service,reason} MetricName="Rejected" service="${service}"', 'Sum', 300)`.
fn parse_search(expression: &str) -> ShownMetric {
    let (_, schema) = expression.split_once("SEARCH('{").unwrap();
    let (schema, rest) = schema.split_once('}').unwrap();
    let mut schema = schema.split(',').map(str::to_owned);
    let name = rest.split("MetricName=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let statistic = rest.split('\'').nth(2).unwrap();
    ShownMetric {
        namespace: schema.next().unwrap(),
        name: name.to_owned(),
        dimensions: schema.collect(),
        statistic: statistic.to_owned(),
    }
}

#[test]
fn every_shown_metric_is_emitted() {
    let shown = shown_metrics();
    assert!(shown.len() > 20, "only {} metrics", shown.len());
    for ShownMetric { namespace, name, dimensions, statistic } in &shown {
        let names: Vec<_> = dimensions.iter().map(String::as_str).collect();
        if namespace == "Hookline" {
            let metric = Metric::ALL.iter().find(|metric| metric.name() == name);
            let metric = metric.unwrap_or_else(|| panic!("no function emits {name}"));
            assert!(metric.dimensions().contains(&names.as_slice()), "{name} does not have the dimensions {names:?}");
            let is_count = metric.unit() == "Count";
            assert_eq!(statistic == "Sum", is_count, "{name}: {statistic} of {}", metric.unit());
        } else {
            let known = AWS_METRICS.iter().find(|(known, _, _)| known == namespace);
            let (_, metrics, known) = known.unwrap_or_else(|| panic!("unknown namespace {namespace}"));
            assert!(metrics.contains(&name.as_str()) && *known == names.as_slice(), "{namespace} {name} {names:?}");
        }
    }
}

#[test]
fn every_emitted_metric_is_shown_with_each_set_of_dimensions() {
    let shown: BTreeSet<_> = shown_metrics().into_iter().map(|metric| (metric.name, metric.dimensions)).collect();
    for metric in Metric::ALL {
        for set in metric.dimensions() {
            let set: Vec<_> = set.iter().map(|name| (*name).to_owned()).collect();
            assert!(shown.contains(&(metric.name().to_owned(), set.clone())), "{} by {set:?}", metric.name());
        }
    }
}

/// The functions emit these metrics at every log level, so that the level `error` does not disable alarms.
#[test]
fn alarms_use_exactly_the_metrics_that_every_log_level_emits() {
    let alarms = ALARMS.into_iter().flat_map(|file| file.split("namespace = \"Hookline\", name = \"").skip(1));
    let in_terraform: BTreeSet<_> = alarms.filter_map(|rest| rest.split('"').next()).collect();
    let with_alarm = Metric::ALL.iter().filter(|metric| metric.has_alarm());
    assert_eq!(in_terraform, with_alarm.map(|metric| metric.name()).collect());
    assert!(!in_terraform.is_empty());
}
