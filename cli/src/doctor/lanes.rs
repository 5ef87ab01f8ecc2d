//! The event source mappings of both lanes, and the dead-letter queue.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::functions::ALIAS;
use super::report::Finding;
use crate::clock::unix_seconds;
use crate::destinations::{QueueDepth, retention_seconds};
use crate::duration::formatted;
use crate::service_api::{CLOUDWATCH, Call, LAMBDA, Request};
use crate::target::Target;

/// Age at which messages of the dead-letter queue are close to the end of its retention.
const OLD_SECONDS: u64 = 10 * 86_400;
/// How far back the metric of the age is read, in seconds. SQS publishes it each minute.
const METRIC_SECONDS: i64 = 1800;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mappings {
    event_source_mappings: Vec<Mapping>,
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html>
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Mapping {
    event_source_arn: Option<String>,
    state: String,
    state_transition_reason: Option<String>,
    last_processing_result: Option<String>,
    scaling_config: Option<ScalingConfig>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ScalingConfig {
    maximum_concurrency: Option<u64>,
}

impl Mapping {
    pub(super) fn maximum_concurrency(&self) -> Option<u64> {
        self.scaling_config.as_ref()?.maximum_concurrency
    }
}

pub(super) async fn mappings(target: &Target) -> Result<Vec<Mapping>> {
    let function = &target.resources.function_names.process;
    let path = format!("/2015-03-31/event-source-mappings/?FunctionName={function}%3A{ALIAS}");
    let call = Call::get(LAMBDA, "lambda:ListEventSourceMappings", path);
    let mappings = call.json::<Mappings>(&target.sdk).await.context("cannot read the event source mappings")?;
    Ok(mappings.event_source_mappings)
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let (mappings, resources) = (mappings(target).await?, &target.resources);
    let queues = [("intake", &resources.queue_arn), ("retry", &resources.retry_queue_arn)];
    Ok(queues.map(|(lane, queue)| lane_finding(lane, queue, &mappings)).into())
}

fn lane_finding(lane: &str, queue_arn: &str, mappings: &[Mapping]) -> Finding {
    let of_queue = |mapping: &&Mapping| mapping.event_source_arn.as_deref() == Some(queue_arn);
    let Some(Mapping { state, state_transition_reason, last_processing_result, .. }) = mappings.iter().find(of_queue)
    else {
        let found = format!("the {lane} queue has no event source mapping to the alias `{ALIAS}` of process");
        return Finding::problem(found, "run `terraform plan` and apply what is missing");
    };
    let reason = state_transition_reason.as_deref().unwrap_or("no reason");
    let result = last_processing_result.as_deref().unwrap_or("none");
    match state.as_str() {
        "Enabled" if result.starts_with("PROBLEM") => Finding::problem(
            format!("{lane}: enabled, last result: {result}"),
            "check the policies of process's role and the queue's policy",
        ),
        "Enabled" => Finding::ok(format!("{lane}: enabled, last result: {result}")),
        "Creating" | "Enabling" | "Updating" => {
            Finding::warning(format!("{lane}: {state} ({reason})"), "check again in a minute")
        }
        _ => Finding::problem(
            format!("{lane}: {state} ({reason}): its messages wait, and SQS deletes them after the queue's retention"),
            "set `paused = false` in `queue` and apply; if it is not paused there, it was disabled by hand: apply \
             resumes it",
        ),
    }
}

pub(super) async fn check_dlq(target: &Target) -> Result<Vec<Finding>> {
    let depth = QueueDepth::read(target, &target.resources.dlq_url).await?;
    let count = depth.total();
    if count == 0 {
        return Ok(vec![Finding::ok("empty")]);
    }
    // SQS has no attribute for the age, and receiving messages would hide them.
    let retention = retention_seconds(target, &target.resources.dlq_url);
    let (age, retention) = tokio::join!(oldest_seconds(target), retention);
    let (age, retention) = (age.ok().flatten(), retention.ok().flatten());
    Ok(vec![dlq_finding(count, age, retention, target.resources.prefix())])
}

fn dlq_finding(count: u64, age: Option<u64>, retention: Option<u64>, prefix: &str) -> Finding {
    let age_text =
        age.map_or("the age of the oldest is unknown".to_owned(), |age| format!("oldest {}", formatted(age)));
    let kept = retention.map(|retention| format!(", SQS deletes them after {}", formatted(retention)));
    let found = format!("{count} undelivered messages (approximate), {age_text}{}", kept.unwrap_or_default());
    let list = format!("hookline dlq list --service {prefix}, then correct the cause and redrive or delete them");
    Finding::problem(found, if age.is_some_and(|age| age > OLD_SECONDS) { format!("{list} soon") } else { list })
}

async fn oldest_seconds(target: &Target) -> Result<Option<u64>> {
    let queue = target.resources.dlq_url.rsplit('/').next().unwrap_or_default();
    let now = unix_seconds();
    let metric = json!({
        "Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{ "Name": "QueueName", "Value": queue }],
    });
    let query = json!({ "Id": "age", "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Maximum" } });
    let body = json!({ "StartTime": now - METRIC_SECONDS, "EndTime": now, "MetricDataQueries": [query] });
    let request = Request::Json {
        target: "GraniteServiceVersion20100801.GetMetricData",
        content_type: "application/x-amz-json-1.0",
        body,
    };
    let call = Call { service: CLOUDWATCH, permission: "cloudwatch:GetMetricData", request };
    Ok(latest_value(&call.json(&target.sdk).await?))
}

/// Returns the latest value: CloudWatch returns the values in descending order of time.
fn latest_value(response: &Value) -> Option<u64> {
    let seconds = response["MetricDataResults"][0]["Values"][0].as_f64()?;
    std::time::Duration::try_from_secs_f64(seconds).ok().map(|age| age.as_secs())
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    #[track_caller]
    fn case(mapping: Value, severity: Severity, text: &str) {
        let mappings: Mappings = serde_json::from_value(json!({ "EventSourceMappings": [mapping] })).unwrap();
        let finding = lane_finding("intake", "arn:intake", &mappings.event_source_mappings);
        assert_eq!(finding.severity, severity, "{finding:?}");
        assert!(finding.found.contains(text), "{finding:?}");
    }

    #[test]
    fn lane_is_enabled_without_a_problem() {
        let mapping = |state, result| {
            json!({
                "EventSourceArn": "arn:intake", "State": state, "StateTransitionReason": "USER_INITIATED",
                "LastProcessingResult": result, "ScalingConfig": { "MaximumConcurrency": 2 },
            })
        };
        case(mapping("Enabled", "OK"), Severity::Ok, "last result: OK");
        case(mapping("Enabled", "PROBLEM: access"), Severity::Problem, "PROBLEM: access");
        case(mapping("Enabling", "OK"), Severity::Warning, "Enabling (USER_INITIATED)");
        case(mapping("Disabled", "OK"), Severity::Problem, "intake: Disabled (USER_INITIATED)");
        case(json!({ "EventSourceArn": "arn:intake", "State": "Enabled" }), Severity::Ok, "last result: none");
        case(
            json!({ "EventSourceArn": "arn:other", "State": "Enabled" }),
            Severity::Problem,
            "no event source mapping",
        );
    }

    #[test]
    fn messages_in_the_dead_letter_queue_are_a_problem() {
        let [known, unknown] = [(Some(11 * 86_400), Some(1_209_600)), (None, None)]
            .map(|(age, retention)| dlq_finding(3, age, retention, "hookline-prod"));
        assert_eq!(known.found, "3 undelivered messages (approximate), oldest 11 d, SQS deletes them after 14 d");
        assert!(known.advice.unwrap().ends_with("soon"));
        assert_eq!(unknown.found, "3 undelivered messages (approximate), the age of the oldest is unknown");
        assert_eq!((known.severity, unknown.severity), (Severity::Problem, Severity::Problem));
    }

    #[test]
    fn age_is_the_latest_value_of_the_metric() {
        assert_eq!(latest_value(&json!({ "MetricDataResults": [{ "Id": "age", "Values": [61.0, 1.0] }] })), Some(61));
        assert_eq!(latest_value(&json!({ "MetricDataResults": [{ "Id": "age", "Values": [] }] })), None);
        assert_eq!(latest_value(&json!({})), None);
    }
}
