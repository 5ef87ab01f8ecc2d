//! Process, assembled with the SDK's clients; its destination is HTTP, as in the function itself.

// The SDK's futures are nested deeply, and here they are all in one.
#![recursion_limit = "256"]

use std::convert::Infallible;
use std::error::Error;

use aws_config::BehaviorVersion;
use bench_sdk_defaults::{Bucket, Queue, Table};
use hookline_environment::Variables;
use process::{Batch, Config, Once};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<Infallible, Box<dyn Error>> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = Config::read(Variables::new(&lookup));
    let config = hookline_telemetry::start("process", config, |it| (it.log_level, it.service.clone()))?;

    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let table = config.idempotency.as_ref();
    let table = table.map(|it| Table { client: aws_sdk_dynamodb::Client::new(&sdk), name: it.table.clone() });
    let window = config.idempotency.as_ref().map(|it| it.window).unwrap_or_default();
    let payloads = Bucket { client: aws_sdk_s3::Client::new(&sdk), name: config.payload_bucket };
    let queue = Queue(aws_sdk_sqs::Client::new(&sdk));
    let batch = Batch::new(config.delivery, config.queue, queue, Once::new(table, window), payloads);
    Ok(hookline_runtime::run(config.runtime_api, async |event| batch.handle(&event).await).await?)
}
