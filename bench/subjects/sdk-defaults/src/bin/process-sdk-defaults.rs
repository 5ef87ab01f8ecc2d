//! Process on the SDK's default settings: configuration, HTTP client, TLS and retries as `aws_config` makes them, and nothing
//! prepared during initialisation. Its destination is called as in the function itself.

// The futures of the SDK are nested deeply, and here they all are part of one.
#![recursion_limit = "256"]

use std::convert::Infallible;

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use process::{Batch, BatchEvent, Clients, Config, DynamoDbClaims, Idempotency, S3PayloadStore, SqsQueue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = hookline_aws::start("process", Config::read, |it| (it.log_level, it.service.clone())).await?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let clients = Clients::new(&config, &sdk)?;
    let claims = config.idempotency.as_ref().map(|it| DynamoDbClaims::new(&sdk, it.table.clone()));
    let idempotency = Idempotency::new(claims, config.idempotency.map(|it| it.window).unwrap_or_default());
    let (queue, payloads) = (SqsQueue::new(&sdk), S3PayloadStore::new(&sdk, config.payload_bucket));
    let batch = &Batch::new(config.delivery, clients, config.queue, queue, idempotency, payloads);
    let handle = async |event: LambdaEvent<BatchEvent>| {
        Ok::<_, Infallible>(batch.handle(event.payload, &event.context).await)
    };
    run(service_fn(handle)).await
}
