//! Configuration that is an object in S3: what happens while a new version of a function cannot use its object.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hookline_telemetry::{Metric, MetricValue};
use serde_json::{Value, json};

use super::support::{Scenario, ScenarioResult, Testbed, expect, log, with_visibility};
use crate::system::wait;
use crate::traffic::sender::Webhook;

/// The variable with the location, the version and the hash of the object.
const VARIABLE: &str = "HOOKLINE_CONFIGURATION";

/// The version that a write replaces while the bucket keeps no versions. Only this one can be altered.
const VERSION: &str = "null";

/// The alarm for failed invocations of process.
const ALARM: &str = "process-errors";

/// AWS rejects the request for a missing version, because the functions may not list the bucket.
const MISSING: &[&str] = &["configuration_missing", "configuration_unreadable"];
const ALTERED: &[&str] = &["configuration_altered"];

/// The intake queue's visibility timeout. A function without a configuration fails at once and keeps no claim, so the
/// timeout can be shorter than the function's.
const VISIBILITY_SECONDS: u32 = 5;

/// The time until a function reads the object again: process does it when its message is visible again.
const TIME_LIMIT: Duration = Duration::from_secs(45);

pub(super) fn all() -> Vec<Scenario> {
    vec![
        // Not concurrent: it moves the aliases, counts the messages of the queues and changes a visibility timeout.
        Scenario::new(
            "configuration-object-unusable",
            "new versions whose configuration object is missing, then altered: ingest returns 503 and queues nothing, \
             process keeps its message, and both work as soon as the object is right",
            unusable,
        )
        .long(),
    ]
}

/// The object of a function, and the variables of a version that reads its replaceable version.
struct Object {
    function: String,
    bucket: String,
    key: String,
    content: Vec<u8>,
    variables: Value,
}

impl Object {
    async fn read(testbed: &Testbed, function: &str) -> Result<Self> {
        let mut variables = testbed.stack.function_variables(function).await?;
        let location = variables[VARIABLE].as_str().context("the configuration is not an object")?;
        let mut location: Value = serde_json::from_str(location)?;
        let text = |name: &str| location[name].as_str().map(str::to_owned).context("the location is not complete");
        let (bucket, key, version) = (text("bucket")?, text("key")?, text("version")?);
        let content = testbed.stack.object_version(&bucket, &key, &version).await?;
        location["version"] = json!(VERSION);
        variables[VARIABLE] = json!(location.to_string());
        Ok(Self { function: function.to_owned(), bucket, key, content, variables })
    }

    async fn put(&self, testbed: &Testbed, content: &[u8]) -> Result<()> {
        testbed.stack.put_object(&self.bucket, &self.key, content.to_vec()).await
    }

    /// Returns how the log names the object.
    fn name(&self) -> String {
        format!("{}?versionId={VERSION}", self.key)
    }
}

async fn unusable(testbed: &Testbed) -> ScenarioResult {
    let (stack, names) = (&testbed.stack, &testbed.stack.outputs.function_names);
    let objects = [Object::read(testbed, &names.ingest).await?, Object::read(testbed, &names.process).await?];
    let [ingest, process] = &objects;
    let work = with_version(testbed, process, async {
        let waiting = testbed.signed("github", expect::unique_body(0))?;
        expect::accepted(testbed, &waiting).await?;
        with_version(testbed, ingest, states_of_the_object(testbed, [ingest, process], &waiting)).await
    });
    stack.set_versioning(&ingest.bucket, false).await?;
    let result = with_visibility(testbed, VISIBILITY_SECONDS, work).await;
    let restored = restore_bucket(testbed, &objects).await;
    let text = result?;
    restored.map(|()| text)
}

/// Gives the bucket the versions that it had before. If the scenario has failed before its writes, there is no version to
/// delete, which some emulators reject.
async fn restore_bucket(testbed: &Testbed, objects: &[Object; 2]) -> Result<()> {
    let mut deleted = Ok(());
    for Object { bucket, key, .. } in objects {
        deleted = deleted.and(testbed.stack.delete_object_version(bucket, key, VERSION).await);
    }
    testbed.stack.set_versioning(&objects[0].bucket, true).await?;
    deleted
}

/// Moves all traffic of a function to a new version, which reads the replaceable version of its object. Restores the
/// function after `work`, also after an error.
async fn with_version(
    testbed: &Testbed,
    object: &Object,
    work: impl Future<Output = ScenarioResult>,
) -> ScenarioResult {
    let (stack, function) = (&testbed.stack, object.function.as_str());
    let before = stack.alias(function).await?.function_version;
    let variables = stack.function_variables(function).await?;
    let mut published = None;
    let result = match move_to_new_version(testbed, object, &mut published).await {
        Ok(()) => work.await,
        Err(error) => Err(error),
    };
    stack.move_alias(function, &before).await?;
    stack.set_function_variables(function, &variables).await?;
    if let Some(version) = published {
        stack.delete_version(function, &version).await?;
    }
    result
}

async fn move_to_new_version(testbed: &Testbed, object: &Object, published: &mut Option<String>) -> Result<()> {
    testbed.stack.set_function_variables(&object.function, &object.variables).await?;
    let version = published.insert(testbed.stack.publish_version(&object.function).await?);
    testbed.stack.move_alias(&object.function, version).await
}

/// The object is missing, then altered, then right. `waiting` was accepted before.
async fn states_of_the_object(testbed: &Testbed, [ingest, process]: [&Object; 2], waiting: &Webhook) -> ScenarioResult {
    let failed = testbed.stack.watched_sum(ALARM).await?;
    let rejected = testbed.signed("github", expect::unique_body(0))?;
    nothing_works(testbed, [ingest, process], MISSING, [&rejected, waiting]).await?;
    for object in [ingest, process] {
        object.put(testbed, b"{}").await?;
    }
    nothing_works(testbed, [ingest, process], ALTERED, [&rejected, waiting]).await?;
    let failed = testbed.stack.watched_sum(ALARM).await? - failed;
    ensure!(failed >= 2.0, "the metric of the alarm {ALARM} has {failed} of two failed invocations");

    for object in [ingest, process] {
        object.put(testbed, &object.content).await?;
    }
    expect::accepted(testbed, &rejected).await?;
    for webhook in [&rejected, waiting] {
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
        testbed.expect_attempts(&webhook.event_id, &[(&delivery.path, 200)]);
    }
    testbed.wait_until_idle().await?;
    Ok("503 and failed batches, then both events delivered".to_owned())
}

/// Expects that ingest rejects a request, and that process leaves a message on its queue, for one of the reasons.
async fn nothing_works(
    testbed: &Testbed,
    [ingest, process]: [&Object; 2],
    reasons: &[&str],
    [rejected, waiting]: [&Webhook; 2],
) -> Result<()> {
    unavailable(testbed, rejected, reasons).await?;
    failed_invocation(testbed, process).await?;
    for object in [ingest, process] {
        reported(testbed, object, reasons, rejected).await?;
    }
    let depths = testbed.stack.queue_depths().await?;
    let is_kept = depths.intake == 1 && depths.retry == 0 && depths.dlq == 0;
    ensure!(is_kept, "the intake queue does not have exactly the message that waits: {depths:?}");
    expect::not_delivered(testbed, rejected)?;
    expect::not_delivered(testbed, waiting)
}

/// Sends a request until ingest rejects it for one of the reasons. Between two attempts to read the object, the reason
/// is that of the last one. Each response has to be a 503 that lets the sender retry, and has to be counted.
async fn unavailable(testbed: &Testbed, webhook: &Webhook, reasons: &[&str]) -> Result<()> {
    wait::until(&format!("a 503 for one of {reasons:?}"), TIME_LIMIT, async || {
        let response = expect::error_response(testbed, webhook, 503).await?;
        ensure!(response.headers.contains_key("retry-after"), "no Retry-After: {:?}", response.headers);
        let request_id = expect::request_id(&response)?;
        let line = log::wait_for_line(testbed, &[("request_id", &request_id), ("outcome", "failed")]).await?;
        let metrics = MetricValue::parse_line(&line).context("CloudWatch rejects the metrics of the line")?;
        let is_counted = metrics.iter().any(|metric| metric.name == Metric::ServerErrors.name());
        ensure!(is_counted, "the line does not count a server error: {line}");
        Ok(reasons.iter().any(|reason| line["reason"] == *reason).then_some(()))
    })
    .await
}

/// Invokes the function directly, with an empty batch. Lambda counts the error, as that of a batch from the queue. The
/// emulator counts only errors of direct invocations.
async fn failed_invocation(testbed: &Testbed, object: &Object) -> Result<()> {
    let invocation = testbed.stack.invoke(&object.function, r#"{"Records":[]}"#).await?;
    let error: Value = serde_json::from_str(&invocation.output)?;
    let is_expected = invocation.is_error && error["errorType"] == "ConfigurationUnavailable";
    ensure!(is_expected, "the invocation returned {}", invocation.output);
    Ok(())
}

/// Waits until a function logs that it cannot use the object, for one of the reasons. Meanwhile it sends requests, so that
/// ingest reads the object again: LocalStack does not keep what a function logs during its initialisation.
async fn reported(testbed: &Testbed, object: &Object, reasons: &[&str], rejected: &Webhook) -> Result<()> {
    let name = object.name();
    wait::until(&format!("an error about `{name}` with one of {reasons:?}"), TIME_LIMIT, async || {
        let lines = log::lines_with(testbed, &name).await?;
        let is_report = |line: &Value| {
            line["outcome"] == "configuration_unavailable"
                && line["level"] == "ERROR"
                && reasons.iter().any(|reason| line["reason"] == *reason)
        };
        let is_reported = lines.iter().any(is_report);
        if !is_reported {
            expect::error_response(testbed, rejected, 503).await?;
        }
        Ok(is_reported.then_some(()))
    })
    .await
}
