use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use hookline_aws::{PortError, SEND_MESSAGE, SdkConfig, send_message};
use hookline_telemetry::Trace;

/// The port to the intake queue.
pub trait SendEvent: Send + Sync + 'static {
    /// Sends a message, which is JSON and carries the trace on. Returns once the queue has confirmed; after an error it is
    /// unknown whether the queue has the event, and the sender has to send it again.
    fn send_event(
        &self,
        queue_url: &str,
        message: String,
        trace: Option<&Trace>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Amazon SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue(Client);

impl SqsQueue {
    /// Opens no connection yet.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }
}

impl SendEvent for SqsQueue {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), PortError> {
        let mut send = self.0.send_message().queue_url(queue_url).message_body(message);
        if let Some(trace) = trace {
            let header = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header());
            let header = header.build().map_err(|error| PortError::new(SEND_MESSAGE, error))?;
            send = send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
        }
        send_message(send).await
    }
}
