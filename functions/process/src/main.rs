//! Assembles the process function.

// The futures of the SDK are deeply nested, and all of them are part of one future here.
#![recursion_limit = "256"]

use std::convert::Infallible;

use hookline_aws::Sdk;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use process::{BatchEvent, BatchHandler, Clients, Config, DynamoDbClaimStore, Idempotency, S3PayloadStore, SqsQueue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = |config: &Config| (config.log_level, config.service.clone());
    let config = hookline_aws::start("process", Config::read, settings).await?;
    let sdk = Sdk::new(config.aws);
    let aws = sdk.config(process::TIMEOUTS);
    let clients = Clients::new(config.clients, &aws)?;
    let claims = config.idempotency.as_ref().map(|table| DynamoDbClaimStore::new(&aws, table.table.clone()));
    // The first batch would otherwise wait for this connection.
    if claims.is_some() {
        DynamoDbClaimStore::connect(&sdk, &aws).await;
    }
    sdk.finish_initialization();

    let (window, mode) = config.idempotency.map(|table| (table.window, table.mode)).unwrap_or_default();
    let idempotency = Idempotency::new(claims, window, mode);
    let (queue, payloads) = (SqsQueue::new(&aws), S3PayloadStore::new(&aws, config.payload_bucket));
    let handler = &BatchHandler::new(config.delivery, clients, config.queue, queue, idempotency, payloads);
    let handle =
        async |event: LambdaEvent<BatchEvent>| Ok::<_, Infallible>(handler.handle(event.payload, &event.context).await);
    Runtime::new(service_fn(handle)).run().await
}
