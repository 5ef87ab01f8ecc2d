//! Entry point of the ingest function: builds the clients and starts the Lambda runtime.

// The SDK's futures are nested deeply, and the handler's future contains all of them.
#![recursion_limit = "256"]

use std::convert::Infallible;
use std::time::Instant;

use hookline_aws::{Sdk, SecretCache, SecretsManager};
use ingest::{Config, Handler, Intake, S3PayloadStore, SqsQueue};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = Instant::now();
    let config =
        hookline_aws::start("ingest", Config::read, |config| (config.log_level, config.service.clone())).await?;
    let sdk = Sdk::new(config.aws);
    let secrets = SecretsManager::new(&sdk.config(ingest::SECRETS_TIMEOUTS));
    let queue = SqsQueue::new(&sdk.config(ingest::QUEUE_TIMEOUTS));
    let payloads = S3PayloadStore::new(&sdk.config(ingest::BUCKET_TIMEOUTS), config.payload_bucket);
    let queue_url = config.intake.queue_url.clone();
    let intake = Intake::new(config.intake, SecretCache::new(secrets, config.secrets), queue, payloads);
    // Without this, the first request would wait for the secrets and for the connection to SQS.
    tokio::join!(intake.prefetch_secrets(), sdk.connect(&queue_url));
    sdk.finish_initialization();

    let handler = &Handler::new(intake).with_initialization(started.elapsed());
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        Ok::<_, Infallible>(handler.handle(event.payload.get(), &event.context).await)
    };
    Runtime::new(service_fn(handle)).run().await
}
