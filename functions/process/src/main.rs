//! Assembles the process function.

// The futures of the SDK are nested deeply, and here they all are part of one.
#![recursion_limit = "256"]

use std::convert::Infallible;

use hookline_aws::Sdk;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use process::{Batch, BatchEvent, Clients, Config, DynamoDbClaims, Idempotency, S3PayloadStore, SqsQueue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = hookline_aws::start("process", Config::read, |it| (it.log_level, it.service.clone())).await?;
    let sdk = Sdk::new(config.aws.clone());
    let aws = sdk.config(process::TIMEOUTS);
    let clients = Clients::new(&config, &aws)?;
    let claims = config.idempotency.as_ref().map(|it| DynamoDbClaims::new(&aws, it.table.clone()));
    // What the first batch would have to wait for.
    if claims.is_some() {
        DynamoDbClaims::connect(&sdk, &aws).await;
    }
    sdk.initialised();

    let idempotency = Idempotency::new(claims, config.idempotency.map(|it| it.window).unwrap_or_default());
    let (queue, payloads) = (SqsQueue::new(&aws), S3PayloadStore::new(&aws, config.payload_bucket));
    let batch = &Batch::new(config.delivery, clients, config.queue, queue, idempotency, payloads);
    let handle =
        async |event: LambdaEvent<BatchEvent>| Ok::<_, Infallible>(batch.handle(event.payload, &event.context).await);
    Runtime::new(service_fn(handle)).run().await
}
