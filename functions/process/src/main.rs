//! Assembles the process function.

use std::sync::Arc;

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_s3::Client as S3;
use aws_sdk_sqs::Client as Sqs;
use hookline_environment::Variables;
use lambda_runtime::{Error, service_fn};
use process::{Batch, Bucket, Config, IdempotencyConfig, Once, Table};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = Config::read(Variables::new(&lookup));
    let config = hookline_telemetry::start("process", config, |it| (it.log_level, it.service.clone()))?;

    let sdk = config.sdk;
    let table = |it: &IdempotencyConfig| Table { client: DynamoDb::new(&sdk), name: it.table.clone() };
    let window = config.idempotency.as_ref().map(|it| it.window).unwrap_or_default();
    let once = Once::new(config.idempotency.as_ref().map(table), window);
    let payloads = Bucket { client: S3::new(&sdk), name: config.payload_bucket };
    let batch = Arc::new(Batch::new(config.delivery, config.queue, Sqs::new(&sdk), once, payloads));
    lambda_runtime::run(service_fn(move |event| Arc::clone(&batch).handle(event))).await
}
