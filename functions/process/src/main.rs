//! Assembles the process function.

use std::convert::Infallible;
use std::error::Error;

use hookline_environment::Variables;
use process::{Batch, Bucket, Config, IdempotencyConfig, Once, Table};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<Infallible, Box<dyn Error>> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = Config::read(Variables::new(&lookup));
    let config = hookline_telemetry::start("process", config, |it| (it.log_level, it.service.clone()))?;

    let aws = config.aws;
    let table = |it: &IdempotencyConfig| Table::new(aws.clone(), it.table.clone());
    let window = config.idempotency.as_ref().map(|it| it.window).unwrap_or_default();
    let once = Once::new(config.idempotency.as_ref().map(table), window);
    // What the first batch would have to wait for.
    if config.idempotency.is_some() {
        aws.look_up(&[hookline_aws::DYNAMODB]);
        aws.connect(hookline_aws::DYNAMODB).await;
    }
    let payloads = Bucket { client: aws.clone(), name: config.payload_bucket };
    let batch = Batch::new(config.delivery, config.queue, aws, once, payloads);
    Ok(hookline_runtime::run(config.runtime_api, async |event| batch.handle(&event).await).await?)
}
