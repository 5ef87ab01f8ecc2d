//! The port to the store of bodies that the queue cannot hold: the claim check.

use std::future::Future;
use std::sync::OnceLock;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use bytes::Bytes;
use hookline_aws::{PortError, SdkConfig};
use hookline_event::Payload;
use uuid::Uuid;

/// The port to the payload store.
pub trait StorePayload: Send + Sync + 'static {
    /// Stores one body. Returns where it is once the store has confirmed. What is stored and never queued expires.
    fn store_payload(&self, body: Bytes) -> impl Future<Output = Result<Payload, PortError>> + Send;
}

/// A bucket of Amazon S3.
#[derive(Debug)]
pub struct S3PayloadStore {
    config: SdkConfig,
    /// Made for the first body: most environments never store one.
    client: OnceLock<Client>,
    bucket: String,
}

impl S3PayloadStore {
    /// The bucket of a name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self { config: config.clone(), client: OnceLock::new(), bucket }
    }

    fn client(&self) -> &Client {
        // An emulator has one host for all buckets.
        let is_emulated = self.config.endpoint_url().is_some();
        let config = || Builder::from(&self.config).force_path_style(is_emulated).build();
        self.client.get_or_init(|| Client::from_conf(config()))
    }
}

impl StorePayload for S3PayloadStore {
    /// Under a key of its own: no object is ever overwritten.
    async fn store_payload(&self, body: Bytes) -> Result<Payload, PortError> {
        let key = format!("payloads/{}", Uuid::now_v7());
        let put = self.client().put_object().bucket(&self.bucket).key(&key).body(body.into());
        let put = Box::pin(put.send()).await;
        put.map(|_| Payload::kept(&self.bucket, &key)).map_err(|error| PortError::new("s3:PutObject", error))
    }
}
