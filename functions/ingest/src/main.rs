//! Assembles the ingest function.

use std::convert::Infallible;
use std::error::Error;

use hookline_aws::Aws;
use hookline_environment::Variables;
use hookline_secrets::SecretCache;
use ingest::{Bucket, Config, Handler, Intake};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<Infallible, Box<dyn Error>> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = Config::read(Variables::new(&lookup));
    let config = hookline_telemetry::start("ingest", config, |it| (it.log_level, it.service.clone()))?;

    let aws = Aws::new(config.aws);
    let secrets = SecretCache::new(aws.client(ingest::SECRETS_PATIENCE), config.secrets);
    let queue = aws.client(ingest::QUEUE_PATIENCE);
    let bucket = Bucket { client: aws.client(ingest::BUCKET_PATIENCE), name: config.payload_bucket };
    let intake = Intake::new(config.intake, secrets, queue.clone(), bucket);
    // What the first event would have to wait for.
    queue.look_up(&[hookline_aws::SECRETS_MANAGER, hookline_aws::SQS]);
    tokio::join!(intake.prepare(), queue.connect(hookline_aws::SQS));
    let handler = Handler::new(intake);
    Ok(hookline_runtime::run(config.runtime_api, async |event| handler.handle(&event).await).await?)
}
