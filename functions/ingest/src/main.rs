//! Assembles the ingest function.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client as SecretsManager;
use aws_sdk_sqs::Client as Sqs;
use hookline_environment::Variables;
use ingest::{Config, Handler, Intake, SecretCache};
use lambda_runtime::{Error, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = hookline_telemetry::start(Config::read(Variables::new(&lookup)), |config| config.log_level)?;

    let store = SecretsManager::new(&config.aws.sdk_config(ingest::SECRETS_PATIENCE));
    let queue = Sqs::new(&config.aws.sdk_config(ingest::QUEUE_PATIENCE));
    let intake = Intake::new(config.intake, SecretCache::new(store, config.secrets), queue);
    let handler = Arc::new(Handler::new(intake));
    lambda_runtime::run(service_fn(move |event| Arc::clone(&handler).handle(event))).await
}
