use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::Stack;
use crate::aws_json::authorization;
use crate::terraform::REGION;
use crate::wait;

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
        let xml = self.cloudwatch(&[("Action", "DescribeAlarms"), ("AlarmNames.member.1", name)]).await?;
        Alarm::read(&xml).with_context(|| format!("no alarm {name} is on the emulator: {xml}"))
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
    /// The first of an answer.
    fn read(xml: &str) -> Option<Self> {
        let alarm = element(xml, "MetricAlarms")?;
        let dimensions = element(alarm, "Dimensions").unwrap_or_default();
        let pair = |text: &str| Some(format!("{}={}", element(text, "Name")?, element(text, "Value")?));
        Some(Self {
            namespace: element(alarm, "Namespace")?.to_owned(),
            metric: element(alarm, "MetricName")?.to_owned(),
            dimensions: dimensions.split("</member>").filter_map(pair).collect(),
            description: element(alarm, "AlarmDescription")?.to_owned(),
            state: element(alarm, "StateValue")?.to_owned(),
        })
    }
}

/// What stands in the first element of a name.
fn element<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_read() {
        let xml = "<DescribeAlarmsResponse><DescribeAlarmsResult><MetricAlarms><member><AlarmName>a</AlarmName>\
            <AlarmDescription>Look. docs/runbook.md#a</AlarmDescription><StateValue>OK</StateValue>\
            <MetricName>Depth</MetricName><Namespace>AWS/SQS</Namespace><Dimensions><member><Name>QueueName</Name>\
            <Value>dlq</Value></member></Dimensions></member></MetricAlarms></DescribeAlarmsResult></DescribeAlarmsResponse>";
        let alarm = Alarm::read(xml).unwrap();
        assert_eq!((alarm.namespace.as_str(), alarm.metric.as_str(), alarm.state.as_str()), ("AWS/SQS", "Depth", "OK"));
        assert_eq!(alarm.dimensions, ["QueueName=dlq"]);
        assert_eq!(Alarm::read("<MetricAlarms></MetricAlarms>"), None);
    }
}
