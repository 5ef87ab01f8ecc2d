//! Ingest on the SDK's default settings: configuration, HTTP client, TLS and retries as `aws_config` makes them, and nothing
//! prepared during initialisation.

// The futures of the SDK are nested deeply, and here they all are part of one.
#![recursion_limit = "256"]

use std::convert::Infallible;

use aws_config::BehaviorVersion;
use hookline_aws::{SecretCache, SecretsManager};
use ingest::{Config, Handler, Intake, S3PayloadStore, SqsQueue};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = hookline_aws::start("ingest", Config::read, |it| (it.log_level, it.service.clone())).await?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let secrets = SecretCache::new(SecretsManager::new(&sdk), config.secrets);
    let payloads = S3PayloadStore::new(&sdk, config.payload_bucket);
    let handler = &Handler::new(Intake::new(config.intake, secrets, SqsQueue::new(&sdk), payloads));
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        Ok::<_, Infallible>(handler.handle(event.payload.get(), &event.context).await)
    };
    run(service_fn(handle)).await
}
