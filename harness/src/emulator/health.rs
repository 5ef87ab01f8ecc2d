use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Client;

/// Returns the URL of the health endpoint. LocalStack defines it, and other emulators have it too.
pub(super) fn health_url(endpoint: &str) -> String {
    format!("{endpoint}/_localstack/health")
}

/// Returns an HTTP client for the emulator.
pub(super) fn client(timeout: Duration) -> Result<Client> {
    Client::builder().no_proxy().timeout(timeout).build().context("cannot create an HTTP client")
}

/// Returns whether an emulator responds at an endpoint.
pub(crate) async fn is_ready(endpoint: &str) -> bool {
    let Ok(client) = client(Duration::from_secs(2)) else { return false };
    client.get(health_url(endpoint)).send().await.is_ok_and(|response| response.status().is_success())
}
