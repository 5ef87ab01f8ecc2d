use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;

use crate::api::Api;
use crate::error::RuntimeError;
use crate::invocation::Invocation;

/// Handles one event after the other, for as long as Lambda gives some. `address` is what Lambda has put into
/// `AWS_LAMBDA_RUNTIME_API`.
///
/// A handler always answers. One that panics has its event reported as failed, and the next one is handled all the same: what
/// it works on has to bear that.
///
/// # Errors
///
/// [`RuntimeError`]: there will be no more events.
pub async fn run(address: String, handle: impl AsyncFn(Invocation) -> Bytes) -> Result<Infallible, RuntimeError> {
    let mut api = Api::new(address);
    loop {
        let asked = Instant::now();
        let invocation = api.next()?;
        if asked.elapsed() > IDLE {
            look_around().await;
        }
        let request_id = invocation.request_id.clone();
        match AssertUnwindSafe(handle(invocation)).catch_unwind().await {
            Ok(answer) => api.answer(&request_id, &answer)?,
            Err(_) => api.failed(&request_id)?,
        }
    }
}

/// After so long, connections may have been closed at their other end.
const IDLE: Duration = Duration::from_millis(500);

/// While an event is waited for, nothing else runs: whatever has happened to idle connections meanwhile is taken note of before
/// somebody uses one. Once for the system to tell, once for those who wait for it.
async fn look_around() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}
