//! Where a body goes that the queue cannot hold: the claim check.

use std::future::Future;

use bytes::Bytes;
use hookline_aws::{Client, Operation};
use hookline_event::Payload;
use uuid::Uuid;

/// The bucket has not confirmed: the sender has to send it again. What was kept and never queued expires.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bucket did not confirm: {detail}")]
pub struct KeepError {
    /// Why not, after all attempts.
    pub detail: String,
}

/// Keeps one body.
pub trait KeepPayload: Send + Sync + 'static {
    /// Where it is, once that is confirmed.
    fn keep_payload(&self, body: Bytes) -> impl Future<Output = Result<Payload, KeepError>> + Send;
}

/// The payload bucket.
#[derive(Clone)]
pub struct Bucket {
    /// What it is asked with.
    pub client: Client,
    /// Its name.
    pub name: String,
}

impl KeepPayload for Bucket {
    /// Under a key of its own, so that nothing that is kept is ever written over.
    async fn keep_payload(&self, body: Bytes) -> Result<Payload, KeepError> {
        let key = format!("payloads/{}", Uuid::now_v7());
        let put = self.client.send(Operation::object(&self.name, &key, Some(body))).await;
        put.map(|_| Payload::kept(&self.name, &key)).map_err(|error| KeepError { detail: error.to_string() })
    }
}
