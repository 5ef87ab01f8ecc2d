//! Entry point of the recover function: reads the configuration, builds the handler and starts the Lambda runtime.

// The futures of the SDK are deeply nested, and all of them are part of one future here.
#![recursion_limit = "256"]

use hookline_aws::{ConfigurationError, Service};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use recover::{Config, assemble};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let build = async |config, _| assemble(config);
    let service = &Service::start("recover", Config::read, build).await?;
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        let handler = service.handler().await?;
        handler.handle(event.payload.get(), &event.context).await;
        Ok::<_, ConfigurationError>(())
    };
    Runtime::new(service_fn(handle)).run().await
}
