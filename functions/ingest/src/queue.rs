use std::future::Future;

use hookline_aws::{Client, Operation, SQS, Sent};
use hookline_telemetry::Trace;
use memchr::memchr2;
use serde_json::json;

/// The queue has not confirmed: whether it has the event is unknown, and the sender has to send it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not confirm: {detail}")]
pub struct SendError {
    /// Why not, after all attempts.
    pub detail: String,
}

/// Puts one event on the queue.
pub trait SendEvent: Send + Sync + 'static {
    /// Returns once the queue has confirmed; the message, which is JSON, carries the trace on.
    fn send_event(
        &self,
        queue_url: &str,
        message: String,
        trace: Option<&Trace>,
    ) -> impl Future<Output = Result<(), SendError>> + Send;
}

impl SendEvent for Client {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), SendError> {
        let sent = self.call::<Sent>(Operation::json(SQS, "SendMessage", parameters(queue_url, &message, trace))).await;
        sent.map(|_| ()).map_err(|error| SendError { detail: error.to_string() })
    }
}

/// What is asked, in one allocation: a message is as long as its webhook.
fn parameters(queue_url: &str, message: &str, trace: Option<&Trace>) -> String {
    let header = |trace: &Trace| json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": trace.header() } });
    let rest = match trace.map(header) {
        Some(attributes) => json!({ "QueueUrl": queue_url, "MessageSystemAttributes": attributes }),
        None => json!({ "QueueUrl": queue_url }),
    };
    let rest = rest.to_string();
    let mut parameters = String::with_capacity(message.len() + QUOTES + rest.len());
    parameters.push_str("{\"MessageBody\":\"");
    push_escaped(&mut parameters, message);
    parameters.push_str("\",");
    parameters.push_str(rest.trim_start_matches('{'));
    parameters
}

/// More than an event's own members have of what is escaped, and the member's name.
const QUOTES: usize = 128;

/// JSON as a string of JSON. It is compact, as `serde_json` writes it, so that there are only quotes and backslashes to
/// escape; most of it is the payload's base64, which has neither.
fn push_escaped(to: &mut String, json: &str) {
    let mut rest = json;
    while let Some((plain, special)) = memchr2(b'"', b'\\', rest.as_bytes()).and_then(|at| rest.split_at_checked(at)) {
        to.push_str(plain);
        to.push('\\');
        let (special, after) = special.split_at(1);
        to.push_str(special);
        rest = after;
    }
    to.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    proptest! {
        #[test]
        fn a_message_is_escaped_as_serde_escapes_it(text in any::<String>()) {
            let message = json!({ "id": text }).to_string();
            let sent: Value = serde_json::from_str(&parameters("https://sqs/\"q\"", &message, None)).unwrap();
            prop_assert_eq!(sent, json!({ "MessageBody": message, "QueueUrl": "https://sqs/\"q\"" }));
        }
    }

    #[test]
    fn the_trace_goes_along() {
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
        let sent: Value = serde_json::from_str(&parameters("q", "{}", trace.as_ref())).unwrap();
        let header = &sent["MessageSystemAttributes"]["AWSTraceHeader"];
        assert_eq!(header["StringValue"], trace.unwrap().header());
    }
}
