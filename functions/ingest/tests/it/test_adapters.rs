//! Scripted adapters for the function's ports.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hookline_aws::{GetSecret, GetSecretError, PortError, Stage};
use hookline_event::Payload;
use hookline_telemetry::Trace;
use ingest::{SendEvent, StorePayload};

/// A payload store that records the stored bodies.
#[derive(Clone, Default)]
pub(crate) struct TestPayloadStore {
    pub(crate) stored: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(crate) is_unavailable: Arc<Mutex<bool>>,
    pub(crate) hangs: Arc<Mutex<bool>>,
}

impl StorePayload for TestPayloadStore {
    async fn store_payload(&self, body: Bytes) -> Result<Payload, PortError> {
        let hangs = *self.hangs.lock().unwrap();
        if hangs {
            std::future::pending::<()>().await;
        }
        if *self.is_unavailable.lock().unwrap() {
            return Err(PortError::new("s3:PutObject", "unavailable"));
        }
        let mut stored = self.stored.lock().unwrap();
        stored.push(body.to_vec());
        Ok(Payload::offloaded("payloads", &stored.len().to_string()))
    }
}

/// A secret store that counts its calls.
#[derive(Clone, Default)]
pub(crate) struct TestSecretStore(Arc<Mutex<SecretStoreState>>);

#[derive(Default)]
struct SecretStoreState {
    values: HashMap<(String, Stage), Vec<u8>>,
    behavior: SecretStoreBehavior,
    calls: usize,
}

impl TestSecretStore {
    pub(crate) fn set(&self, source: &str, stage: Stage, value: &str) {
        self.set_bytes(source, stage, value.as_bytes());
    }

    pub(crate) fn set_bytes(&self, source: &str, stage: Stage, value: &[u8]) {
        let name = format!("hookline-test/sources/{source}");
        self.0.lock().unwrap().values.insert((name, stage), value.to_vec());
    }

    pub(crate) fn remove(&self, source: &str) {
        let name = format!("hookline-test/sources/{source}");
        self.0.lock().unwrap().values.retain(|(key, _), _| *key != name);
    }

    pub(crate) fn set_behavior(&self, behavior: SecretStoreBehavior) {
        self.0.lock().unwrap().behavior = behavior;
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }
}

impl GetSecret for TestSecretStore {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let hangs = self.0.lock().unwrap().behavior == SecretStoreBehavior::Hangs;
        if hangs {
            std::future::pending::<()>().await;
        }
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        match state.behavior {
            SecretStoreBehavior::Unavailable => {
                return Err(GetSecretError::Unavailable { source: get_secret_failed("unavailable") });
            }
            SecretStoreBehavior::PreviousUnavailable if stage == Stage::Previous => {
                return Err(GetSecretError::Unavailable { source: get_secret_failed("unavailable") });
            }
            SecretStoreBehavior::Rejects => {
                return Err(GetSecretError::Rejected { source: get_secret_failed("scheduled for deletion") });
            }
            _ => {}
        }
        Ok(state.values.get(&(name.to_owned(), stage)).cloned())
    }
}

fn get_secret_failed(cause: &'static str) -> PortError {
    PortError::new("secretsmanager:GetSecretValue", cause)
}

/// How the secret store responds.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum SecretStoreBehavior {
    #[default]
    Available,
    Unavailable,
    PreviousUnavailable,
    Rejects,
    Hangs,
}

/// How the queue responds to the next messages.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum QueueBehavior {
    #[default]
    Confirms,
    Rejects,
    Hangs,
    Panics,
}

/// A queue that records the sent messages.
#[derive(Clone, Default)]
pub(crate) struct TestQueue {
    pub(crate) messages: Arc<Mutex<Vec<String>>>,
    /// The trace headers of the messages.
    pub(crate) trace_headers: Arc<Mutex<Vec<String>>>,
    pub(crate) behavior: Arc<Mutex<QueueBehavior>>,
}

impl SendEvent for TestQueue {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), PortError> {
        assert_eq!(queue_url, "https://sqs.test/intake");
        let behavior = *self.behavior.lock().unwrap();
        match behavior {
            QueueBehavior::Confirms => {
                self.trace_headers.lock().unwrap().extend(trace.map(Trace::header));
                self.messages.lock().unwrap().push(message);
            }
            QueueBehavior::Rejects => return Err(PortError::new("sqs:SendMessage", "AccessDenied")),
            QueueBehavior::Hangs => std::future::pending().await,
            QueueBehavior::Panics => panic!("the queue adapter panics"),
        }
        Ok(())
    }
}
