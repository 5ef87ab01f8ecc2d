use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline_event::Event;
use hookline_telemetry::{MetricValue, Trace};
use serde_json::Value;
use uuid::Uuid;

use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::system::wait;
use crate::traffic::sender::Webhook;
use hookline::event_trace::{self, LogEntry};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "event-followed",
    "one event is followed through both functions' logs: one trace on request, message and delivery, each metric counted once",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let canary = format!("canary-{}", Uuid::new_v4());
    testbed.keep_out_of_logs(&canary);
    let unique = Uuid::new_v4().simple().to_string();
    let sent = format!("1-{:08x}-{}", crate::traffic::sender::now(), unique.get(..24).unwrap_or_default());
    let webhook = testbed.signed("github", format!("{{\"card\":\"{canary}\"}}"))?;
    let webhook = webhook.with_header("X-Amzn-Trace-Id", Some(&format!("Root={sent};Sampled=1")));

    testbed.stack.deliver_events(false).await?;
    let queued = on_the_queue(testbed, &webhook).await;
    testbed.stack.deliver_events(true).await?;
    let id = queued?;

    let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
    let traceparent = delivery.header("traceparent").and_then(Trace::from_traceparent);
    ensure!(traceparent.as_ref().map(Trace::id) == Some(id.as_str()), "the delivery's trace is {traceparent:?}");
    let moments = wait::until("both functions' lines", Duration::from_secs(20), async || {
        let moments = event_trace::find(&testbed.stack.target(), &webhook.event_id, Duration::from_secs(3600)).await?;
        Ok(moments.iter().any(|moment| moment.fields["outcome"] == "delivered").then_some(moments))
    })
    .await?;
    let told: Vec<_> = moments.iter().filter(|moment| moment.component != "api").map(words).collect();
    ensure!(told == ["ingest accepted", "process delivered"], "the logs tell {told:?}");
    for LogEntry { fields: line, .. } in moments.iter().filter(|moment| moment.component != "api") {
        ensure!(line["trace_id"] == id.as_str(), "a line has another trace: {line}");
        ensure!(line["source"] == "github" && line["type"] == "github.push", "a line says less: {line}");
        let leak = testbed.confidential().into_iter().find(|text| line.to_string().contains(text));
        ensure!(leak.is_none(), "a line has what it must not: {line}");
    }
    let delivered = moments.iter().find(|moment| moment.fields["outcome"] == "delivered").context("no delivery")?;
    let batch = batch(testbed, &delivered.fields["request_id"]).await?;
    let lines = moments.iter().map(|moment| &moment.fields).chain([&batch]);
    let counted = lines.map(counts).collect::<Result<Vec<_>>>()?.concat();
    ensure!(counted == ["Accepted 1", "QueueSendTime", "Delivered 1", "DeliveryAge"], "the metrics are {counted:?}");
    let whose = if id == sent { "the sender's" } else { "begun by the emulator" };
    Ok(format!("trace {id}, {whose}; {} lines", moments.len()))
}

/// Sends while nothing is delivered, and looks at the message: it and its event are in one trace, which is given.
async fn on_the_queue(testbed: &Testbed, webhook: &Webhook) -> Result<String> {
    let event_id = expect::accepted(testbed, webhook).await?;
    let message = testbed.stack.peek(&event_id).await?;
    let event = Event::from_json(&message.body)?;
    let own = event.traceparent.as_deref().and_then(Trace::from_traceparent).context("the event has no trace")?;
    let of_message = message.attributes.get("AWSTraceHeader").and_then(|header| Trace::from_header(header));
    ensure!(of_message.as_ref() == Some(&own), "the event is in {own:?}, its message in {of_message:?}");
    Ok(own.id().to_owned())
}

/// The line in which a batch counts what it has delivered.
async fn batch(testbed: &Testbed, request_id: &Value) -> Result<Value> {
    wait::until("the batch's line", Duration::from_secs(20), async || {
        let lines = testbed.stack.logs(testbed.started).await?;
        let mut lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(lines.find(|line| line["outcome"] == "batch_summary" && line["request_id"] == *request_id))
    })
    .await
}

fn words(moment: &LogEntry) -> String {
    format!("{} {}", moment.component, moment.fields["outcome"].as_str().unwrap_or_default())
}

/// What CloudWatch would make of a line: counts with their value, times without.
fn counts(line: &Value) -> Result<Vec<String>> {
    let data =
        MetricValue::parse_line(line).with_context(|| format!("CloudWatch would refuse the metrics of {line}"))?;
    let words = |datum: MetricValue| match datum.unit.as_str() {
        "Count" => format!("{} {}", datum.name, datum.value),
        _ => datum.name,
    };
    Ok(data.into_iter().map(words).collect())
}
