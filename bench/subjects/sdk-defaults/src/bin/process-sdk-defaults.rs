//! The process function on the SDK's default settings: `aws_config` provides the credentials, HTTP client, TLS
//! and retries. The initialisation phase builds the clients and opens no connection. Destinations are called in the same way as in the function
//! itself.

// The SDK's futures are deeply nested, and here all of them are part of one future.
#![recursion_limit = "256"]

use aws_config::BehaviorVersion;
use hookline_aws::{ConfigurationError, Service};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use process::{BatchEvent, BatchHandler, Clients, Config, DynamoDbClaimStore, Idempotency, S3PayloadStore, SqsQueue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let build = async |config: Config, _| {
        let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let clients = Clients::new(config.clients, &sdk)?;
        let claims = config.idempotency.as_ref().map(|settings| DynamoDbClaimStore::new(&sdk, settings.table.clone()));
        let (window, mode) = config.idempotency.map(|settings| (settings.window, settings.mode)).unwrap_or_default();
        let idempotency = Idempotency::new(claims, window, mode);
        let (queue, payloads) = (SqsQueue::new(&sdk), S3PayloadStore::new(&sdk, config.payload_bucket));
        Ok(BatchHandler::new(config.delivery, clients, config.queue, queue, idempotency, payloads))
    };
    let service = &Service::start("process", Config::read, build).await?;
    let handle = async |event: LambdaEvent<BatchEvent>| {
        Ok::<_, ConfigurationError>(service.handler().await?.handle(event.payload, &event.context).await)
    };
    run(service_fn(handle)).await
}
