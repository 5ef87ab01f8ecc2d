//! Assembles the ingest function.

use std::sync::Arc;

use aws_sdk_s3::Client as S3;
use aws_sdk_secretsmanager::Client as SecretsManager;
use aws_sdk_sqs::Client as Sqs;
use hookline_environment::Variables;
use hookline_secrets::SecretCache;
use ingest::{Bucket, Config, Handler, Intake};
use lambda_runtime::{Error, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = Config::read(Variables::new(&lookup));
    let config = hookline_telemetry::start("ingest", config, |it| (it.log_level, it.service.clone()))?;

    let store = SecretsManager::new(&config.aws.sdk_config(ingest::SECRETS_PATIENCE));
    let queue = Sqs::new(&config.aws.sdk_config(ingest::QUEUE_PATIENCE));
    let s3 = S3::new(&config.aws.sdk_config(ingest::BUCKET_PATIENCE));
    let bucket = Bucket { client: s3, name: config.payload_bucket };
    let intake = Intake::new(config.intake, SecretCache::new(store, config.secrets), queue, bucket);
    let handler = Arc::new(Handler::new(intake));
    lambda_runtime::run(service_fn(move |event| Arc::clone(&handler).handle(event))).await
}
