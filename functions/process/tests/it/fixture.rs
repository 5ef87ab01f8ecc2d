use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use hookline_environment::Variables;
use hookline_event::{DedupKey, Event};
use lambda_runtime::{Context, LambdaEvent};
use process::{
    Batch, ChangeVisibility, Claim, ClaimError, Claimed, Claims, Config, DeadLetter, DeadLetterError, Once,
    SendDeadLetter, VisibilityError,
};
use serde_json::{Value, json};

/// A destination that answers as it is told, and remembers what it got.
#[derive(Clone, Default)]
pub(crate) struct Sink {
    pub(crate) requests: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: Arc<Mutex<VecDeque<(u16, Option<&'static str>)>>>,
}

impl Sink {
    pub(crate) fn answer(&self, status: u16, retry_after: Option<&'static str>) {
        self.answers.lock().unwrap().push_back((status, retry_after));
    }

    pub(crate) async fn start(&self) -> SocketAddr {
        let app = Router::new().fallback(receive).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });
        address
    }
}

async fn receive(State(sink): State<Sink>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    if uri.path() == "/hangs" {
        std::future::pending::<()>().await;
    }
    sink.requests.lock().unwrap().push((headers, body));
    let (status, retry_after) = sink.answers.lock().unwrap().pop_front().unwrap_or((200, None));
    let mut headers = HeaderMap::new();
    headers.extend(retry_after.map(|value| (axum::http::header::RETRY_AFTER, value.parse().unwrap())));
    headers.insert("location", "http://127.0.0.1:1/elsewhere".parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers)
}

/// What was asked of the queues.
#[derive(Clone, Default)]
pub(crate) struct Queue {
    pub(crate) visibility: Arc<Mutex<Vec<(String, u32)>>>,
    pub(crate) letters: Arc<Mutex<Vec<Value>>>,
    pub(crate) dlq_down: Arc<Mutex<bool>>,
    /// A receipt handle whose change of visibility panics.
    pub(crate) panics_on: Arc<Mutex<Option<&'static str>>>,
    /// A receipt handle whose change of visibility never ends.
    pub(crate) hangs_on: Arc<Mutex<Option<&'static str>>>,
}

impl ChangeVisibility for Queue {
    async fn change_visibility(&self, queue_url: &str, handle: &str, seconds: u32) -> Result<(), VisibilityError> {
        assert_eq!(queue_url, "https://sqs.test/intake");
        assert_ne!(*self.panics_on.lock().unwrap(), Some(handle), "as scripted");
        let hangs = *self.hangs_on.lock().unwrap() == Some(handle);
        if hangs {
            std::future::pending::<()>().await;
        }
        self.visibility.lock().unwrap().push((handle.to_owned(), seconds));
        Ok(())
    }
}

impl SendDeadLetter for Queue {
    async fn send_dead_letter(&self, dlq_url: &str, letter: DeadLetter<'_>) -> Result<(), DeadLetterError> {
        assert_eq!(dlq_url, "https://sqs.test/dlq");
        if *self.dlq_down.lock().unwrap() {
            return Err(DeadLetterError { detail: "down".into() });
        }
        self.letters.lock().unwrap().push(json!({
            "message": letter.message,
            "reason": letter.reason,
            "destination": letter.destination,
            "attempts": letter.attempts,
            "first_seen": letter.first_seen,
        }));
        Ok(())
    }
}

/// Claims as the table keeps them.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    /// By key: the lease's owner and end, or `None` once it is done.
    pub(crate) claims: Arc<Mutex<HashMap<String, Option<(String, u64)>>>>,
    pub(crate) down: Arc<Mutex<bool>>,
}

impl Memory {
    fn up(&self) -> Result<(), ClaimError> {
        if *self.down.lock().unwrap() { Err(ClaimError { detail: "down".into() }) } else { Ok(()) }
    }
}

impl Claims for Memory {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        self.up()?;
        let mut claims = self.claims.lock().unwrap();
        match claims.get(&claim.key) {
            Some(None) => return Ok(Claimed::Done),
            Some(Some((_, until))) if *until >= claim.now => return Ok(Claimed::Leased { until: *until }),
            _ => {}
        }
        claims.insert(claim.key.clone(), Some((claim.owner.clone(), claim.lease_until)));
        Ok(Claimed::Ours)
    }

    async fn complete(&self, claim: &Claim) -> Result<(), ClaimError> {
        self.up()?;
        self.claims.lock().unwrap().insert(claim.key.clone(), None);
        Ok(())
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        self.up()?;
        self.claims.lock().unwrap().remove(&claim.key);
        Ok(())
    }
}

/// A complete environment whose destinations are at `sink`, with one variable replaced or (by `None`) removed.
pub(crate) fn environment(sink: &str, name: &str, replaced: Option<&str>) -> impl Fn(&str) -> Option<String> + use<> {
    let destination = |path: &str| json!({ "kind": "http", "url": format!("{sink}{path}"), "timeout_ms": 400 });
    let routes = json!([
        { "name": "github", "source": "github", "destinations": ["orders"] },
        { "name": "both", "source": "both", "destinations": ["orders", "audit"] },
        { "name": "again", "source": "both", "destinations": ["orders"] },
        { "name": "slow", "source": "slow", "destinations": ["hangs"] },
    ]);
    let destinations =
        json!({ "orders": destination("/orders"), "audit": destination("/audit"), "hangs": destination("/hangs") });
    let mut table = HashMap::from([
        ("HOOKLINE_ROUTES", routes.to_string()),
        ("HOOKLINE_DESTINATIONS", destinations.to_string()),
        ("HOOKLINE_PRIVATE_NETWORKS", "[\"127.0.0.1/32\"]".to_owned()),
        ("HOOKLINE_QUEUE_URL", "https://sqs.test/intake".to_owned()),
        ("HOOKLINE_DLQ_URL", "https://sqs.test/dlq".to_owned()),
        ("HOOKLINE_IDEMPOTENCY_TABLE", "claims".to_owned()),
        ("HOOKLINE_IDEMPOTENCY_SECONDS", "3600".to_owned()),
        ("HOOKLINE_MAX_RECEIVE_COUNT", "5".to_owned()),
        ("HOOKLINE_RETRY_BASE_SECONDS", "10".to_owned()),
        ("HOOKLINE_RETRY_MAX_SECONDS", "900".to_owned()),
        ("HOOKLINE_LOG_LEVEL", "info".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "key".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
    ])
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect::<HashMap<_, _>>();
    match replaced {
        Some(value) => table.insert(name.to_owned(), value.to_owned()),
        None => table.remove(name),
    };
    move |name| table.get(name).cloned()
}

/// The function with a real HTTP destination and scripted queues.
pub(crate) struct Function {
    pub(crate) sink: Sink,
    pub(crate) queue: Queue,
    pub(crate) claims: Memory,
    pub(crate) batch: Arc<Batch<Queue, Memory>>,
}

impl Function {
    pub(crate) async fn new() -> Self {
        Self::with("", None).await
    }

    pub(crate) async fn with(name: &str, replaced: Option<&str>) -> Self {
        let (sink, queue) = (Sink::default(), Queue::default());
        let lookup = environment(&format!("http://{}", sink.start().await), name, replaced);
        let config = Config::read(Variables::new(&lookup)).unwrap();
        let claims = Memory::default();
        // As `main` does it: without the variable there is no table.
        let once = Once::new(config.idempotency.is_some().then(|| claims.clone()), Duration::from_secs(3600));
        let batch = Arc::new(Batch::new(config.delivery, config.queue, queue.clone(), once));
        Self { sink, queue, claims, batch }
    }

    /// The identifiers that the function reports as failed.
    pub(crate) async fn failures(&self, records: Vec<Value>) -> Vec<String> {
        let response = self.response(records, Duration::from_secs(30)).await;
        let failures = response["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn response(&self, records: Vec<Value>, remaining: Duration) -> Value {
        let mut context = Context::default();
        let deadline = SystemTime::now() + remaining;
        context.deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis().try_into().unwrap();
        let event: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
        serde_json::to_value(Arc::clone(&self.batch).handle(LambdaEvent::new(event, context)).await.unwrap()).unwrap()
    }

    pub(crate) fn received(&self) -> usize {
        self.sink.requests.lock().unwrap().len()
    }

    pub(crate) fn letters(&self) -> Vec<Value> {
        self.queue.letters.lock().unwrap().clone()
    }
}

pub(crate) fn event(source: &str) -> Event {
    let source = format!("/webhooks/{source}");
    let data = b"{\"b\":1, \"a\":\"\\u001B\\u001b\"}\r\n".to_vec();
    Event {
        id: "72d3162e-cc78-11e3-81ab-4c9367dc0958".into(),
        event_type: "github.push".into(),
        time: "2026-01-02T03:04:05.678Z".into(),
        content_type: Some("application/json; charset=utf-8".into()),
        dedup_key: DedupKey::from_body(&source, &data),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
        source,
        data,
    }
}

/// A message as the event source mapping hands it over.
pub(crate) fn record(id: &str, body: &str, receives: u32) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": format!("handle-{id}"),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": receives.to_string(),
            "SentTimestamp": "1545082649183",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1545082649185"
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:intake",
        "awsRegion": "us-east-2"
    })
}

/// A message with an event of its own, for each id.
pub(crate) fn message(id: &str, source: &str, receives: u32) -> Value {
    record(id, &event_of(id, source).to_json().unwrap(), receives)
}

pub(crate) fn event_of(id: &str, source: &str) -> Event {
    Event { dedup_key: DedupKey::from_signed_id(source, id), ..event(source) }
}

/// A message with an event that is always the same.
pub(crate) fn same(id: &str, source: &str, receives: u32) -> Value {
    record(id, &event(source).to_json().unwrap(), receives)
}
