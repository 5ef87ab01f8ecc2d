use aws_sdk_dynamodb::Client;
use hookline_aws::{Bucket, Sdk};

use crate::batch::BatchHandler;
use crate::config::{Config, TIMEOUTS};
use crate::destinations::Clients;
use crate::egress::EgressError;
use crate::event_log::SdkEventLog;
use crate::idempotency::{DynamoDbClaimStore, Idempotency};
use crate::listen::SdkCopies;
use crate::queue::{S3PayloadStore, SqsQueue};

/// The handler with the adapters for AWS.
pub type SdkHandler = BatchHandler<SqsQueue, DynamoDbClaimStore, S3PayloadStore>;

/// Builds the clients and the handler.
///
/// # Errors
///
/// [`EgressError`]: the client for destinations cannot be built.
pub async fn assemble(config: Config) -> Result<SdkHandler, EgressError> {
    let sdk = Sdk::new(config.aws);
    let aws = sdk.config(TIMEOUTS);
    let clients = Clients::new(config.clients, &aws)?;
    let claims = config.idempotency.as_ref().map(|table| DynamoDbClaimStore::new(&aws, table.table.clone()));
    // The first batch would otherwise wait for this connection.
    if claims.is_some() {
        DynamoDbClaimStore::connect(&sdk, &aws).await;
    }
    sdk.finish_initialization();

    let event_log = config.event_log.map(|settings| {
        // Each client parses a table of all partitions.
        let client = claims.as_ref().map_or_else(|| Client::new(&aws), |claims| claims.client().clone());
        let bucket = Bucket::new(&aws, config.payload_bucket.clone());
        (SdkEventLog::new(client, settings.table.clone(), bucket), settings)
    });
    let copies = claims.clone().filter(|_| config.listen).map(|table| SdkCopies::new(table, SqsQueue::new(&aws)));
    let (window, mode) = config.idempotency.map(|table| (table.window, table.mode)).unwrap_or_default();
    let idempotency = Idempotency::new(claims, window, mode);
    let (queue, payloads) = (SqsQueue::new(&aws), S3PayloadStore::new(&aws, config.payload_bucket));
    let handler = BatchHandler::new(config.delivery, clients, config.queue, queue, idempotency, payloads);
    let handler = match event_log {
        None => handler,
        Some((writer, settings)) => handler.with_event_log(settings, writer),
    };
    Ok(match copies {
        None => handler,
        Some(copies) => handler.with_listeners(copies),
    })
}
