//! Invokes a Lambda function asynchronously with the CloudEvent in JSON.
//!
//! API: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use hookline_event::Event;
use serde::Deserialize;

use super::arn::{Arn, ArnFormat};
use super::attempt::{Attempt, before_deadline};
use super::cloud_event::JsonFormat;
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use super::{aws, eventbridge_json, limits};
use crate::failure::Failure;

const FUNCTION: ArnFormat = ArnFormat {
    service: "lambda",
    prefix: "function:",
    expected: "a function, such as arn:aws:lambda:eu-central-1:123456789012:function:orders:live",
    is_regional: true,
};

/// Lambda parses the event before it accepts it, so the rules of EventBridge for JSON are used.
const FORMAT: JsonFormat = JsonFormat {
    inline_bytes: limits::LAMBDA_EVENT_BYTES - 1,
    max_bytes: limits::LAMBDA_EVENT_BYTES - 1,
    is_readable: eventbridge_json::is_accepted,
    rewrite: |json| json,
};

/// The configuration of a Lambda destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The ARN of the function, with an optional version or alias.
    function: String,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Lambda {
    function: Arn,
}

impl Kind for Lambda {
    const NAME: &'static str = "lambda";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        Ok(Self { function: Arn::parse(&config.function, FUNCTION)? })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let headers = vec![("X-Amz-Invocation-Type".to_owned(), InvocationType::Event.as_str().to_owned())];
        Ok(Preview { target: self.function.text.clone(), headers, body: FORMAT.write(event, 0)?.into() })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let payload = Blob::new(FORMAT.write(event, 0)?);
        let client = attempt.clients.lambda(&self.function.region);
        // Lambda responds before it invokes the function. The SDK adds the header by which Lambda detects loops.
        let invoke = client.invoke().function_name(&self.function.text).invocation_type(InvocationType::Event);
        let invoke = Box::pin(invoke.payload(payload).send());
        let failure = |error| aws::call_failure("lambda", hookline_aws::Failure::from_sdk_error(&error));
        before_deadline(attempt.deadline, async { invoke.await.map(|_| ()).map_err(failure) }).await
    }
}
