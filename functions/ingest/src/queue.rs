use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use hookline_environment::describe;
use hookline_telemetry::Trace;

/// The queue has not confirmed: whether it has the event is unknown, and the sender has to send it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not confirm: {detail}")]
pub struct SendError {
    /// What the SDK says, after its own attempts.
    pub detail: String,
}

/// Puts one event on the queue.
pub trait SendEvent: Send + Sync + 'static {
    /// Returns once the queue has confirmed; the message carries the trace on.
    fn send_event(
        &self,
        queue_url: &str,
        message: String,
        trace: Option<&Trace>,
    ) -> impl Future<Output = Result<(), SendError>> + Send;
}

impl SendEvent for Client {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), SendError> {
        let mut send = self.send_message().queue_url(queue_url).message_body(message);
        if let Some(trace) = trace {
            let header =
                MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header()).build();
            let header = header.map_err(|error| SendError { detail: error.to_string() })?;
            send = send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
        }
        send.send().await.map(|_| ()).map_err(|error| SendError { detail: describe(&error) })
    }
}
