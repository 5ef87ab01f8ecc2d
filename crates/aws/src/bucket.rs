use std::sync::OnceLock;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_types::SdkConfig;

/// An S3 bucket and its client. The client is created on first use, because most execution environments never offload a
/// payload.
#[derive(Debug)]
pub struct Bucket {
    config: SdkConfig,
    client: OnceLock<Client>,
    /// The bucket's name.
    pub name: String,
}

impl Bucket {
    /// Creates a handle for the bucket with this name.
    #[must_use]
    pub fn new(config: &SdkConfig, name: String) -> Self {
        Self { config: config.clone(), client: OnceLock::new(), name }
    }

    /// Returns the client, and creates it on the first call.
    pub fn client(&self) -> &Client {
        // An emulator serves all buckets from one host.
        let is_emulated = self.config.endpoint_url().is_some();
        let config = || Builder::from(&self.config).force_path_style(is_emulated).build();
        self.client.get_or_init(|| Client::from_conf(config()))
    }
}
