//! The port to the store of offloaded payloads (the claim check pattern) and its S3 adapter.

use std::future::Future;

use bytes::Bytes;
use hookline_aws::{Bucket, PortError, SdkConfig};
use hookline_event::Payload;
use uuid::Uuid;

/// The port to the payload store.
pub trait StorePayload: Send + Sync + 'static {
    /// Stores one body. Returns its location after the store has confirmed the object. Every object expires, even if
    /// its event is not queued.
    ///
    /// # Errors
    ///
    /// [`PortError`]: it is unknown whether the store has the body.
    fn store_payload(&self, body: Bytes) -> impl Future<Output = Result<Payload, PortError>> + Send;
}

/// The adapter for a bucket of Amazon S3.
#[derive(Debug)]
pub struct S3PayloadStore(Bucket);

impl S3PayloadStore {
    /// Creates the adapter for the bucket with this name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self(Bucket::new(config, bucket))
    }
}

impl StorePayload for S3PayloadStore {
    /// Uses a new key for each body, so that no object is ever overwritten.
    async fn store_payload(&self, body: Bytes) -> Result<Payload, PortError> {
        let key = format!("payloads/{}", Uuid::now_v7());
        let request = self.0.client().put_object().bucket(&self.0.name).key(&key).body(body.into());
        let response = Box::pin(request.send()).await;
        response.map(|_| Payload::offloaded(&self.0.name, &key)).map_err(|error| PortError::new("s3:PutObject", error))
    }
}
