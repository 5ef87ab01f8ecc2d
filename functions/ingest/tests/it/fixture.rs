//! The function with its configuration, and gateway events.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_aws::{SecretCache, Stage, Variables};
use hookline_event::{Event, Payload};
use hookline_senders::SchemeSource;
use hookline_signature::{Message, Secret};
use ingest::{Config, Handler, Intake};
use lambda_runtime::Context;
use serde_json::{Value, json};

pub(crate) use crate::test_adapters::{
    QueueBehavior, SecretStoreBehavior, TestPayloadStore, TestQueue, TestSecretStore,
};

/// The function with a scripted secret store, queue and payload store.
pub(crate) struct Function {
    handler: Handler<TestSecretStore, TestQueue, TestPayloadStore>,
    pub(crate) secrets: TestSecretStore,
    pub(crate) queue: TestQueue,
    pub(crate) payloads: TestPayloadStore,
}

/// A complete environment in which one variable is replaced, or removed by `None`.
pub(crate) fn environment(name: &str, replacement: Option<&str>) -> impl Fn(&str) -> Option<String> + use<> {
    let sources = json!({
        "github": { "sender": "github" },
        "acme": { "scheme": { "signature": { "in": ["header:X-Acme-Signature"], "prefix": "v1=", "encoding": "base64" } } },
        "strict": { "sender": "github", "content_types": ["application/json"], "validate_json": true },
        "bird": {
            "scheme": {
                "signature": { "in": ["header:X-Bird-Signature"] }, "message": "{timestamp}.{body}",
                "timestamp": { "in": "header:X-Bird-Time" },
            },
            "tolerance_seconds": 14400,
        },
        "late": {
            "scheme": {
                "signature": { "in": ["header:X-Signature"] }, "message": "{timestamp}.{body}",
                "timestamp": { "in": "header:X-Timestamp" },
            },
            "tolerance_seconds": 1_296_000,
        },
        "xml": { "sender": "github", "content_types": ["application/xml"] },
        "bitbucket": { "sender": "bitbucket" },
        "gitlab": { "sender": "gitlab" },
        "linear": { "sender": "linear" },
        "pagerduty": { "sender": "pagerduty" },
        "shopify": { "sender": "shopify" },
        "slack": { "sender": "slack" },
        "standard": { "sender": "standard" },
        "stripe": { "sender": "stripe" },
        "twilio": { "sender": "twilio" },
        "teapot": {
            "sender": "github", "response": { "status": 201, "content_type": "text/x-custom", "body": "[accepted]" },
        },
        "forwarding": {
            "sender": "github",
            "forward_headers": ["X-GitHub-Event", "User-Agent", "X-Hub-Signature-256", "X-Long", "Authorization", "Ce-Id"],
        },
        "token": { "sender": "gitlab", "forward_headers": ["X-Gitlab-Token", "x-gitlab-event"] },
        "asana": { "sender": "asana" },
        "dropbox": { "sender": "dropbox" },
        "graph": { "sender": "microsoft-graph" },
        "meta": { "sender": "meta" },
        "monday": { "sender": "monday" },
        "notion": { "sender": "notion" },
        "okta": { "sender": "okta" },
        "trello": { "sender": "trello" },
        "x": { "sender": "x" },
        "zoom": { "sender": "zoom" },
    });
    let mut variables = HashMap::from([
        ("HOOKLINE_SOURCES".to_owned(), sources.to_string()),
        ("HOOKLINE_QUEUE_URL".to_owned(), "https://sqs.test/intake".to_owned()),
        ("HOOKLINE_PREFIX".to_owned(), "hookline-test".to_owned()),
        ("HOOKLINE_SECRET_TTL_SECONDS".to_owned(), "300".to_owned()),
        ("HOOKLINE_SECRET_REFRESH_SECONDS".to_owned(), "30".to_owned()),
        ("HOOKLINE_PAYLOAD_BUCKET".to_owned(), "payloads".to_owned()),
        ("HOOKLINE_MAX_MESSAGE_BYTES".to_owned(), "262144".to_owned()),
        ("HOOKLINE_LOG_LEVEL".to_owned(), "info".to_owned()),
        ("AWS_LAMBDA_RUNTIME_API".to_owned(), "127.0.0.1:9001".to_owned()),
        ("AWS_REGION".to_owned(), "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID".to_owned(), "key".to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), "secret".to_owned()),
    ]);
    match replacement {
        Some(value) => variables.insert(name.to_owned(), value.to_owned()),
        None => variables.remove(name),
    };
    move |name| variables.get(name).cloned()
}

/// The intake of the test configuration with its adapters.
fn test_intake(
    lookup: &dyn Fn(&str) -> Option<String>,
) -> (Intake<TestSecretStore, TestQueue, TestPayloadStore>, TestSecretStore, TestQueue, TestPayloadStore) {
    let config = Config::read(Variables::new(lookup)).unwrap();
    let secrets = TestSecretStore::default();
    let (queue, payloads) = (TestQueue::default(), TestPayloadStore::default());
    for source in SOURCES.into_iter().chain([
        "forwarding",
        "token",
        "strict",
        "bird",
        "late",
        "teapot",
        "asana",
        "meta",
        "x",
        "zoom",
    ]) {
        secrets.set(source, Stage::Current, secret_for(source));
    }
    let cache = SecretCache::new(secrets.clone(), config.secrets);
    let intake = Intake::new(config.intake, cache, queue.clone(), payloads.clone());
    (intake, secrets, queue, payloads)
}

impl Function {
    pub(crate) fn new() -> Self {
        Self::with_variable("", "")
    }

    /// Creates the function with another value of a variable.
    pub(crate) fn with_variable(name: &str, value: &str) -> Self {
        let (intake, secrets, queue, payloads) = test_intake(&environment(name, Some(value)));
        Self { handler: Handler::new(intake), secrets, queue, payloads }
    }

    /// Starts the function like its `main`, while the secret store behaves like this.
    pub(crate) async fn after_initialization(behavior: SecretStoreBehavior) -> Self {
        let started = tokio::time::Instant::now();
        let (intake, secrets, queue, payloads) = test_intake(&environment("", None));
        secrets.set_behavior(behavior);
        intake.prefetch_secrets().await;
        let handler = Handler::new(intake).with_initialization(started.elapsed());
        Self { handler, secrets, queue, payloads }
    }

    /// Handles a gateway event. Returns status, headers and the body as JSON, or as text if it is not JSON.
    pub(crate) async fn call(&self, event: Value) -> (i64, Value, Value) {
        let response = self.invoke(event.to_string()).await;
        let text = response["body"].as_str().unwrap();
        let body = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        (response["statusCode"].as_i64().unwrap(), response["headers"].clone(), body)
    }

    /// Handles a gateway event. Returns the response in Lambda's JSON.
    pub(crate) async fn invoke(&self, event: impl AsRef<str>) -> Value {
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(10);
        let mut invocation = Context::default();
        invocation.deadline = deadline.as_millis().try_into().unwrap();
        invocation.xray_trace_id = Some(trace.to_owned());
        serde_json::to_value(self.handler.handle(event.as_ref(), &invocation).await).unwrap()
    }

    /// Handles a gateway event. Returns only the status.
    pub(crate) async fn status(&self, event: Value) -> i64 {
        self.call(event).await.0
    }

    pub(crate) fn queued_events(&self) -> Vec<Event<Payload>> {
        self.queue.messages.lock().unwrap().iter().map(|message| Event::from_json(message).unwrap()).collect()
    }
}

/// A request event of a REST API.
pub(crate) fn gateway_request(resource: &str, headers: &[(&str, &str)], body: &[u8]) -> Value {
    let mut multi_value: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, value) in headers {
        multi_value.entry(name).or_default().push(value);
    }
    json!({
        "resource": resource,
        "path": resource,
        "httpMethod": "POST",
        "headers": headers.iter().copied().collect::<HashMap<_, _>>(),
        "multiValueHeaders": multi_value,
        "queryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": { "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "stage": "live" },
        "body": STANDARD.encode(body),
        "isBase64Encoded": true,
    })
}

/// The request event of a webhook with only these headers.
pub(crate) fn webhook_request(source: &str, headers: &[(&str, &str)], body: &[u8]) -> Value {
    gateway_request(&format!("/webhooks/{source}"), headers, body)
}

pub(crate) const SOURCES: [&str; 12] = [
    "acme",
    "bitbucket",
    "github",
    "gitlab",
    "linear",
    "pagerduty",
    "shopify",
    "slack",
    "standard",
    "stripe",
    "twilio",
    "xml",
];

/// A valid secret for the source. Standard Webhooks needs a special format.
pub(crate) fn secret_for(source: &str) -> &'static str {
    if source == "standard" { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } else { SECRET }
}

/// The request event of a webhook that is signed like GitHub's.
pub(crate) fn github_request(event: &str, secret: &str, body: &[u8]) -> Value {
    let scheme = SchemeSource::sender("github").resolve().unwrap();
    let message = Message { body, ..Message::default() };
    let signature = &scheme.sign(message, &Secret::new(secret).unwrap()).unwrap().headers[0].1;
    let headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", event),
        ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("X-Hub-Signature-256", signature),
    ];
    webhook_request("github", &headers, body)
}

/// The request event of a source that accepts only valid JSON, signed like GitHub's.
pub(crate) fn strict_request(body: &[u8]) -> Value {
    let mut event = github_request("push", SECRET, body);
    event["resource"] = json!("/webhooks/strict");
    event
}

pub(crate) const SECRET: &str = "It's a Secret to Everybody";
