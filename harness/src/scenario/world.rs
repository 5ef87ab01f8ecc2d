use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::emulator::Capabilities;
use crate::sender::{Answer, Webhook};
use crate::sink::Sink;
use crate::stack::{Secrets, Stack};
use crate::terraform::Terraform;

/// What a scenario works on.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) sink: Sink,
    pub(crate) terraform: Terraform,
    /// Whether this run has applied anything, or found all as it should be.
    pub(crate) applied: bool,
    pub(crate) started: SystemTime,
    pub(crate) capabilities: Capabilities,
    pub(crate) emulator_log: PathBuf,
    secrets: Mutex<Secrets>,
    /// Everything that was sent and must be in no log.
    confidential: Mutex<BTreeSet<String>>,
}

impl World {
    pub(crate) fn new(
        stack: Stack,
        sink: Sink,
        terraform: Terraform,
        applied: bool,
        secrets: Secrets,
        capabilities: Capabilities,
        emulator_log: PathBuf,
    ) -> Self {
        let confidential = Mutex::new(secrets.0.values().cloned().collect());
        let (started, secrets) = (SystemTime::now(), Mutex::new(secrets));
        Self { stack, sink, terraform, applied, started, capabilities, emulator_log, secrets, confidential }
    }

    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn secret(&self, source: &str) -> Result<String> {
        self.secrets().0.get(source).cloned().with_context(|| format!("no secret for source {source}"))
    }

    /// Rotates a source's secret.
    pub(crate) async fn rotate(&self, source: &str) -> Result<String> {
        let secret = self.stack.rotate_secret(source).await?;
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).0.insert(source.to_owned(), secret.clone());
        self.keep_out_of_logs(&secret);
        Ok(secret)
    }

    pub(crate) fn signed(&self, source: &str, body: impl Into<Vec<u8>>) -> Result<Webhook> {
        Webhook::signed(source, "push", body, &self.secret(source)?)
    }

    pub(crate) async fn send(&self, webhook: &Webhook) -> Result<Answer> {
        for header in ["X-Hub-Signature-256", "X-Acme-Signature"] {
            if let Some((_, signature)) = webhook.header(header).and_then(|value| value.split_once('='))
                && signature.len() > 16
            {
                self.keep_out_of_logs(signature);
            }
        }
        // As a body would stand in a message or in the gateway's event; a short one stands everywhere.
        if let Some(start) = STANDARD.encode(&webhook.body).get(..40) {
            self.keep_out_of_logs(start);
        }
        self.stack.send(webhook).await
    }

    pub(crate) fn keep_out_of_logs(&self, text: &str) {
        self.confidential.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned());
    }

    pub(crate) fn confidential(&self) -> BTreeSet<String> {
        self.confidential.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
