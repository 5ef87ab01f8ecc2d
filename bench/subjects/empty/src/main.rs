//! The floor: what `lambda_runtime` costs by itself. It takes any event and answers 202 or, for a batch, that all is well.

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(answer)).await
}

async fn answer(_: LambdaEvent<IgnoredAny>) -> Result<Value, Infallible> {
    Ok(json!({ "statusCode": 202, "body": "{}", "batchItemFailures": [] }))
}
