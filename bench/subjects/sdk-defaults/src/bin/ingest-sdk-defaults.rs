//! The ingest function on the SDK's default settings: `aws_config` provides the credentials, HTTP client, TLS
//! and retries. The initialisation phase builds the clients and opens no connection.

// The SDK's futures are deeply nested, and here all of them are part of one future.
#![recursion_limit = "256"]

use aws_config::BehaviorVersion;
use hookline_aws::{ConfigurationError, SecretCache, SecretsManager, Service};
use ingest::{Config, Handler, Intake, S3PayloadStore, SqsQueue};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let build = async |config: Config, _| {
        let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let secrets = SecretCache::new(SecretsManager::new(&sdk), config.secrets);
        let payloads = S3PayloadStore::new(&sdk, config.payload_bucket);
        Ok(Handler::new(Intake::new(config.intake, secrets, SqsQueue::new(&sdk), payloads)))
    };
    let service = &Service::start("ingest", Config::read, build).await?;
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        let handler = service.handler().await?;
        Ok::<_, ConfigurationError>(handler.handle(event.payload.get(), &event.context).await)
    };
    run(service_fn(handle)).await
}
