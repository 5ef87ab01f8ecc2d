//! Lines in the logs of the functions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;
use hookline::logs::log_events;
use serde_json::Value;

use super::testbed::Testbed;
use crate::system::wait;

/// The time limit of a wait for a log line.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// How much earlier than its scenario a log line can be. The emulator's clock can differ from the harness's.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(3);

tokio::task_local! {
    /// When the current scenario started.
    static STARTED: SystemTime;
}

/// Runs a scenario that searches only the log lines since its start. The emulator reads each line of the searched time
/// and responds to no other request meanwhile, so a search of the whole run would slow down all scenarios.
pub(super) async fn searched_from_now<T>(scenario: impl Future<Output = T>) -> T {
    STARTED.scope(SystemTime::now(), scenario).await
}

/// Returns the lines since the start of the scenario in which `text` occurs.
pub(crate) async fn lines_with(testbed: &Testbed, text: &str) -> Result<Vec<Value>> {
    let groups = &testbed.stack.outputs.log_group_names;
    let client = Client::new(&testbed.stack.sdk_config());
    let started = STARTED.try_get().context("no scenario runs")? - CLOCK_DIFFERENCE;
    let since = i64::try_from(started.duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut lines = Vec::new();
    for (_, group) in groups.entries() {
        let events = log_events(&client, group, since, Some(format!("\"{text}\""))).await?;
        // LocalStack ignores the pattern and returns every line.
        let texts = events.into_iter().filter_map(|event| event.message).filter(|line| line.contains(text));
        lines.extend(texts.filter_map(|line| serde_json::from_str::<Value>(&line).ok()));
    }
    Ok(lines)
}

/// Waits until one line has all fields. A field matches if its value begins with the given text.
pub(crate) async fn wait_for_line(testbed: &Testbed, fields: &[(&str, &str)]) -> Result<Value> {
    let what = format!("a log line with {fields:?}");
    // CloudWatch Logs searches for the longest value, because it is the rarest.
    let rarest = fields.iter().map(|(_, value)| *value).max_by_key(|value| value.len()).unwrap_or_default();
    wait::until(&what, TIME_LIMIT, async || {
        let lines = lines_with(testbed, rarest).await?;
        let has = |line: &Value, (name, expected): &(&str, &str)| {
            line[*name].as_str().is_some_and(|value| value.starts_with(expected))
        };
        Ok(lines.into_iter().find(|line| fields.iter().all(|field| has(line, field))))
    })
    .await
}
