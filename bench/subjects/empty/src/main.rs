//! The baseline: the cost of `lambda_runtime` itself. This function accepts any event and returns a response that is a
//! success both for API Gateway (status 202) and for SQS (no failed records).

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(respond)).await
}

async fn respond(_: LambdaEvent<IgnoredAny>) -> Result<Value, Infallible> {
    Ok(json!({ "statusCode": 202, "body": "{}", "batchItemFailures": [] }))
}
