//! Starts an execution of a Step Functions state machine with the CloudEvent in JSON. The deduplication key is the name
//! of the execution, so Step Functions itself rejects a repeat.
//!
//! API: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>.

use std::borrow::Cow;

use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use hookline_event::Event;
use hookline_telemetry::Trace;
use serde::Deserialize;

use super::arn::{Arn, ArnFormat};
use super::attempt::{Attempt, before_deadline};
use super::cloud_event::{self, JsonFormat};
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use super::{aws, eventbridge_json, limits};
use crate::failure::Failure;

const STATE_MACHINE: ArnFormat = ArnFormat {
    service: "states",
    prefix: "stateMachine:",
    expected: "a state machine, such as arn:aws:states:eu-central-1:123456789012:stateMachine:orders",
    is_regional: true,
};

/// The states read the numbers and the texts of the input, so the rules of EventBridge for JSON are used.
const FORMAT: JsonFormat = JsonFormat {
    inline_bytes: limits::EXECUTION_INPUT_BYTES,
    max_bytes: limits::EXECUTION_INPUT_BYTES,
    is_readable: eventbridge_json::is_accepted,
    rewrite: |json| json,
};

// Every identifier can be the name of an execution.
const _: () = assert!(cloud_event::MAX_IDENTIFIER_BYTES <= limits::EXECUTION_NAME);

/// The configuration of a Step Functions destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The ARN of the state machine, with an optional version or alias.
    state_machine: String,
}

/// A state machine.
#[derive(Debug)]
pub(crate) struct StepFunctions {
    state_machine: Arn,
}

/// The parts of a request.
struct Execution<'e> {
    name: Cow<'e, str>,
    input: String,
}

impl Kind for StepFunctions {
    const NAME: &'static str = "stepfunctions";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        Ok(Self { state_machine: Arn::parse(&config.state_machine, STATE_MACHINE)? })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let Execution { name, input } = execution(event)?;
        let headers = vec![("name".to_owned(), name.into_owned())];
        Ok(Preview { target: self.state_machine.text.clone(), headers, body: input.into() })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Execution { name, input } = execution(event)?;
        let client = attempt.clients.stepfunctions(&self.state_machine.region);
        let start = client.start_execution().state_machine_arn(&self.state_machine.text).name(name).input(input);
        let start = Box::pin(start.set_trace_header(attempt.trace.map(Trace::header)).send());
        let start = async {
            let Err(error) = start.await else { return Ok(()) };
            // An earlier attempt, or another message of the event, has started the execution.
            if error.as_service_error().is_some_and(StartExecutionError::is_execution_already_exists) {
                return Ok(());
            }
            Err(aws::call_failure("stepfunctions", hookline_aws::Failure::from_sdk_error(&error)))
        };
        before_deadline(attempt.deadline, start).await
    }
}

fn execution(event: &Event) -> Result<Execution<'_>, Failure> {
    Ok(Execution { name: cloud_event::identifier(event), input: FORMAT.write(event, 0)? })
}
