use std::future::Future;

use hookline_aws::{Client, Operation, SQS, Sent};
use hookline_telemetry::Trace;
use serde::Serialize;
use serde_json::{Value, json};

/// The queue has not confirmed: whether it has the event is unknown, and the sender has to send it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not confirm: {detail}")]
pub struct SendError {
    /// Why not, after all attempts.
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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'a> {
    queue_url: &'a str,
    message_body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_system_attributes: Option<Value>,
}

impl SendEvent for Client {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), SendError> {
        let header = trace.map(Trace::header);
        let message_system_attributes =
            header.map(|header| json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": header } }));
        let send = SendMessage { queue_url, message_body: &message, message_system_attributes };
        let failed = |detail: &dyn std::fmt::Display| SendError { detail: detail.to_string() };
        let body = serde_json::to_string(&send).map_err(|error| failed(&error))?;
        let sent = self.call::<Sent>(Operation::json(SQS, "SendMessage", body)).await;
        sent.map(|_| ()).map_err(|error| failed(&error))
    }
}
