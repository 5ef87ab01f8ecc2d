use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::deployment::Deployment;
use super::inbox::Inbox;
use super::ledger::Ledger;
use crate::emulator::{Capabilities, Capability, EmulatorInfo};
use crate::stack::{QueueDepths, QueueMessage, SecretPair, Secrets, Stack, StackConfig, State, confidential_texts};
use crate::system::repository::Repository;
use crate::traffic::sender::{Content, Response, Webhook};
use crate::traffic::sink::Sink;

/// The running stack with everything that scenarios use.
pub(crate) struct Testbed {
    pub(crate) stack: Stack,
    pub(crate) config: StackConfig,
    pub(crate) sink: Sink,
    pub(crate) deployment: Deployment,
    pub(crate) started: SystemTime,
    pub(crate) emulator_info: EmulatorInfo,
    pub(crate) capabilities: Capabilities,
    pub(crate) repository: Repository,
    inbox: Inbox,
    ledger: Mutex<Ledger>,
    secrets: Mutex<Secrets>,
    /// Texts that may be in no log.
    confidential: Mutex<BTreeSet<String>>,
    /// Held while a scenario polls the intake queue, so that concurrent scenarios do not poll at the same time.
    idle: tokio::sync::Mutex<()>,
}

impl Testbed {
    pub(crate) fn new(
        state: &State,
        config: StackConfig,
        sink: Sink,
        deployment: Deployment,
        capabilities: Capabilities,
        repository: Repository,
    ) -> Self {
        let secrets = state.secrets.clone();
        let of_sources = secrets.sources.values().flat_map(|pair| [pair.sender.clone(), pair.store.clone()]);
        let of_destinations = secrets.destinations.values().flat_map(|secret| confidential_texts(secret));
        let confidential = of_sources.chain(of_destinations).collect();
        Self {
            stack: state.stack(),
            config,
            sink,
            deployment,
            started: SystemTime::now(),
            emulator_info: state.emulator.clone(),
            capabilities,
            repository,
            inbox: Inbox::default(),
            ledger: Mutex::default(),
            secrets: Mutex::new(secrets),
            confidential: Mutex::new(confidential),
            idle: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn secrets(&self) -> Secrets {
        lock(&self.secrets).clone()
    }

    /// Returns the signing key of a source's sender.
    pub(crate) fn signing_key(&self, source: &str) -> Result<String> {
        let pair = lock(&self.secrets).sources.get(source).cloned();
        Ok(pair.with_context(|| format!("source `{source}` has no secret"))?.sender)
    }

    /// Rotates a source's secret to a random one and returns the sender's signing key.
    pub(crate) async fn rotate(&self, source: &str) -> Result<String> {
        let pair = self.config.source(source)?.generate_secret()?;
        let pair = pair.with_context(|| format!("source `{source}` has no secret"))?;
        self.keep_out_of_logs(&pair.sender);
        self.rotate_to(source, pair.clone()).await?;
        Ok(pair.sender)
    }

    /// Rotates a source's secret to a published value, which may be in logs.
    pub(crate) async fn rotate_to(&self, source: &str, pair: SecretPair) -> Result<()> {
        self.stack.put_source_secret(source, &pair.store).await?;
        lock(&self.secrets).sources.insert(source.to_owned(), pair);
        Ok(())
    }

    /// Waits for a message of one of the team's queues with a text. Returns all messages with this text.
    pub(crate) async fn wait_for_messages(&self, queue: &str, text: &str) -> Result<Vec<QueueMessage>> {
        self.inbox.wait_for(&self.stack, queue, text).await
    }

    /// Writes a new secret of a destination.
    pub(crate) async fn set_destination_secret(&self, destination: &str, secret: String) -> Result<()> {
        confidential_texts(&secret).iter().for_each(|text| self.keep_out_of_logs(text));
        self.stack.put_destination_secret(destination, &secret).await?;
        let mut secrets = lock(&self.secrets);
        secrets.destinations.insert(destination.to_owned(), secret);
        self.sink.set_secrets(secrets.destinations.clone());
        Ok(())
    }

    /// Returns a request with JSON that the source's sender has signed. A GitHub source's event is a push.
    pub(crate) fn signed(&self, source: &str, body: impl Into<Vec<u8>>) -> Result<Webhook> {
        self.signed_content(source, Content::json(body))
    }

    /// Returns a request that the source's sender has signed.
    pub(crate) fn signed_content(&self, source: &str, content: Content) -> Result<Webhook> {
        Webhook::signed(self.config.source(source)?, "push", content, &self.signing_key(source)?)
    }

    /// Returns a request with JSON that is signed with `key`. A GitHub source's event is `event`.
    pub(crate) fn signed_with(
        &self,
        source: &str,
        event: &str,
        body: impl Into<Vec<u8>>,
        key: &str,
    ) -> Result<Webhook> {
        Webhook::signed(self.config.source(source)?, event, Content::json(body), key)
    }

    /// Sends a request. Its signature and body are confidential, and its event is in the ledger if it is accepted.
    pub(crate) async fn send(&self, webhook: &Webhook) -> Result<Response> {
        // Signatures and tokens are longer than any other part of a header or a query.
        for (name, value) in webhook.headers.iter().chain(&webhook.query) {
            let parts = value.split(['=', ',', ' ']).filter(|part| part.len() > 36);
            if name != "Content-Type" {
                parts.for_each(|part| self.keep_out_of_logs(part));
            }
        }
        // Messages and the gateway's event contain the body as base64. A short body may occur anywhere.
        if let Some(start) = STANDARD.encode(&webhook.body).get(..40) {
            self.keep_out_of_logs(start);
        }
        let response = self.stack.send(webhook).await?;
        self.record_response(&response);
        Ok(response)
    }

    /// Adds an accepted event to the ledger.
    pub(crate) fn record_response(&self, response: &Response) {
        if let Some(event_id) = response.event_id() {
            lock(&self.ledger).accept(event_id);
        }
    }

    /// Marks an accepted event that need not be delivered: it is in the dead-letter queue, has no destination or is a
    /// duplicate.
    pub(crate) fn settle(&self, event_id: &str) {
        lock(&self.ledger).settle(event_id);
    }

    /// Marks an accepted event that may be delivered twice: its batch was not finished.
    pub(crate) fn allow_repeat(&self, event_id: &str) {
        lock(&self.ledger).allow_repeat(event_id);
    }

    /// Sets the exact attempts of an event, as path and status. They are checked when the scenarios that run at the same
    /// time have ended and the queues are empty, so that a scenario does not have to wait for that.
    pub(crate) fn expect_attempts(&self, event_id: &str, attempts: &[(&str, u16)]) {
        lock(&self.ledger).expect_attempts(event_id, attempts);
    }

    /// Marks a request that was not accepted. It may not be delivered until the end of the run. Its body has to be unique.
    pub(crate) fn forbid_delivery(&self, event_id: &str, body: &[u8]) {
        lock(&self.ledger).forbid_delivery(event_id, body);
    }

    /// Returns lost events, duplicate deliveries, forbidden deliveries and other attempts than the expected ones.
    pub(crate) fn faults(&self) -> Vec<String> {
        let deduplicates = self.capabilities.unavailable_reason(Capability::Dynamodb).is_none();
        lock(&self.ledger).faults(&self.sink, deduplicates)
    }

    /// Waits until the intake queue and the retry queue are empty: no event of any scenario is in process.
    pub(crate) async fn wait_until_idle(&self) -> Result<QueueDepths> {
        let _only_poller = self.idle.lock().await;
        self.stack.wait_until_no_delivery_is_pending().await
    }

    /// Adds a text that may be in no log.
    pub(crate) fn keep_out_of_logs(&self, text: &str) {
        lock(&self.confidential).insert(text.to_owned());
    }

    /// Returns all texts that may be in no log, including the access tokens that the sink has issued.
    pub(crate) fn confidential(&self) -> BTreeSet<String> {
        lock(&self.confidential).iter().cloned().chain(self.sink.issued_tokens()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
