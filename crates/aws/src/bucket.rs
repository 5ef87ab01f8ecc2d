use std::sync::OnceLock;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_types::SdkConfig;

/// A bucket of Amazon S3 and the client for it, made when it is first needed: most environments never offload a payload.
#[derive(Debug)]
pub struct Bucket {
    config: SdkConfig,
    client: OnceLock<Client>,
    /// The bucket's name.
    pub name: String,
}

impl Bucket {
    /// The bucket of a name.
    #[must_use]
    pub fn new(config: &SdkConfig, name: String) -> Self {
        Self { config: config.clone(), client: OnceLock::new(), name }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        // An emulator has one host for all buckets.
        let is_emulated = self.config.endpoint_url().is_some();
        let config = || Builder::from(&self.config).force_path_style(is_emulated).build();
        self.client.get_or_init(|| Client::from_conf(config()))
    }
}
