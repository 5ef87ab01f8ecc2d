use std::time::Instant;

use hookline_aws::{Sdk, SecretCache, SecretsManager};

use crate::config::{BUCKET_TIMEOUTS, Config, QUEUE_TIMEOUTS, SECRETS_TIMEOUTS};
use crate::handler::Handler;
use crate::intake::Intake;
use crate::payload::S3PayloadStore;
use crate::queue::SqsQueue;

/// The handler with the adapters for AWS.
pub type SdkHandler = Handler<SecretsManager, SqsQueue, S3PayloadStore>;

/// Builds the clients and the handler. The first request has waited since `started`.
pub async fn assemble(config: Config, started: Instant) -> SdkHandler {
    let sdk = Sdk::new(config.aws);
    let secrets = SecretsManager::new(&sdk.config(SECRETS_TIMEOUTS));
    let queue = SqsQueue::new(&sdk.config(QUEUE_TIMEOUTS));
    let payloads = S3PayloadStore::new(&sdk.config(BUCKET_TIMEOUTS), config.payload_bucket);
    let queue_url = config.intake.queue_url.clone();
    let intake = Intake::new(config.intake, SecretCache::new(secrets, config.secrets), queue, payloads);
    // Without this, the first request would wait for the secrets and for the connection to SQS.
    tokio::join!(intake.prefetch_secrets(), sdk.connect(&queue_url));
    sdk.finish_initialization();
    Handler::new(intake).with_initialization(started.elapsed())
}
