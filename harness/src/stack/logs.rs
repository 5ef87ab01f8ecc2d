use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::Stack;

/// What stands in a log group since then (in milliseconds since 1970), of that what fits the pattern.
pub(crate) async fn log_events(
    client: &Client,
    group: &str,
    since: i64,
    pattern: Option<String>,
) -> Result<Vec<FilteredLogEvent>> {
    let ask = client.filter_log_events().log_group_name(group).start_time(since).set_filter_pattern(pattern);
    let mut pages = ask.into_paginator().send();
    let mut events = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.with_context(|| format!("cannot read log group {group}"))?;
        events.extend(page.events.unwrap_or_default());
    }
    Ok(events)
}

impl Stack {
    /// Every line that both functions have logged since then.
    pub(crate) async fn logs(&self, since: SystemTime) -> Result<Vec<String>> {
        let groups = &self.outputs.log_group_names;
        let since = i64::try_from(since.duration_since(UNIX_EPOCH)?.as_millis())?;
        let mut lines = Vec::new();
        for group in [&groups.ingest, &groups.process] {
            let events = log_events(&Client::new(&self.sdk), group, since, None).await?;
            lines.extend(events.into_iter().filter_map(|event| event.message));
        }
        Ok(lines)
    }
}
