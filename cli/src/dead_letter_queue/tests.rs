//! A dead-letter queue for the tests of several modules.

use std::sync::{Arc, Mutex, MutexGuard};

use hookline_event::{DedupKey, Event, ForwardedHeaders, Payload};
use serde_json::{Value, json};

use crate::aws::fake::{Call, FakeAws, Response, ok, unexpected};
use crate::target::Target;

/// Returns an event as the ingest function queues it.
pub(crate) fn event(source: &str, id: &str) -> Event<Payload> {
    let path = format!("/webhooks/{source}");
    Event {
        id: id.to_owned(),
        event_type: format!("{source}.push"),
        time: "2026-01-01T00:00:00Z".to_owned(),
        content_type: Some("application/json".to_owned()),
        dedup_key: DedupKey::from_signed_id(&path, id),
        data_hash: None,
        recorded_time: None,
        sender_source: None,
        request_id: None,
        content_encoding: None,
        traceparent: None,
        hops: 0,
        forwarded: ForwardedHeaders::default(),
        payload_uri: None,
        replay: None,
        source: path,
        data: b"{}".to_vec().into(),
    }
}

/// The messages of a queue in a server that responds like SQS: a received message is hidden until it is made visible.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeQueue(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    visible: Vec<Value>,
    hidden: Vec<Value>,
    received: usize,
    /// The number of received messages after which `ReceiveMessage` fails.
    fails_after: Option<usize>,
}

impl FakeQueue {
    /// Starts a server with this number of messages, `m-0`, `m-1` and so on, that have failed at `orders`.
    pub(crate) async fn start(count: usize) -> (Self, Target) {
        let queue = Self::default();
        (0..count).for_each(|number| queue.add(number, "orders"));
        let server = queue.clone();
        let (_, target) = FakeAws::start(move |call| {
            let response = server.respond(&call).unwrap_or_else(|| unexpected(&call));
            async move { response }
        })
        .await;
        (queue, target)
    }

    /// Adds the message `m-<number>` of an event that has failed at this destination.
    pub(crate) fn add(&self, number: usize, destination: &str) {
        let attribute = |value: &str| json!({ "DataType": "String", "StringValue": value });
        let id = format!("m-{number}");
        let body = event("github", &format!("e-{number}")).to_json().unwrap();
        self.state().visible.push(json!({
            "MessageId": id, "ReceiptHandle": id, "Body": body, "MessageAttributes": {
                "reason": attribute("http_503"), "destination": attribute(destination), "attempts": attribute("3"),
                "first_seen": attribute(&number.to_string()),
            },
        }));
    }

    /// Lets the next receive fail after this number of messages.
    pub(crate) fn fail_after(&self, received: usize) {
        self.state().fails_after = Some(received);
    }

    /// Returns the number of messages that a reader has received.
    pub(crate) fn received(&self) -> usize {
        self.state().received
    }

    /// Returns the number of hidden messages.
    pub(crate) fn hidden(&self) -> usize {
        self.state().hidden.len()
    }

    /// Returns the number of visible messages.
    pub(crate) fn visible(&self) -> usize {
        self.state().visible.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Responds to a call of SQS; `None` for other calls.
    pub(crate) fn respond(&self, call: &Call) -> Option<Response> {
        let mut state = self.state();
        let body = &call.body;
        match call.operation.as_str() {
            "ReceiveMessage" if state.fails_after.is_some_and(|count| state.received >= count) => None,
            "ReceiveMessage" => {
                let count = state.visible.len().min(body["MaxNumberOfMessages"].as_u64().unwrap().try_into().unwrap());
                let messages: Vec<_> = state.visible.drain(..count).collect();
                state.received += count;
                state.hidden.extend(messages.iter().cloned());
                Some(ok(&json!({ "Messages": messages })))
            }
            "ChangeMessageVisibilityBatch" => {
                for entry in body["Entries"].as_array().unwrap() {
                    assert_eq!(entry["VisibilityTimeout"], 0);
                    let message = state.take(&entry["ReceiptHandle"]);
                    state.visible.push(message);
                }
                Some(ok(&json!({ "Successful": [], "Failed": [] })))
            }
            "DeleteMessage" => {
                state.take(&body["ReceiptHandle"]);
                Some(ok(&json!({})))
            }
            "SendMessage" => Some(ok(&json!({ "MessageId": "sent" }))),
            "GetQueueAttributes" => {
                let (visible, hidden) = (state.visible.len().to_string(), state.hidden.len().to_string());
                Some(ok(&json!({ "Attributes": {
                    "ApproximateNumberOfMessages": visible, "ApproximateNumberOfMessagesNotVisible": hidden,
                    "ApproximateNumberOfMessagesDelayed": "0",
                } })))
            }
            _ => None,
        }
    }
}

impl State {
    /// Takes a hidden message.
    fn take(&mut self, handle: &Value) -> Value {
        let index = self.hidden.iter().position(|message| &message["ReceiptHandle"] == handle);
        self.hidden.remove(index.unwrap())
    }
}
