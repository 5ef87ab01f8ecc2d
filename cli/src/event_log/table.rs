use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hookline_aws::Bucket;
use hookline_event_log::{Entry, EventLogSettings, event_key};

use super::logged_event::LoggedEvent;
use crate::source_scheme::SourceScheme;
use crate::target::{DeliveryConfiguration, Target};

/// The name of the index by source and time.
const BY_TIME: &str = "by_time";
/// The number of sources, or of payloads, that are read at the same time.
pub(super) const CONCURRENCY: usize = 16;

/// The event log of a deployment.
#[derive(Debug)]
pub struct EventLog {
    pub(super) target: Target,
    pub(super) configuration: DeliveryConfiguration,
    pub(super) client: Client,
    pub(super) table: String,
    /// The bucket with the payloads.
    pub(super) bucket: Bucket,
    /// The sources whose events are logged.
    sources: Vec<String>,
}

/// Where the next page of a query begins.
pub(super) type Start = HashMap<String, AttributeValue>;

impl EventLog {
    /// Finds the event log of a deployment.
    ///
    /// # Errors
    ///
    /// If the deployment has no event log, or its configuration cannot be read.
    pub async fn find(target: Target) -> Result<Self> {
        Self::read(target).await?.context(
            "the deployment has no event log: set `event_log = { days = 14 }` in Terraform, and apply it. Events are logged from \
             then on",
        )
    }

    /// Reads the configuration of a deployment, and returns its event log, or `None` if it is switched off.
    ///
    /// # Errors
    ///
    /// If the configuration of a function cannot be read.
    pub async fn read(target: Target) -> Result<Option<Self>> {
        // Both at once: the log of most deployments has all sources.
        let (configuration, schemes) = tokio::join!(target.delivery_configuration(), target.source_schemes());
        Self::new(target, configuration?, async move |_| schemes).await
    }

    /// Returns the event log of a deployment, or `None` if it is switched off.
    ///
    /// # Errors
    ///
    /// If the configuration of the ingest function cannot be read.
    pub async fn of(target: Target, configuration: DeliveryConfiguration) -> Result<Option<Self>> {
        Self::new(target, configuration, async |target: &Target| target.source_schemes().await).await
    }

    async fn new(
        target: Target,
        configuration: DeliveryConfiguration,
        schemes: impl AsyncFnOnce(&Target) -> Result<BTreeMap<String, SourceScheme>>,
    ) -> Result<Option<Self>> {
        let Some(EventLogSettings { table, sources, .. }) = configuration.event_log.clone() else { return Ok(None) };
        let sources = match sources {
            Some(sources) => sources,
            None => schemes(&target).await?.into_keys().chain(["events".to_owned()]).collect(),
        };
        let bucket = Bucket::new(&target.sdk, configuration.payload_bucket.clone());
        Ok(Some(Self { client: Client::new(&target.sdk), target, configuration, table, bucket, sources }))
    }

    /// Returns the names of the sources whose events are logged; `events` is `POST /events`.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Returns the names of the destinations.
    pub fn destinations(&self) -> impl Iterator<Item = &str> {
        self.configuration.destinations.iter().map(String::as_str)
    }

    /// Returns the events with an id, newest first: a sender can send several requests with one id.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub async fn events(&self, id: &str, source: Option<&str>) -> Result<Vec<LoggedEvent>> {
        // A named source may have been logged earlier.
        let keys = match source {
            Some(source) => vec![event_key(source, id)],
            None => self.sources.iter().map(|source| event_key(source, id)).collect(),
        };
        let events = stream::iter(keys).map(async |key| anyhow::Ok(LoggedEvent::group(self.entries(&key).await?)));
        let mut events: Vec<_> = events.buffer_unordered(CONCURRENCY).try_concat().await?;
        events.sort_by(|a, b| b.event.received.cmp(&a.event.received));
        Ok(events)
    }

    async fn entries(&self, event: &str) -> Result<Vec<Entry>> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query.key_condition_expression("#event = :event").expression_attribute_names("#event", "event");
        let query = query.expression_attribute_values(":event", AttributeValue::S(event.to_owned()));
        let mut pages = query.into_paginator().send();
        let mut entries = Vec::new();
        while let Some(page) = pages.next().await {
            let items = page.context("cannot read the table of the event log")?.items.unwrap_or_default();
            entries.extend(items.into_iter().map(Entry::from_item).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(entries)
    }

    /// Reads one page of a source's entries between two times, newest first. A page has at most this many entries, and
    /// DynamoDB returns at most 1 MB. Returns where the next page begins.
    pub(super) async fn page(
        &self,
        source: &str,
        (since, until): (&str, &str),
        (start, entries): (Option<Start>, i32),
    ) -> Result<(Vec<Entry>, Option<Start>)> {
        let query = self.client.query().table_name(&self.table).index_name(BY_TIME).scan_index_forward(false);
        let query = query.key_condition_expression("#source = :source AND #position BETWEEN :since AND :until");
        let query = query.expression_attribute_names("#source", "source");
        let query = query.expression_attribute_names("#position", "position");
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let query = query.expression_attribute_values(":source", text(source));
        let query = query.expression_attribute_values(":since", text(since));
        let query = query.expression_attribute_values(":until", text(until));
        let page = query.limit(entries).set_exclusive_start_key(start).send().await;
        let page = page.context("cannot read the index of the event log")?;
        let entries = page.items.unwrap_or_default().into_iter().map(Entry::from_item);
        Ok((entries.collect::<Result<_, _>>()?, page.last_evaluated_key))
    }
}
