use hookline_aws::{Sdk, SecretsManager};
use lambda_runtime::Error;

use crate::config::{Config, TIMEOUTS};
use crate::github::GithubClient;
use crate::handler::Handler;
use crate::state::DynamoDbStateStore;

/// Builds the handler with its clients. They open no connection yet.
///
/// # Errors
///
/// [`ClientError`](crate::ClientError): the HTTP client for GitHub cannot be created.
pub fn assemble(config: Config) -> Result<Handler<SecretsManager, DynamoDbStateStore>, Error> {
    let github = GithubClient::new(config.aws.trust_store.for_destinations())?;
    let sdk = Sdk::new(config.aws);
    let aws = sdk.config(TIMEOUTS);
    sdk.finish_initialization();
    let states = DynamoDbStateStore::new(&aws, config.table);
    Ok(Handler::new(config.sources, github, (SecretsManager::new(&aws), config.secrets), states))
}
