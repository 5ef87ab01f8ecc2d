//! A server that responds like AWS, for tests of the calls that this program makes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use hookline_event_log::Entry;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

use super::{Timeouts, emulator_config};
use crate::target::{FunctionNames, LogGroupNames, Resources, Target};

/// A call that has no response within this time fails.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(5),
    call: Duration::from_secs(5),
    attempts: 1,
};

/// A request: the operation, such as `Query`, or method and path without the query; and the body.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) body: Value,
}

/// The status and the body of a response.
pub(crate) type Response = (u16, Vec<u8>);

/// A running server. It ends with the runtime of the test.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeAws(Arc<Mutex<Vec<Call>>>);

impl FakeAws {
    /// Starts a server, and returns a deployment at its address.
    pub(crate) async fn start<F>(respond: impl Fn(Call) -> F + Clone + Send + Sync + 'static) -> (Self, Target)
    where
        F: Future<Output = Response> + Send,
    {
        let aws = Self::default();
        let recorded = aws.clone();
        let app = Router::new().fallback(async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()?.split('.').nth(1));
            let operation = operation.map_or_else(|| format!("{method} {}", uri.path()), str::to_owned);
            let call = Call { operation, body: serde_json::from_slice(&body).unwrap_or_default() };
            recorded.0.lock().unwrap().push(call.clone());
            let (status, body) = respond(call).await;
            (StatusCode::from_u16(status).unwrap(), [("content-type", "application/x-amz-json-1.0")], body)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (aws, target(&endpoint, TIMEOUTS))
    }

    /// Returns the bodies of the requests of an operation.
    pub(crate) fn calls(&self, operation: &str) -> Vec<Value> {
        let calls = self.0.lock().unwrap();
        calls.iter().filter(|call| call.operation == operation).map(|call| call.body.clone()).collect()
    }
}

/// Returns a deployment at an endpoint.
pub(crate) fn target(endpoint: &str, timeouts: Timeouts) -> Target {
    let names = |part: &str| format!("hookline-test-{part}");
    let queue = |part: &str| format!("{endpoint}/123456789012/hookline-test-{part}");
    Target {
        sdk: emulator_config(endpoint.to_owned(), timeouts),
        resources: Resources {
            queue_url: queue("intake"),
            queue_arn: String::new(),
            retry_queue_url: queue("retry"),
            retry_queue_arn: String::new(),
            dlq_url: queue("dlq"),
            dlq_arn: String::new(),
            function_names: FunctionNames { ingest: names("ingest"), process: names("process") },
            log_group_names: LogGroupNames { ingest: names("ingest"), process: names("process") },
            api_log_group_name: None,
        },
    }
}

/// Returns a response with JSON.
pub(crate) fn ok(body: &Value) -> Response {
    (200, body.to_string().into())
}

/// Returns the response of an operation that is not expected.
pub(crate) fn unexpected(call: &Call) -> Response {
    (400, json!({ "__type": "UnexpectedOperation", "message": call.operation }).to_string().into())
}

/// Returns the configuration of a function: of ingest with these sources, or of process with an event log. `None` for
/// another operation.
pub(crate) fn configuration(call: &Call, sources: &[&str]) -> Option<Response> {
    let function = call.operation.strip_prefix("GET /2015-03-31/functions/")?.strip_suffix("/configuration")?;
    let sources: Value = sources.iter().map(|name| ((*name).to_owned(), json!({ "sender": "github" }))).collect();
    let variables = match function {
        "hookline-test-ingest" => json!({ "HOOKLINE_SOURCES": sources.to_string() }),
        _ => json!({
            "HOOKLINE_DESTINATIONS": r#"{"audit":{"kind":"http"},"orders":{"kind":"http"}}"#,
            "HOOKLINE_RETRY": r#"{"base_seconds":10,"max_seconds":600,"give_up_seconds":86400,"jitter":"half"}"#,
            "HOOKLINE_BREAKER": r#"{"failures":5,"cool_down_seconds":30,"max_cool_down_seconds":300}"#,
            "HOOKLINE_EVENT_LOG": r#"{"table":"hookline-test-events","seconds":86400}"#,
            "HOOKLINE_IDEMPOTENCY_TABLE": "hookline-test-deliveries",
            "HOOKLINE_PAYLOAD_BUCKET": "hookline-test-payloads",
            "HOOKLINE_LOG_LEVEL": "info",
            "HOOKLINE_LISTEN": "true",
        }),
    };
    Some(ok(&json!({ "Environment": { "Variables": variables } })))
}

/// The table of an event log. It responds to `Query` as DynamoDB does: in order, with limits and positions of pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeIndex(Arc<Mutex<Vec<Value>>>);

impl FakeIndex {
    /// Adds an entry.
    pub(crate) fn add(&self, entry: &Entry) {
        self.0.lock().unwrap().push(attributes(entry));
    }

    /// Returns the response to a `Query` of the table or of its index by time.
    pub(crate) fn query(&self, request: &Value) -> Response {
        let value = |name: &str| request["ExpressionAttributeValues"][name]["S"].as_str();
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        let (name, key) = match value(":source") {
            Some(source) => ("source", source),
            None => ("event", value(":event").unwrap_or_default()),
        };
        let (since, until) = (value(":since").unwrap_or_default(), value(":until").unwrap_or("~"));
        let is_in_range = |position: &str| (since..=until).contains(&position);
        let mut items = self.0.lock().unwrap().clone();
        items.retain(|item| text(item, name) == key && is_in_range(&text(item, "position")));
        let order = |item: &Value| (text(item, "position"), text(item, "event"));
        items.sort_by_key(order);
        if request["ScanIndexForward"] == false {
            items.reverse();
        }
        if let Some(start) = request.get("ExclusiveStartKey") {
            let index = items.iter().position(|item| order(item) == order(start));
            items.drain(..=index.unwrap());
        }
        let limit = request["Limit"].as_u64().and_then(|limit| limit.try_into().ok()).unwrap_or(usize::MAX);
        let has_more = items.len() >= limit;
        items.truncate(limit);
        let mut response = json!({ "Count": items.len(), "Items": items });
        if let Some(last) = items.last().filter(|_| has_more) {
            let key = ["event", "position", "source"].map(|name| (name.to_owned(), last[name].clone()));
            response["LastEvaluatedKey"] = Value::Object(key.into_iter().collect());
        }
        ok(&response)
    }
}

/// Returns the item of an entry in DynamoDB's JSON.
fn attributes(entry: &Entry) -> Value {
    fn typed(value: &Value) -> Value {
        match value {
            Value::Null => json!({ "NULL": true }),
            Value::Bool(value) => json!({ "BOOL": value }),
            Value::Number(number) => json!({ "N": number.to_string() }),
            Value::String(text) => json!({ "S": text }),
            Value::Array(values) => json!({ "L": values.iter().map(typed).collect::<Vec<_>>() }),
            Value::Object(members) => {
                json!({ "M": members.iter().map(|(name, value)| (name, typed(value))).collect::<HashMap<_, _>>() })
            }
        }
    }
    typed(&serde_json::to_value(entry).unwrap())["M"].take()
}

/// Lets calls pass only when this many of them wait at the same time, so that calls one after the other time out.
pub(crate) fn gate(calls: usize) -> Arc<Barrier> {
    Arc::new(Barrier::new(calls))
}
