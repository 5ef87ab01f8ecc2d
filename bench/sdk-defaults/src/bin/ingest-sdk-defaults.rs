//! Ingest, assembled with the SDK's clients.

// The SDK's futures are nested deeply, and here they are all in one.
#![recursion_limit = "256"]

use std::convert::Infallible;
use std::error::Error;

use aws_config::BehaviorVersion;
use bench_sdk_defaults::{Bucket, Queue, Secrets};
use hookline_environment::Variables;
use hookline_secrets::SecretCache;
use ingest::{Config, Handler, Intake};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<Infallible, Box<dyn Error>> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = Config::read(Variables::new(&lookup));
    let config = hookline_telemetry::start("ingest", config, |it| (it.log_level, it.service.clone()))?;

    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let secrets = SecretCache::new(Secrets(aws_sdk_secretsmanager::Client::new(&sdk)), config.secrets);
    let bucket = Bucket { client: aws_sdk_s3::Client::new(&sdk), name: config.payload_bucket };
    let intake = Intake::new(config.intake, secrets, Queue(aws_sdk_sqs::Client::new(&sdk)), bucket);
    let handler = Handler::new(intake);
    Ok(hookline_runtime::run(config.runtime_api, async |event| handler.handle(&event).await).await?)
}
