//! Entry point of the ingest function: reads the configuration, builds the handler and starts the Lambda runtime.

// The SDK's futures are nested deeply, and the handler's future contains all of them.
#![recursion_limit = "256"]

use std::convert::Infallible;

use hookline_aws::Service;
use ingest::{Config, assemble, reject};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let build = async |config, started| Ok(assemble(config, started).await);
    let service = &Service::start("ingest", Config::read, build).await?;
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        let (event, invocation) = (event.payload.get(), &event.context);
        Ok::<_, Infallible>(match service.handler().await {
            Ok(handler) => handler.handle(event, invocation).await,
            Err(error) => reject(event, invocation, error.into()).await,
        })
    };
    Runtime::new(service_fn(handle)).run().await
}
