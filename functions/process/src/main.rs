//! Assembles the process function.

use std::sync::Arc;

use aws_sdk_sqs::Client as Sqs;
use hookline_environment::Variables;
use lambda_runtime::{Error, service_fn};
use process::{Batch, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = hookline_telemetry::start(Config::read(Variables::new(&lookup)), |config| config.log_level)?;

    let sqs = Sqs::new(&config.aws.sdk_config(process::PATIENCE));
    let batch = Arc::new(Batch::new(config.delivery, config.queue, sqs));
    lambda_runtime::run(service_fn(move |event| Arc::clone(&batch).handle(event))).await
}
