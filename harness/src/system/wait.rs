use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

const POLL: Duration = Duration::from_millis(20);

/// Asks until there is an answer, for as long as `limit`; `what` names it in the error.
pub(crate) async fn until<T, F: Future<Output = Result<Option<T>>>>(
    what: &str,
    limit: Duration,
    mut ask: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if Instant::now() >= deadline {
            bail!("waited {} s in vain: {what}", limit.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
}
