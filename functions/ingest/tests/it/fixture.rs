use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hookline_aws::{GetSecret, GetSecretError, PortError, SecretCache, Stage, Variables};
use hookline_event::{Event, Payload};
use hookline_signature::{Message, Scheme, Secret};
use hookline_telemetry::Trace;
use ingest::{Config, Handler, Intake, SendEvent, StorePayload};
use lambda_runtime::Context;
use serde_json::{Value, json};

/// The function with a scripted secret store and queue.
pub(crate) struct Function {
    handler: Handler<Secrets, Queue, Payloads>,
    pub(crate) secrets: Secrets,
    pub(crate) queue: Queue,
    pub(crate) payloads: Payloads,
}

/// The bodies that were kept, and whether any more are.
#[derive(Clone, Default)]
pub(crate) struct Payloads {
    pub(crate) kept: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(crate) down: Arc<Mutex<bool>>,
}

impl StorePayload for Payloads {
    async fn store_payload(&self, body: Bytes) -> Result<Payload, PortError> {
        if *self.down.lock().unwrap() {
            return Err(PortError::new("s3:PutObject", "down"));
        }
        let mut kept = self.kept.lock().unwrap();
        kept.push(body.to_vec());
        Ok(Payload::kept("payloads", &kept.len().to_string()))
    }
}

#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<Mutex<SecretsState>>);

#[derive(Default)]
struct SecretsState {
    values: HashMap<(String, Stage), Vec<u8>>,
    mood: StoreMood,
    calls: usize,
}

impl Secrets {
    pub(crate) fn put(&self, source: &str, stage: Stage, value: &str) {
        let name = format!("hookline-test/sources/{source}");
        self.0.lock().unwrap().values.insert((name, stage), value.into());
    }

    pub(crate) fn remove(&self, source: &str) {
        let name = format!("hookline-test/sources/{source}");
        self.0.lock().unwrap().values.retain(|(key, _), _| *key != name);
    }

    pub(crate) fn become_(&self, mood: StoreMood) {
        self.0.lock().unwrap().mood = mood;
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }
}

impl GetSecret for Secrets {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        match state.mood {
            StoreMood::Down => return Err(GetSecretError::Unavailable { source: failed("down") }),
            StoreMood::PreviousDown if stage == Stage::Previous => {
                return Err(GetSecretError::Unavailable { source: failed("down") });
            }
            StoreMood::Refuses => return Err(GetSecretError::Refused { source: failed("to be deleted") }),
            _ => {}
        }
        Ok(state.values.get(&(name.to_owned(), stage)).cloned())
    }
}

fn failed(why: &'static str) -> PortError {
    PortError::new("secretsmanager:GetSecretValue", why)
}

/// What the secret store does.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum StoreMood {
    #[default]
    Answers,
    Down,
    PreviousDown,
    Refuses,
}

/// What the queue does with the next messages.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Mood {
    #[default]
    Confirms,
    Refuses,
    Hangs,
    Panics,
}

#[derive(Clone, Default)]
pub(crate) struct Queue {
    pub(crate) messages: Arc<Mutex<Vec<String>>>,
    /// The trace headers that messages came with.
    pub(crate) traces: Arc<Mutex<Vec<String>>>,
    pub(crate) mood: Arc<Mutex<Mood>>,
}

impl SendEvent for Queue {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), PortError> {
        assert_eq!(queue_url, "https://sqs.test/intake");
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Confirms => {
                self.traces.lock().unwrap().extend(trace.map(Trace::header));
                self.messages.lock().unwrap().push(message);
            }
            Mood::Refuses => return Err(PortError::new("sqs:SendMessage", "AccessDenied")),
            Mood::Hangs => std::future::pending().await,
            Mood::Panics => panic!("the adapter fails"),
        }
        Ok(())
    }
}

/// A complete environment, with one variable replaced or (by `None`) removed.
pub(crate) fn environment(name: &str, replaced: Option<&str>) -> impl Fn(&str) -> Option<String> + use<> {
    let sources = json!({
        "github": { "scheme": "github" },
        "acme": { "scheme": "hmac", "header": "X-Acme-Signature", "prefix": "v1=", "encoding": "base64" },
        "xml": { "scheme": "github", "content_types": ["application/xml"] },
        "bitbucket": { "scheme": "bitbucket" },
        "gitlab": { "scheme": "gitlab" },
        "linear": { "scheme": "linear" },
        "pagerduty": { "scheme": "pagerduty" },
        "shopify": { "scheme": "shopify" },
        "slack": { "scheme": "slack" },
        "standard": { "scheme": "standard" },
        "stripe": { "scheme": "stripe" },
        "twilio": { "scheme": "twilio" },
    });
    let mut table = HashMap::from([
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
    match replaced {
        Some(value) => table.insert(name.to_owned(), value.to_owned()),
        None => table.remove(name),
    };
    move |name| table.get(name).cloned()
}

impl Function {
    pub(crate) fn new() -> Self {
        let lookup = environment("", None);
        let config = Config::read(Variables::new(&lookup)).unwrap();
        let (secrets, queue, payloads) = (Secrets::default(), Queue::default(), Payloads::default());
        for source in SOURCES {
            secrets.put(source, Stage::Current, secret_of(source));
        }
        let cache = SecretCache::new(secrets.clone(), config.secrets);
        let intake = Intake::new(config.intake, cache, queue.clone(), payloads.clone());
        Self { handler: Handler::new(intake), secrets, queue, payloads }
    }

    /// Status, headers and body as JSON (or as text).
    pub(crate) async fn call(&self, event: Value) -> (i64, Value, Value) {
        let response = self.answer(event.to_string()).await;
        let text = response["body"].as_str().unwrap();
        let body = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        (response["statusCode"].as_i64().unwrap(), response["headers"].clone(), body)
    }

    /// What Lambda gets.
    pub(crate) async fn answer(&self, event: impl AsRef<str>) -> Value {
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(10);
        let mut invocation = Context::default();
        invocation.deadline = deadline.as_millis().try_into().unwrap();
        invocation.xray_trace_id = Some(trace.to_owned());
        serde_json::to_value(self.handler.handle(event.as_ref(), &invocation).await).unwrap()
    }

    pub(crate) async fn status(&self, event: Value) -> i64 {
        self.call(event).await.0
    }

    pub(crate) fn queued(&self) -> Vec<Event<Payload>> {
        self.queue.messages.lock().unwrap().iter().map(|message| Event::from_json(message).unwrap()).collect()
    }
}

/// A REST proxy event, as API Gateway makes it.
pub(crate) fn gateway_event(resource: &str, headers: &[(&str, &str)], body: &[u8]) -> Value {
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

/// A webhook with the given headers and no others.
pub(crate) fn webhook(source: &str, headers: &[(&str, &str)], body: &[u8]) -> Value {
    let mut event = gateway_event("/webhooks/{source}", headers, body);
    event["pathParameters"] = json!({ "source": source });
    event
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

/// Two of the schemes ask something of their key.
pub(crate) fn secret_of(source: &str) -> &'static str {
    if source == "standard" { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } else { SECRET }
}

/// A webhook as GitHub signs and sends it.
pub(crate) fn github(event: &str, secret: &str, body: &[u8]) -> Value {
    let scheme = Scheme::Github(hookline_signature::Github);
    let message = Message { body, now: 0, id: "", url: "", form: false };
    let signature = &scheme.sign(message, &Secret::new(secret).unwrap()).unwrap().headers[0].1;
    let headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", event),
        ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("X-Hub-Signature-256", signature),
    ];
    webhook("github", &headers, body)
}

pub(crate) const SECRET: &str = "It's a Secret to Everybody";
