//! The far end: an HTTP server that deliveries arrive at, which answers as each path's name says and remembers all.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::system::wait;

/// A request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: StatusCode,
    pub(crate) at: Instant,
}

impl Delivery {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text, without what makes markup harmless.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).replace('\\', "")
    }
}

/// What has arrived, by event, what has arrived that says itself which event it is of, and whether `/recovering` has
/// recovered.
#[derive(Default)]
struct Memory {
    deliveries: HashMap<String, Vec<Delivery>>,
    messages: Vec<Delivery>,
    recovered: bool,
}

impl Memory {
    /// Every attempt at an event. A message for people has no headers of the event: its text has to hold the id.
    fn attempts(&self, event_id: &str) -> impl Iterator<Item = &Delivery> {
        let told = self.messages.iter().filter(move |message| message.text().contains(event_id));
        self.deliveries.get(event_id).into_iter().flatten().chain(told)
    }
}

/// What `/busy` asks for at the first attempt.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 3;

/// What stands for no answer at all: that of `/stalled` at the first attempt.
const STALLED: StatusCode = StatusCode::GATEWAY_TIMEOUT;

type Shared = Arc<Mutex<Memory>>;

/// The server; dropped, it ends.
pub(crate) struct Sink {
    memory: Shared,
    server: JoinHandle<()>,
    pub(crate) port: u16,
}

impl Sink {
    /// At the address that functions reach, on the port that a stack knows, or (0) on a free one. An address that this
    /// machine does not have stands for its loopback, as Docker Desktop's does.
    pub(crate) async fn start(host: Ipv4Addr, port: u16) -> Result<Self> {
        let mut listener = TcpListener::bind((host, port)).await;
        if listener.as_ref().is_err_and(|error| error.kind() == ErrorKind::AddrNotAvailable) {
            listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        }
        let listener = listener.with_context(|| {
            format!("the destinations' port {port} is in use: end what listens there, or `cargo harness down`")
        })?;
        let port = listener.local_addr()?.port();
        let memory = Shared::default();
        // More than any event.
        let app = Router::new().fallback(receive).layer(DefaultBodyLimit::max(8 << 20)).with_state(Arc::clone(&memory));
        let server = tokio::spawn(async {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { memory, server, port })
    }

    /// Where it is, as functions see it, without a path.
    pub(crate) fn url(&self, host: Ipv4Addr) -> String {
        format!("http://{host}:{}", self.port)
    }

    /// Every attempt at an event, in the order in which they came.
    pub(crate) fn attempts(&self, event_id: &str) -> Vec<Delivery> {
        self.memory().attempts(event_id).cloned().collect()
    }

    /// Whether `/recovering` takes from now on what it is given, or refuses it for good, as at the beginning.
    pub(crate) fn recover(&self, recovered: bool) {
        self.memory().recovered = recovered;
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first attempt that was answered with success.
    pub(crate) async fn wait_for(&self, event_id: &str) -> Result<Delivery> {
        self.wait_for_path(event_id, "").await
    }

    /// The first of those at a path that begins like this.
    pub(crate) async fn wait_for_path(&self, event_id: &str, path: &str) -> Result<Delivery> {
        let what = format!("event {event_id} at its destination {path}");
        let delivered = |attempt: &Delivery| attempt.status.is_success() && attempt.path.starts_with(path);
        wait::until(&what, Duration::from_secs(30), async || Ok(self.attempts(event_id).into_iter().find(delivered)))
            .await
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(memory): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let path = uri.path().to_owned();
    let status = note(&memory, path, headers, body);
    if status == STALLED {
        std::future::pending::<()>().await;
    }
    let mut asks = HeaderMap::new();
    if status == StatusCode::TOO_MANY_REQUESTS {
        asks.insert(RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    }
    (status, asks)
}

/// Remembers an attempt, with what it is answered.
fn note(memory: &Shared, path: String, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    let event_id = headers.get("ce-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let before = event_id.iter().flat_map(|id| memory.attempts(id)).filter(|attempt| attempt.path == path).count();
    let status = match path.as_str() {
        "/flaky" if before < 2 => StatusCode::SERVICE_UNAVAILABLE,
        "/busy" if before == 0 => StatusCode::TOO_MANY_REQUESTS,
        "/stalled" if before == 0 => STALLED,
        "/recovering" if !memory.recovered => StatusCode::GONE,
        "/missing" => StatusCode::NOT_FOUND,
        "/failing" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::OK,
    };
    let delivery = Delivery { path, headers, body, status, at: Instant::now() };
    match event_id {
        Some(event_id) => memory.deliveries.entry(event_id).or_default().push(delivery),
        None => memory.messages.push(delivery),
    }
    status
}
