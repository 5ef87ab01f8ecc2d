use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::answer::Answer;
use crate::error::RuntimeError;

/// One event and what Lambda says of it.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next>
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's id of the request.
    pub request_id: String,
    /// When the function's time is over.
    pub deadline: SystemTime,
    /// X-Ray's header, if Lambda gives one.
    pub trace: Option<String>,
    /// The event, as it came.
    pub event: Bytes,
}

impl Invocation {
    pub(crate) fn read(answer: Answer) -> Result<Self, RuntimeError> {
        let required = |name| answer.header(name).ok_or(RuntimeError::NoHeader { header: name });
        let deadline = required("lambda-runtime-deadline-ms")?.parse();
        let deadline = deadline.map_err(|_| RuntimeError::NoHeader { header: "lambda-runtime-deadline-ms" })?;
        Ok(Self {
            request_id: required("lambda-runtime-aws-request-id")?.to_owned(),
            deadline: UNIX_EPOCH + Duration::from_millis(deadline),
            trace: answer.header("lambda-runtime-trace-id").map(str::to_owned),
            event: answer.body.into(),
        })
    }

    /// What is left of the function's time.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.deadline.duration_since(SystemTime::now()).unwrap_or_default()
    }
}
