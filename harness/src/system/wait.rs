use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Pause between two checks of a condition.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Calls `check` until it returns a value. Fails after `limit`; `condition` describes the expected state in the error.
pub(crate) async fn until<T, F: Future<Output = Result<Option<T>>>>(
    condition: &str,
    limit: Duration,
    mut check: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = check().await? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            bail!("timed out after {} s: waited for {condition}", limit.as_secs());
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
