//! Logs, traces and metrics.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline::clock::unix_seconds;
use hookline::event_trace::{self, LogEntry};
use hookline_event::Event;
use hookline_telemetry::{MetricValue, Trace};
use memchr::memmem;
use serde_json::Value;
use uuid::Uuid;

use super::support::{Scenario, ScenarioResult, Testbed, expect, log};
use crate::system::wait;
use crate::traffic::sender::Webhook;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // Not concurrent: it disables the event source mapping.
        Scenario::new(
            "event-traced",
            "the logs follow one event through both functions: one trace, and each metric counted once",
            event_trace,
        ),
        Scenario::new("logs-contain-no-secrets", "no log contains a secret, signature, token or body", no_secrets)
            .last(),
    ]
}

async fn event_trace(testbed: &Testbed) -> ScenarioResult {
    let canary = format!("canary-{}", Uuid::new_v4());
    testbed.keep_out_of_logs(&canary);
    let random = Uuid::new_v4().simple().to_string();
    let sent = format!("1-{:08x}-{}", unix_seconds(), random.get(..24).unwrap_or_default());
    let webhook = testbed.signed("github", format!("{{\"card\":\"{canary}\"}}"))?;
    let webhook = webhook.with_header("X-Amzn-Trace-Id", Some(&format!("Root={sent};Sampled=1")));

    testbed.stack.set_event_source_mapping_enabled(false).await?;
    let queued = trace_of_queued_event(testbed, &webhook).await;
    testbed.stack.set_event_source_mapping_enabled(true).await?;
    let trace_id = queued?;

    let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    let traceparent = delivery.header("traceparent").and_then(Trace::from_traceparent);
    let delivered_id = traceparent.as_ref().map(Trace::id);
    ensure!(delivered_id == Some(trace_id.as_str()), "the trace of the delivery is {traceparent:?}");
    let entries = wait::until("log lines of both functions", Duration::from_secs(20), async || {
        let entries = event_trace::find(&testbed.stack.target(), &webhook.event_id, Duration::from_secs(3600)).await?;
        Ok(entries.iter().any(|entry| entry.fields["outcome"] == "delivered").then_some(entries))
    })
    .await?;
    let of_functions: Vec<_> = entries.iter().filter(|entry| entry.component != "api").collect();
    let outcomes: Vec<_> = of_functions.iter().map(|entry| component_and_outcome(entry)).collect();
    ensure!(outcomes == ["ingest accepted", "process delivered"], "the log has {outcomes:?}");
    for LogEntry { fields: line, .. } in of_functions {
        ensure!(line["trace_id"] == trace_id.as_str(), "a line has another trace: {line}");
        ensure!(line["source"] == "github" && line["type"] == "github.push", "a line has another event: {line}");
        let leak = testbed.confidential().into_iter().find(|text| line.to_string().contains(text));
        ensure!(leak.is_none(), "a line has a confidential text: {line}");
    }
    let delivered = entries.iter().find(|entry| entry.fields["outcome"] == "delivered").context("no delivery")?;
    let batch_summary = batch_summary(testbed, &delivered.fields["request_id"]).await?;
    let lines = entries.iter().map(|entry| &entry.fields).chain([&batch_summary]);
    let metrics = lines.map(metrics).collect::<Result<Vec<_>>>()?.concat();
    ensure!(metrics == ["Accepted 1", "QueueSendTime", "Delivered 1", "DeliveryAge"], "the metrics are {metrics:?}");
    let origin = if trace_id == sent { "sent by the sender" } else { "created by the emulator" };
    Ok(format!("trace {trace_id}, {origin}; {} lines", entries.len()))
}

/// Sends the request while process receives nothing. Returns the trace's id, which has to be the same in the message and in
/// its event.
async fn trace_of_queued_event(testbed: &Testbed, webhook: &Webhook) -> Result<String> {
    let event_id = expect::accepted(testbed, webhook).await?;
    let message = testbed.stack.peek_intake_message(&event_id).await?;
    let event = Event::from_json(&message.body)?;
    let of_event = event.traceparent.as_deref().and_then(Trace::from_traceparent).context("the event has no trace")?;
    let of_message = message.attributes.get("AWSTraceHeader").and_then(|header| Trace::from_header(header));
    ensure!(of_message.as_ref() == Some(&of_event), "the event has {of_event:?}, its message {of_message:?}");
    Ok(of_event.id().to_owned())
}

/// Waits for the line with the metrics of a batch.
async fn batch_summary(testbed: &Testbed, request_id: &Value) -> Result<Value> {
    let request_id = request_id.as_str().context("the delivery has no request id")?;
    log::wait_for_line(testbed, &[("outcome", "batch_summary"), ("request_id", request_id)]).await
}

fn component_and_outcome(entry: &LogEntry) -> String {
    format!("{} {}", entry.component, entry.fields["outcome"].as_str().unwrap_or_default())
}

/// Returns the metrics that CloudWatch extracts from a line: counts with their value, times without.
fn metrics(line: &Value) -> Result<Vec<String>> {
    let values = MetricValue::parse_line(line).with_context(|| format!("CloudWatch rejects the metrics of {line}"))?;
    let text = |value: MetricValue| match value.unit.as_str() {
        "Count" => format!("{} {}", value.name, value.value),
        _ => value.name,
    };
    Ok(values.into_iter().map(text).collect())
}

async fn no_secrets(testbed: &Testbed) -> ScenarioResult {
    let canary = format!("canary-{}", Uuid::new_v4());
    let accepted = testbed.signed("github", format!("{{\"card\":\"{canary}\"}}"))?;
    expect::delivered(testbed, &accepted).await?;
    let forged = testbed.signed_with(
        "github",
        "push",
        format!("{{\"card\":\"{canary}\",\"forged\":true}}"),
        "another secret",
    )?;
    expect::unauthenticated(testbed, &forged).await?;
    testbed.keep_out_of_logs(&canary);
    for outcome in ["accepted", "delivered"] {
        log::wait_for_line(testbed, &[("event_id", &accepted.event_id), ("outcome", outcome)]).await?;
    }
    let lines = testbed.stack.log_lines(testbed.started).await?;
    let confidential = testbed.confidential();
    let emulator_log = testbed.repository.log("emulator");
    let printed = std::fs::read(&emulator_log).unwrap_or_default();
    // One search in all lines is faster than one search in each.
    let all_lines = lines.join("\n");
    for text in &confidential {
        let is_in = |log: &[u8]| memmem::find(log, text.as_bytes()).is_some();
        let line = || lines.iter().find(|line| line.contains(text)).map_or("", String::as_str);
        ensure!(!is_in(all_lines.as_bytes()), "a log line has a confidential text: {}", line());
        ensure!(!is_in(&printed), "`{}` has a confidential text", emulator_log.display());
    }
    Ok(format!("{} lines, {} confidential texts", lines.len(), confidential.len()))
}
