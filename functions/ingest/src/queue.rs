//! The port to the intake queue and its SQS adapter.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use hookline_aws::{PortError, SEND_MESSAGE, SdkConfig, send_message};
use hookline_telemetry::Trace;

/// The port to the intake queue.
pub trait SendEvent: Send + Sync + 'static {
    /// Sends a JSON message with its trace header. Returns after the queue has confirmed the message.
    ///
    /// # Errors
    ///
    /// [`PortError`]: it is unknown whether the queue has the message. The sender must send the request again.
    fn send_event(
        &self,
        queue_url: &str,
        message: String,
        trace: Option<&Trace>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// The adapter for Amazon SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue(Client);

impl SqsQueue {
    /// Creates the client. Opens no connection.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }
}

impl SendEvent for SqsQueue {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), PortError> {
        let mut request = self.0.send_message().queue_url(queue_url).message_body(message);
        if let Some(trace) = trace {
            let header = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header());
            let header = header.build().map_err(|error| PortError::new(SEND_MESSAGE, error))?;
            request = request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
        }
        send_message(request).await
    }
}
