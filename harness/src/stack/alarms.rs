use std::time::Duration;

use anyhow::{Context, Result, ensure};

use serde_json::{Value, json};

use super::Stack;
use crate::emulator::REGION;
use crate::emulator::json_api::{self, Operation, authorization};
use crate::system::wait;

/// What an alarm watches and says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// For instance `AWS/SQS`.
    pub(crate) namespace: String,
    pub(crate) metric: String,
    /// Each as `QueueName=hookline-dev-intake-dlq`.
    pub(crate) dimensions: Vec<String>,
    pub(crate) description: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub(crate) state: String,
}

impl Stack {
    /// The alarm about something, by its short name.
    pub(crate) async fn alarm(&self, about: &str) -> Result<Alarm> {
        let name = self.outputs.alarm_names.get(about).with_context(|| format!("no alarm about {about}"))?;
        let describe = Operation {
            service: "monitoring",
            target: "GraniteServiceVersion20100801",
            version: "1.0",
            name: "DescribeAlarms",
        };
        let asked = json!({ "AlarmNames": [name] });
        let answer = json_api::call(&self.http, &self.endpoint, "test", describe, &asked).await?.text().await?;
        let read =
            serde_json::from_str::<Value>(&answer).ok().and_then(|answer| Alarm::read(&answer["MetricAlarms"][0]));
        read.with_context(|| format!("no alarm {name} is on the emulator: {answer}"))
    }

    /// Waits until the emulator has evaluated an alarm to a state.
    pub(crate) async fn alarm_is(&self, about: &str, state: &str) -> Result<()> {
        let what = format!("alarm {about} to be {state}");
        // CloudWatch looks once a period, which is a minute, and at what that minute has brought.
        wait::until(&what, Duration::from_secs(150), async || {
            Ok((self.alarm(about).await?.state == state).then_some(()))
        })
        .await
    }

    /// Records how many messages the dead-letter queue has, as SQS does itself each minute.
    pub(crate) async fn record_dead_letters(&self) -> Result<i64> {
        let depth = self.depth().await?.dlq;
        let queue = self.outputs.dlq_url.rsplit('/').next().unwrap_or_default();
        let datum = [
            ("Action", "PutMetricData"),
            ("Namespace", "AWS/SQS"),
            ("MetricData.member.1.MetricName", "ApproximateNumberOfMessagesVisible"),
            ("MetricData.member.1.Dimensions.member.1.Name", "QueueName"),
            ("MetricData.member.1.Dimensions.member.1.Value", queue),
            ("MetricData.member.1.Unit", "Count"),
            ("MetricData.member.1.Value", &depth.to_string()),
        ];
        self.cloudwatch(&datum).await?;
        Ok(depth)
    }

    async fn cloudwatch(&self, parameters: &[(&str, &str)]) -> Result<String> {
        let form: Vec<_> = parameters.iter().copied().chain([("Version", "2010-08-01")]).collect();
        let request =
            self.http.post(&self.endpoint).header("authorization", authorization("test", REGION, "monitoring"));
        let answer = request.form(&form).send().await.context("CloudWatch")?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "CloudWatch answers {status}: {text}");
        Ok(text)
    }
}

impl Alarm {
    fn read(alarm: &Value) -> Option<Self> {
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
