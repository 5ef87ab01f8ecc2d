//! The ingest function on the SDK's default settings: `aws_config` provides the configuration, HTTP client, TLS and
//! retries. The initialisation phase prepares nothing.

// The SDK's futures are deeply nested, and here all of them are part of one future.
#![recursion_limit = "256"]

use std::convert::Infallible;

use aws_config::BehaviorVersion;
use hookline_aws::{SecretCache, SecretsManager};
use ingest::{Config, Handler, Intake, S3PayloadStore, SqsQueue};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let log_settings = |config: &Config| (config.log_level, config.service.clone());
    let config = hookline_aws::start("ingest", Config::read, log_settings).await?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let secrets = SecretCache::new(SecretsManager::new(&sdk), config.secrets);
    let payloads = S3PayloadStore::new(&sdk, config.payload_bucket);
    let handler = &Handler::new(Intake::new(config.intake, secrets, SqsQueue::new(&sdk), payloads));
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        Ok::<_, Infallible>(handler.handle(event.payload.get(), &event.context).await)
    };
    run(service_fn(handle)).await
}
