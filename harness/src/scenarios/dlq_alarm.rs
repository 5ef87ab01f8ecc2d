use anyhow::ensure;
use hookline_telemetry::Metric;

use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::stack::Alarm;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "dlq-alarm",
    "an event in the dead-letter queue raises the alarm, which says what to do",
    |testbed| Box::pin(run(testbed)),
);

const ALARM: &str = "dlq-not-empty";

async fn run(testbed: &Testbed) -> ScenarioResult {
    let stack = &testbed.stack;
    let alarm = stack.alarm(ALARM).await?;
    let queue = stack.outputs.dlq_url.rsplit('/').next().unwrap_or_default();
    let watches = (alarm.namespace.as_str(), alarm.metric.as_str(), alarm.dimensions.join(","));
    let expected = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", format!("QueueName={queue}"));
    ensure!(watches == expected, "the alarm watches {watches:?}");

    for about in stack.outputs.alarm_names.keys() {
        let alarm = stack.alarm(about).await?;
        ensure!(is_emitted(&alarm), "nobody emits what alarm {about} watches: {alarm:?}");
        ensure!(alarm.description.ends_with(&format!("#{about}")), "it does not say what to do: {alarm:?}");
    }

    ensure!(stack.record_dead_letters().await? == 0, "the dead-letter queue is not empty");
    stack.alarm_is(ALARM, "OK").await?;
    let webhook = testbed.signed("missing", "{}")?;
    let event_id = expect::accepted(testbed, &webhook).await?;
    stack.dead_letters(1).await?;
    stack.record_dead_letters().await?;
    stack.alarm_is(ALARM, "ALARM").await?;
    stack.take_dead_letter_message(&event_id).await?;
    testbed.settle(&event_id);
    Ok("OK, then ALARM with one message".to_owned())
}

/// Of ours, by its dimensions; AWS's own are named in the dashboard's test.
fn is_emitted(alarm: &Alarm) -> bool {
    let names: Vec<_> = alarm.dimensions.iter().filter_map(|pair| pair.split('=').next()).collect();
    let ours = Metric::ALL.iter().find(|metric| metric.name() == alarm.metric);
    alarm.namespace != "Hookline" || ours.is_some_and(|metric| metric.dimensions().contains(&names.as_slice()))
}
