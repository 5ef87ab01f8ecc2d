use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;

use super::Stack;

impl Stack {
    /// Every line that both functions have logged since then.
    pub(crate) async fn logs(&self, since: SystemTime) -> Result<Vec<String>> {
        let groups = &self.outputs.log_group_names;
        let since = i64::try_from(since.duration_since(UNIX_EPOCH)?.as_millis())?;
        let mut lines = Vec::new();
        for group in [&groups.ingest, &groups.process] {
            let mut pages = Client::new(&self.sdk)
                .filter_log_events()
                .log_group_name(group)
                .start_time(since)
                .into_paginator()
                .send();
            while let Some(page) = pages.next().await {
                let page = page.with_context(|| format!("cannot read log group {group}"))?;
                lines.extend(page.events.unwrap_or_default().into_iter().filter_map(|event| event.message));
            }
        }
        Ok(lines)
    }
}
