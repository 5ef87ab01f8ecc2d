//! The sink: an HTTP server that receives deliveries. It records every attempt, and the path determines the response.

use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::credential::{Credential, Request, TOKEN_PATH, Tokens};
use super::gateway;
use super::github::Github;
use super::listener::{Listener, Peer};
use super::script::{NO_RESPONSE, RETRY_AFTER_SECONDS, Script};
use crate::stack::GITHUB_PATH;
use crate::system::wait;

/// A received request, with the status of the response.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: StatusCode,
    pub(crate) received_at: Instant,
}

impl Delivery {
    /// Returns the value of a header if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body as text, without the backslashes that escape markup.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).replace('\\', "")
    }
}

/// State of the sink.
#[derive(Default)]
struct Records {
    /// Requests with a `ce-id` header, by event id.
    deliveries: HashMap<String, Vec<Delivery>>,
    /// Requests without this header, such as chat messages.
    messages: Vec<Delivery>,
    /// Whether paths with [`Script::FailsUntilRecovered`] and [`Script::HangsUntilRecovered`] accept deliveries.
    recovered: bool,
    receivers: Receivers,
    /// The secrets of destinations, by path without the slash.
    secrets: BTreeMap<String, String>,
    tokens: Tokens,
    github: Arc<Github>,
}

/// How the sink receives at each path. Paths are without the slash.
#[derive(Default)]
pub(crate) struct Receivers {
    /// A path without a script returns 200.
    pub(crate) scripts: HashMap<&'static str, Script>,
    /// A path with a credential returns 401 to a request without it.
    pub(crate) credentials: HashMap<&'static str, Credential>,
    /// Without it, the sink has no HTTPS.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// The emulator's endpoint, which gets the requests to its APIs.
    pub(crate) emulator: String,
}

impl Records {
    /// Returns all attempts of an event. A chat message belongs to an event if its text contains the id.
    fn attempts(&self, event_id: &str) -> impl Iterator<Item = &Delivery> {
        let messages = self.messages.iter().filter(move |message| message.text().contains(event_id));
        self.deliveries.get(event_id).into_iter().flatten().chain(messages)
    }

    /// Returns the status for an attempt that follows `earlier` attempts at the same event.
    fn status(&mut self, path: &str, request: Request<'_>, earlier: usize) -> StatusCode {
        let script = self.receivers.scripts.get(path).copied().unwrap_or(Script::Succeeds);
        let secret = self.secrets.get(path).map(String::as_str).unwrap_or_default();
        let credential = self.receivers.credentials.get(path);
        if !credential.is_none_or(|credential| credential.is_in(request, secret, &self.tokens)) {
            return StatusCode::UNAUTHORIZED;
        }
        if script == Script::ExpiresOnce && earlier == 0 {
            self.tokens.expire(request.headers);
        }
        script.status(earlier, self.recovered)
    }
}

type SharedRecords = Arc<Mutex<Records>>;

/// The server. It ends when this value is dropped.
pub(crate) struct Sink {
    records: SharedRecords,
    server: JoinHandle<()>,
    pub(crate) port: u16,
}

impl Sink {
    /// Starts the server at the address `host`, at which functions reach this machine. Port 0 selects a free port. If this
    /// machine does not have the address, as with Docker Desktop, the server listens on the loopback interface.
    pub(crate) async fn start(host: Ipv4Addr, port: u16, receivers: Receivers) -> Result<Self> {
        let mut listener = TcpListener::bind((host, port)).await;
        if listener.as_ref().is_err_and(|error| error.kind() == ErrorKind::AddrNotAvailable) {
            listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        }
        let listener = listener.with_context(|| {
            format!("port {port} of the sink is in use: end the program that uses it, or run `cargo harness down`")
        })?;
        let port = listener.local_addr()?.port();
        let listener = Listener::new(listener, receivers.tls.clone());
        let records = Arc::new(Mutex::new(Records { receivers, ..Records::default() }));
        // The body limit is above the maximum size of an event.
        let app =
            Router::new().fallback(receive).layer(DefaultBodyLimit::max(8 << 20)).with_state(Arc::clone(&records));
        let server = tokio::spawn(async {
            let _ = axum::serve(listener, app.into_make_service_with_connect_info::<Peer>()).await;
        });
        Ok(Self { records, server, port })
    }

    /// Returns the URL at which functions reach the sink, without a path.
    pub(crate) fn url(&self, host: Ipv4Addr) -> String {
        format!("http://{host}:{}", self.port)
    }

    /// Returns the URL of the same server with HTTPS, without a path.
    pub(crate) fn secure_url(url: &str) -> String {
        url.replacen("http:", "https:", 1)
    }

    /// Sets the secrets of destinations, which have the credentials that paths require.
    pub(crate) fn set_secrets(&self, secrets: BTreeMap<String, String>) {
        self.records().secrets = secrets;
    }

    /// Returns all access tokens that the token endpoints have issued.
    pub(crate) fn issued_tokens(&self) -> Vec<String> {
        self.records().tokens.issued().to_vec()
    }

    /// Returns the fake of GitHub, whose API has the path [`GITHUB_PATH`].
    pub(crate) fn github(&self) -> Arc<Github> {
        Arc::clone(&self.records().github)
    }

    /// Returns all attempts of an event, oldest first.
    pub(crate) fn attempts(&self, event_id: &str) -> Vec<Delivery> {
        self.records().attempts(event_id).cloned().collect()
    }

    /// Returns true if an attempt of any event had exactly this body.
    pub(crate) fn has_received(&self, body: &[u8]) -> bool {
        let records = self.records();
        let mut attempts = records.deliveries.values().flatten().chain(&records.messages);
        attempts.any(|attempt| attempt.body[..] == *body)
    }

    /// Returns true if an attempt at this path has succeeded.
    pub(crate) fn has_succeeded_at(&self, path: &str) -> bool {
        let records = self.records();
        let mut attempts = records.deliveries.values().flatten();
        attempts.any(|attempt| attempt.path == path && attempt.status.is_success())
    }

    /// Sets whether paths with [`Script::FailsUntilRecovered`] and [`Script::HangsUntilRecovered`] accept deliveries.
    /// Initially, they do not.
    pub(crate) fn set_recovered(&self, recovered: bool) {
        self.records().recovered = recovered;
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the first successful attempt of an event.
    pub(crate) async fn wait_for_delivery(&self, event_id: &str) -> Result<Delivery> {
        self.wait_for_delivery_at(event_id, "").await
    }

    /// Waits for the first successful attempt at a path with the prefix `path`.
    pub(crate) async fn wait_for_delivery_at(&self, event_id: &str, path: &str) -> Result<Delivery> {
        let place = if path.is_empty() { String::new() } else { format!(" at `{path}`") };
        let condition = format!("the delivery of event {event_id}{place}");
        let delivered = |attempt: &Delivery| attempt.status.is_success() && attempt.path.starts_with(path);
        wait::until(&condition, Duration::from_secs(30), async || {
            Ok(self.attempts(event_id).into_iter().find(delivered))
        })
        .await
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(
    State(records): State<SharedRecords>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    if uri.path().starts_with(GITHUB_PATH) {
        let github = Arc::clone(&records.lock().unwrap_or_else(PoisonError::into_inner).github);
        return github.respond(&method, &uri, &headers);
    }
    if uri.path().starts_with(gateway::PATH) {
        let emulator = records.lock().unwrap_or_else(PoisonError::into_inner).receivers.emulator.clone();
        return gateway::forward(&emulator, method, &uri, headers, body).await;
    }
    if let Some(destination) = uri.path().strip_prefix(TOKEN_PATH) {
        let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = records.secrets.get(destination).cloned().unwrap_or_default();
        let (status, response) = records.tokens.respond(&headers, &body, &secret);
        let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        return (status, json, response.to_string());
    }
    let delivery = Delivery {
        method,
        path: uri.path().to_owned(),
        headers,
        body,
        status: NO_RESPONSE,
        received_at: Instant::now(),
    };
    let status = record(&records, delivery, peer.has_certificate);
    if status == NO_RESPONSE {
        std::future::pending::<()>().await;
    }
    let mut response_headers = HeaderMap::new();
    if status == StatusCode::TOO_MANY_REQUESTS {
        response_headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    }
    (status, response_headers, String::new())
}

/// Records an attempt and returns the status of the response.
fn record(records: &SharedRecords, delivery: Delivery, has_certificate: bool) -> StatusCode {
    let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
    let Delivery { path, headers, .. } = &delivery;
    let event_id = headers.get("ce-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let earlier = event_id.iter().flat_map(|id| records.attempts(id)).filter(|attempt| attempt.path == *path).count();
    let status = records.status(path.trim_start_matches('/'), Request { headers, has_certificate }, earlier);
    let delivery = Delivery { status, ..delivery };
    match event_id {
        Some(event_id) => records.deliveries.entry(event_id).or_default().push(delivery),
        None => records.messages.push(delivery),
    }
    status
}
