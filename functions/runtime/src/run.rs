use std::convert::Infallible;
use std::panic::AssertUnwindSafe;

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
pub async fn run(
    address: String,
    handle: impl AsyncFn(Invocation) -> Bytes,
) -> Result<Infallible, RuntimeError> {
    let mut api = Api::new(address);
    loop {
        let invocation = api.next().await?;
        let request_id = invocation.request_id.clone();
        match AssertUnwindSafe(handle(invocation)).catch_unwind().await {
            Ok(answer) => api.answer(&request_id, answer).await?,
            Err(_) => api.failed(&request_id).await?,
        }
    }
}
