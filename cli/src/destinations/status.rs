use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::activity::{Activity, LogSearch, Search};
use super::state::{DestinationState, StateTable};
use crate::clock::unix_milliseconds;
use crate::target::{DeliveryConfiguration, Target};

/// The state of the destinations of a deployment.
#[derive(Debug, Clone)]
pub struct Status {
    /// One entry for each selected destination, by name.
    pub destinations: Vec<DestinationStatus>,
    /// The depth of the retry queue, for all destinations together.
    pub retry_queue: QueueDepth,
    /// The search of the log; `None` if the function does not log deliveries.
    pub log: Option<LogSearch>,
    /// The log level of the process function.
    pub log_level: String,
}

/// The state of one destination.
#[derive(Debug, Clone)]
pub struct DestinationStatus {
    /// Name of the destination.
    pub name: String,
    /// The stored pause and breaker.
    pub state: DestinationState,
    /// What the log contains; `None` if the function does not log deliveries.
    pub activity: Option<Activity>,
}

/// Approximate numbers of messages of a queue, as SQS reports them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Messages that a receive can return.
    pub visible: u64,
    /// Messages that a function is handling.
    pub in_flight: u64,
    /// Messages that wait for the end of their delay.
    pub delayed: u64,
}

impl Status {
    /// Reads the state of all destinations, or of one. `since` limits the search of the log, and `limit` the lines that it
    /// reads.
    ///
    /// # Errors
    ///
    /// If the table, the retry queue or the log cannot be read.
    pub async fn read(
        target: &Target,
        configuration: &DeliveryConfiguration,
        destination: Option<&str>,
        since: Option<Duration>,
        limit: usize,
    ) -> Result<Self> {
        let names: Vec<_> = match destination {
            Some(name) => vec![name.to_owned()],
            None => configuration.destinations.iter().cloned().collect(),
        };
        let table = StateTable::new(&target.sdk, configuration.state_table()?.to_owned());
        let search = Search {
            client: aws_sdk_cloudwatchlogs::Client::new(&target.sdk),
            group: &target.resources.log_group_names.process,
            destination,
            limit,
        };
        let now_ms = i64::try_from(unix_milliseconds())?;
        let since = since.unwrap_or_else(|| configuration.longest_wait());
        let since_ms = now_ms.saturating_sub(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).max(0);
        let log = async {
            match configuration.logs_deliveries() {
                true => search.run(since_ms, now_ms).await.map(Some),
                false => Ok(None),
            }
        };
        let depth = QueueDepth::read(target, &target.resources.retry_queue_url);
        let (states, retry_queue, log) = tokio::try_join!(table.read(&names), depth, log)?;
        let log_level = configuration.log_level.clone();
        Ok(Self { destinations: statuses(states, log.as_ref()), retry_queue, log, log_level })
    }

    /// Returns the status as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let Self { destinations, retry_queue: QueueDepth { visible, in_flight, delayed }, log, log_level } = self;
        let rows: Vec<_> = destinations.iter().map(DestinationStatus::json).collect();
        let log = log.as_ref().map(|log| json!({ "since_ms": log.since_ms, "is_complete": log.is_complete }));
        json!({
            "destinations": rows,
            "retry_queue": { "visible": visible, "in_flight": in_flight, "delayed": delayed },
            "log": log,
            "log_level": log_level,
        })
    }
}

fn statuses(states: BTreeMap<String, DestinationState>, log: Option<&LogSearch>) -> Vec<DestinationStatus> {
    let activity = |name: &String| log.map(|log| log.destinations.get(name).cloned().unwrap_or_default());
    let status = |(name, state)| DestinationStatus { activity: activity(&name), name, state };
    states.into_iter().map(status).collect()
}

impl DestinationStatus {
    fn json(&self) -> Value {
        let Self { name, state: DestinationState { pause, breaker }, activity } = self;
        let pause = pause.as_ref().map(|pause| json!({ "since": pause.since, "note": pause.note }));
        let breaker = breaker
            .as_ref()
            .map(|breaker| json!({ "opened_at": breaker.opened_at, "until": breaker.until, "reason": breaker.reason }));
        let last_failure = activity.as_ref().and_then(|activity| activity.last_failure.as_ref());
        json!({
            "destination": name,
            "pause": pause,
            "open_breaker": breaker,
            "waiting": activity.as_ref().map(|activity| activity.waiting),
            "oldest_ms": activity.as_ref().and_then(|activity| activity.oldest_ms),
            "last_failure": last_failure.map(|failure| json!({ "time_ms": failure.time_ms, "reason": failure.reason })),
        })
    }
}

impl QueueDepth {
    /// Reads the depth of a queue.
    ///
    /// # Errors
    ///
    /// If SQS does not respond.
    pub async fn read(target: &Target, queue_url: &str) -> Result<Self> {
        const NAMES: [QueueAttributeName; 3] = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = Client::new(&target.sdk).get_queue_attributes().queue_url(queue_url);
        let response = request.set_attribute_names(Some(NAMES.to_vec())).send().await;
        let response = response.with_context(|| format!("cannot read the attributes of queue `{queue_url}`"))?;
        let attributes = response.attributes.unwrap_or_default();
        let [visible, in_flight, delayed] =
            NAMES.map(|name| attributes.get(&name).and_then(|count| count.parse().ok()).unwrap_or_default());
        Ok(Self { visible, in_flight, delayed })
    }

    /// Returns the number of all messages.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// Reads the seconds after which SQS deletes a message of a queue; `None` if SQS returns no number.
///
/// # Errors
///
/// If SQS does not respond.
pub(crate) async fn retention_seconds(target: &Target, queue_url: &str) -> Result<Option<u64>> {
    let name = QueueAttributeName::MessageRetentionPeriod;
    let request = Client::new(&target.sdk).get_queue_attributes().queue_url(queue_url);
    let response = request.attribute_names(name.clone()).send().await;
    let response = response.with_context(|| format!("cannot read the retention of queue `{queue_url}`"))?;
    Ok(response.attributes.unwrap_or_default().get(&name).and_then(|seconds| seconds.parse().ok()))
}
