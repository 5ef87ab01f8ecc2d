use std::path::Path;

use anyhow::Result;
use reqwest::Client;

use super::calls::Calls;
use super::{api, services};
use crate::emulator::{Capabilities, Capability};

/// Creates what does not exist. `sink` is the sink's URL without a path, and `function` the package of the function.
pub(in crate::stack) async fn create(
    endpoint: &str,
    capabilities: &Capabilities,
    sink: &str,
    function: &Path,
) -> Result<()> {
    let http = Client::builder().no_proxy().build()?;
    let calls = Calls { http: &http, endpoint };
    let has = |capability| capabilities.unavailable_reason(capability).is_none();
    services::create_role(calls).await?;
    services::create_queues_and_topic(calls).await?;
    services::create_function(calls, function).await?;
    services::create_buckets(calls).await?;
    if has(Capability::StepFunctions) {
        services::create_state_machine(calls).await?;
    }
    if has(Capability::Firehose) {
        services::create_stream(calls).await?;
    }
    if has(Capability::Iam) {
        api::create(calls, sink).await?;
    }
    Ok(())
}

/// Deletes everything that [`create`] has created on an emulator that the harness does not end.
pub(in crate::stack) async fn delete(endpoint: &str) -> Result<()> {
    let http = Client::builder().no_proxy().build()?;
    let calls = Calls { http: &http, endpoint };
    services::delete(calls).await?;
    api::delete(calls).await
}
