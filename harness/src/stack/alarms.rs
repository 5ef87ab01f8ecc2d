use std::time::Duration;

use anyhow::{Context, Result};
use hookline::clock::unix_seconds;
use serde_json::{Value, json};

use super::Stack;
use crate::emulator::json_api::{self, Operation};
use crate::emulator::query_api::QueryService;
use crate::system::wait;

const CLOUDWATCH: QueryService = QueryService { name: "monitoring", version: "2010-08-01" };

/// A CloudWatch alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// Namespace of the metric, such as `AWS/SQS`.
    pub(crate) namespace: String,
    pub(crate) metric: String,
    /// Dimensions, such as `QueueName=hookline-dev-intake-dlq`.
    pub(crate) dimensions: Vec<String>,
    pub(crate) description: String,
    /// State: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub(crate) state: String,
}

impl Stack {
    /// Returns the sum of the metric that an alarm watches, over the last hour.
    pub(crate) async fn watched_sum(&self, short_name: &str) -> Result<f64> {
        let alarm = self.alarm(short_name).await?;
        let pairs = alarm.dimensions.iter().filter_map(|pair| pair.split_once('='));
        let dimensions: Vec<_> = pairs.map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let now = unix_seconds();
        let request = json!({
            "Namespace": alarm.namespace,
            "MetricName": alarm.metric,
            "Dimensions": dimensions,
            "StartTime": now - 3600,
            "EndTime": now + 60,
            "Period": 60,
            "Statistics": ["Sum"],
        });
        let statistics = self.cloudwatch("GetMetricStatistics", &request).await?;
        let points = serde_json::from_str::<Value>(&statistics)?;
        let points = points["Datapoints"].as_array().context("the response has no data points")?;
        Ok(points.iter().filter_map(|point| point["Sum"].as_f64()).sum())
    }

    async fn cloudwatch(&self, name: &str, request: &Value) -> Result<String> {
        let target = "GraniteServiceVersion20100801";
        let operation = Operation { service: "monitoring", target, version: "1.0", name };
        Ok(json_api::call(&self.http, &self.endpoint, "test", operation, request).await?.text().await?)
    }

    /// Reads the alarm with a short name.
    pub(crate) async fn alarm(&self, short_name: &str) -> Result<Alarm> {
        let name = self.outputs.alarm_names.get(short_name);
        let name = name.with_context(|| format!("the stack has no alarm `{short_name}`"))?;
        let response = self.cloudwatch("DescribeAlarms", &json!({ "AlarmNames": [name] })).await?;
        let json = serde_json::from_str::<Value>(&response).ok();
        let alarm = json.and_then(|json| Alarm::from_json(&json["MetricAlarms"][0]));
        alarm.with_context(|| format!("the emulator has no alarm `{name}`: {response}"))
    }

    /// Waits until an alarm has a state.
    pub(crate) async fn wait_for_alarm_state(&self, short_name: &str, state: &str) -> Result<()> {
        let condition = format!("alarm `{short_name}` to be {state}");
        // CloudWatch evaluates an alarm once per period of one minute, with the data points of the last period.
        wait::until(&condition, Duration::from_secs(150), async || {
            Ok((self.alarm(short_name).await?.state == state).then_some(()))
        })
        .await
    }

    /// Publishes the number of messages of the dead-letter queue as a metric, as SQS does each minute. Returns the number.
    pub(crate) async fn publish_dlq_metric(&self) -> Result<i64> {
        let messages = self.queue_depths().await?.dlq;
        let queue = self.outputs.dlq_url.rsplit('/').next().unwrap_or_default();
        let datum = [
            ("Namespace", "AWS/SQS"),
            ("MetricData.member.1.MetricName", "ApproximateNumberOfMessagesVisible"),
            ("MetricData.member.1.Dimensions.member.1.Name", "QueueName"),
            ("MetricData.member.1.Dimensions.member.1.Value", queue),
            ("MetricData.member.1.Unit", "Count"),
            ("MetricData.member.1.Value", &messages.to_string()),
        ];
        CLOUDWATCH.call(&self.http, &self.endpoint, "PutMetricData", &datum).await?;
        Ok(messages)
    }
}

impl Alarm {
    fn from_json(alarm: &Value) -> Option<Self> {
        let text = |name: &str| alarm[name].as_str().map(str::to_owned);
        let pair = |pair: &Value| Some(format!("{}={}", pair["Name"].as_str()?, pair["Value"].as_str()?));
        let dimensions = alarm["Dimensions"].as_array()?.iter().map(pair).collect::<Option<_>>()?;
        Some(Self {
            namespace: text("Namespace")?,
            metric: text("MetricName")?,
            dimensions,
            description: text("AlarmDescription")?,
            state: text("StateValue")?,
        })
    }
}
