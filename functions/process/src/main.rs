//! Entry point of the process function: reads the configuration, builds the handler and starts the Lambda runtime.

// The futures of the SDK are deeply nested, and all of them are part of one future here.
#![recursion_limit = "256"]

use hookline_aws::{ConfigurationError, Service};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use process::{BatchEvent, Config, assemble};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let build = async |config, _| Ok(assemble(config).await?);
    let service = &Service::start("process", Config::read, build).await?;
    let handle = async |event: LambdaEvent<BatchEvent>| {
        // Without the configuration, the invocation fails and SQS delivers the batch again.
        Ok::<_, ConfigurationError>(service.handler().await?.handle(event.payload, &event.context).await)
    };
    Runtime::new(service_fn(handle)).run().await
}
