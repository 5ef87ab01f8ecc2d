use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::deployment::Deployment;
use super::ledger::Ledger;
use crate::emulator::{Capabilities, Capability, EmulatorInfo};
use crate::stack::{Pair, Secrets, Stack, State, sources};
use crate::system::repository::Repository;
use crate::traffic::sender::{Response, Webhook};
use crate::traffic::sink::Sink;

/// What a scenario works on.
pub(crate) struct Testbed {
    pub(crate) stack: Stack,
    pub(crate) sink: Sink,
    pub(crate) deployment: Deployment,
    pub(crate) started: SystemTime,
    pub(crate) emulator_info: EmulatorInfo,
    pub(crate) capabilities: Capabilities,
    pub(crate) files: Repository,
    ledger: Mutex<Ledger>,
    secrets: Mutex<Secrets>,
    /// Everything that was sent and must be in no log.
    confidential: Mutex<BTreeSet<String>>,
}

impl Testbed {
    pub(crate) fn new(
        state: &State,
        sink: Sink,
        deployment: Deployment,
        capabilities: Capabilities,
        files: Repository,
    ) -> Self {
        let (stack, secrets, emulator_info) = (state.stack(), state.secrets.clone(), state.emulator.clone());
        let both = secrets.sources.values().flat_map(|pair| [pair.sender.clone(), pair.store.clone()]);
        // Of a URL only what makes it a secret: the rest is in every destination's.
        let theirs = secrets.destinations.values().filter_map(|it| it.rsplit('=').find(|part| !part.is_empty()));
        let confidential = Mutex::new(both.chain(theirs.map(str::to_owned)).collect());
        let (started, secrets) = (SystemTime::now(), Mutex::new(secrets));
        let ledger = Mutex::default();
        Self { stack, sink, deployment, started, emulator_info, capabilities, files, ledger, secrets, confidential }
    }

    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the sender of a source signs with.
    pub(crate) fn secret(&self, source: &str) -> Result<String> {
        let pair = self.secrets().sources.get(source).cloned();
        Ok(pair.with_context(|| format!("no secret for source {source}"))?.sender)
    }

    /// Rotates a source's secret to a random one.
    pub(crate) async fn rotate(&self, source: &str) -> Result<String> {
        let pair = sources().get(source).and_then(|it| it.key.make());
        let pair = pair.with_context(|| format!("source {source} has no secret"))?;
        self.keep_out_of_logs(&pair.sender);
        self.rotate_to(source, pair.clone()).await?;
        Ok(pair.sender)
    }

    /// Rotates a source's secret to a given one, which is none: the testbed knows it.
    pub(crate) async fn rotate_to(&self, source: &str, pair: Pair) -> Result<()> {
        self.stack.put_secret(source, &pair.store).await?;
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).sources.insert(source.to_owned(), pair);
        Ok(())
    }

    pub(crate) fn signed(&self, source: &str, body: impl Into<Vec<u8>>) -> Result<Webhook> {
        Webhook::signed(source, "push", body, &self.secret(source)?)
    }

    pub(crate) async fn send(&self, webhook: &Webhook) -> Result<Response> {
        // Whatever is long and no word of ours is a signature or a token.
        for (name, value) in &webhook.headers {
            let parts = value.split(['=', ',', ' ']).filter(|part| part.len() > 36);
            if name != "Content-Type" {
                parts.for_each(|part| self.keep_out_of_logs(part));
            }
        }
        // As a body would stand in a message or in the gateway's event; a short one stands everywhere.
        if let Some(start) = STANDARD.encode(&webhook.body).get(..40) {
            self.keep_out_of_logs(start);
        }
        let answer = self.stack.send(webhook).await?;
        self.accept(&answer);
        Ok(answer)
    }

    /// Remembers an event that was accepted: what becomes of it is asked after every scenario.
    pub(crate) fn accept(&self, answer: &Response) {
        if let (202, Some(event_id)) = (answer.status, answer.event_id()) {
            self.ledger().accept(event_id);
        }
    }

    /// Says that an event is not to arrive, or need not any more: it is in the dead-letter queue, or nobody wants it.
    pub(crate) fn settle(&self, event_id: &str) {
        self.ledger().settle(event_id);
    }

    /// What is lost, or has had an effect twice.
    pub(crate) fn faults(&self) -> Vec<String> {
        let once = self.capabilities.lacks(Capability::Dynamodb).is_none();
        self.ledger().faults(&self.sink, once)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keep_out_of_logs(&self, text: &str) {
        self.confidential.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned());
    }

    pub(crate) fn confidential(&self) -> BTreeSet<String> {
        self.confidential.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
