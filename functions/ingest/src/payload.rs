//! The port to the store of bodies that the queue cannot hold: the claim check.

use std::future::Future;

use bytes::Bytes;
use hookline_aws::{Bucket, PortError, SdkConfig};
use hookline_event::Payload;
use uuid::Uuid;

/// The port to the payload store.
pub trait StorePayload: Send + Sync + 'static {
    /// Stores one body. Returns where it is once the store has confirmed. What is stored and never queued expires.
    fn store_payload(&self, body: Bytes) -> impl Future<Output = Result<Payload, PortError>> + Send;
}

/// A bucket of Amazon S3.
#[derive(Debug)]
pub struct S3PayloadStore(Bucket);

impl S3PayloadStore {
    /// The bucket of a name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self(Bucket::new(config, bucket))
    }
}

impl StorePayload for S3PayloadStore {
    /// Under a key of its own: no object is ever overwritten.
    async fn store_payload(&self, body: Bytes) -> Result<Payload, PortError> {
        let key = format!("payloads/{}", Uuid::now_v7());
        let put = self.0.client().put_object().bucket(&self.0.name).key(&key).body(body.into());
        let put = Box::pin(put.send()).await;
        put.map(|_| Payload::kept(&self.0.name, &key)).map_err(|error| PortError::new("s3:PutObject", error))
    }
}
