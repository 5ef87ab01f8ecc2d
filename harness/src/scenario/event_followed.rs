use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline_event::Event;
use hookline_telemetry::{Datum, Trace};
use serde_json::Value;
use uuid::Uuid;

use super::{Found, Scenario, World, ask};
use crate::life::{self, Moment};
use crate::sender::Webhook;
use crate::target::Target;
use crate::wait;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "event-followed",
    "one event is followed through both functions' logs: one trace on request, message and delivery, each metric counted once",
    |world| Box::pin(run(world)),
);

async fn run(world: &World) -> Found {
    let canary = format!("canary-{}", Uuid::new_v4());
    world.keep_out_of_logs(&canary);
    let unique = Uuid::new_v4().simple().to_string();
    let sent = format!("1-{:08x}-{}", crate::sender::now(), unique.get(..24).unwrap_or_default());
    let webhook = world.signed("github", format!("{{\"card\":\"{canary}\"}}"))?;
    let webhook = webhook.with_header("X-Amzn-Trace-Id", Some(&format!("Root={sent};Sampled=1")));

    world.stack.deliver_events(false).await?;
    let queued = on_the_queue(world, &webhook).await;
    world.stack.deliver_events(true).await?;
    let id = queued?;

    let delivery = world.sink.wait_for(&webhook.event_id).await?;
    let traceparent = delivery.header("traceparent").and_then(Trace::from_traceparent);
    ensure!(traceparent.as_ref().map(Trace::id) == Some(id.as_str()), "the delivery's trace is {traceparent:?}");
    let moments = wait::until("both functions' lines", Duration::from_secs(20), async || {
        let moments = life::of(&Target::of(&world.stack), &webhook.event_id, Duration::from_secs(3600)).await?;
        Ok(moments.iter().any(|moment| moment.line["outcome"] == "delivered").then_some(moments))
    })
    .await?;
    let told: Vec<_> = moments.iter().filter(|moment| moment.part != "api").map(words).collect();
    ensure!(told == ["ingest queued", "process delivered"], "the logs tell {told:?}");
    for Moment { line, .. } in moments.iter().filter(|moment| moment.part != "api") {
        ensure!(line["trace_id"] == id.as_str(), "a line has another trace: {line}");
        ensure!(line["source"] == "github" && line["type"] == "github.push", "a line says less: {line}");
        let leak = world.confidential().into_iter().find(|text| line.to_string().contains(text));
        ensure!(leak.is_none(), "a line has what it must not: {line}");
    }
    let delivered = moments.iter().find(|moment| moment.line["outcome"] == "delivered").context("no delivery")?;
    let batch = batch(world, &delivered.line["request_id"]).await?;
    let lines = moments.iter().map(|moment| &moment.line).chain([&batch]);
    let counted = lines.map(counts).collect::<Result<Vec<_>>>()?.concat();
    ensure!(counted == ["Accepted 1", "QueueSendTime", "Delivered 1", "DeliveryAge"], "the metrics are {counted:?}");
    let whose = if id == sent { "the sender's" } else { "begun by the emulator" };
    Ok(format!("trace {id}, {whose}; {} lines", moments.len()))
}

/// Sends while nothing is delivered, and looks at the message: it and its event are in one trace, which is given.
async fn on_the_queue(world: &World, webhook: &Webhook) -> Result<String> {
    let event_id = ask::accepted(world, webhook).await?;
    let message = world.stack.peek(&event_id).await?;
    let event = Event::from_json(&message.body)?;
    let own = event.traceparent.as_deref().and_then(Trace::from_traceparent).context("the event has no trace")?;
    let of_message = message.attributes.get("AWSTraceHeader").and_then(|header| Trace::from_header(header));
    ensure!(of_message.as_ref() == Some(&own), "the event is in {own:?}, its message in {of_message:?}");
    Ok(own.id().to_owned())
}

/// The line in which a batch counts what it has delivered.
async fn batch(world: &World, request_id: &Value) -> Result<Value> {
    wait::until("the batch's line", Duration::from_secs(20), async || {
        let lines = world.stack.logs(world.started).await?;
        let mut lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(lines.find(|line| line["outcome"] == "batch" && line["request_id"] == *request_id))
    })
    .await
}

fn words(moment: &Moment) -> String {
    format!("{} {}", moment.part, moment.line["outcome"].as_str().unwrap_or_default())
}

/// What CloudWatch would make of a line: counts with their value, times without.
fn counts(line: &Value) -> Result<Vec<String>> {
    let data = Datum::of(line).with_context(|| format!("CloudWatch would refuse the metrics of {line}"))?;
    let words = |datum: Datum| match datum.unit.as_str() {
        "Count" => format!("{} {}", datum.name, datum.value),
        _ => datum.name,
    };
    Ok(data.into_iter().map(words).collect())
}
