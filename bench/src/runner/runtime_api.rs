//! A Lambda Runtime API for one program.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than any operation of a working program.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request from the program.
enum RuntimeRequest {
    /// For the next event.
    NextEvent(Instant),
    /// With the response to an event.
    Response(Instant, Bytes),
    /// With an error of the initialisation or of an event.
    Error(String),
}

struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    requests: mpsc::UnboundedSender<RuntimeRequest>,
}

/// The API's server. Dropping it stops the server.
pub(crate) struct RuntimeApi {
    pub(crate) port: u16,
    events: mpsc::UnboundedSender<Bytes>,
    requests: mpsc::UnboundedReceiver<RuntimeRequest>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self> {
        let (events, receive_events) = mpsc::unbounded_channel();
        let (send_requests, requests) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { events: Mutex::new(receive_events), requests: send_requests });
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next_event))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(invocation_error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(8 << 20))
            .with_state(shared);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let server = tokio::spawn(async {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { port, events, requests, server })
    }

    /// Waits until the program requests an event. All its work for the previous event is then finished.
    pub(crate) async fn wait_for_event_request(&mut self) -> Result<Instant> {
        match timeout(TIMEOUT, self.requests.recv()).await.context("the program does not request an event")? {
            Some(RuntimeRequest::NextEvent(at)) => Ok(at),
            Some(RuntimeRequest::Response(..)) | None => bail!("the program sent a response without an event"),
            Some(RuntimeRequest::Error(error)) => bail!("the program failed: {error}"),
        }
    }

    /// Sends an event and waits for the response. Returns the time from one to the other, and the response.
    pub(crate) async fn invoke(&mut self, event: Bytes) -> Result<(Duration, Bytes)> {
        let sent_at = Instant::now();
        self.events.send(event).ok().context("the Runtime API has stopped")?;
        match timeout(TIMEOUT, self.requests.recv()).await.context("the program does not respond")? {
            Some(RuntimeRequest::Response(at, response)) => Ok((at - sent_at, response)),
            Some(RuntimeRequest::NextEvent(_)) | None => {
                bail!("the program requested another event before it responded")
            }
            Some(RuntimeRequest::Error(error)) => bail!("the program failed: {error}"),
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next_event(State(shared): State<Arc<Shared>>) -> (StatusCode, HeaderMap, Bytes) {
    let _ = shared.requests.send(RuntimeRequest::NextEvent(Instant::now()));
    let Some(event) = shared.events.lock().await.recv().await else {
        return (StatusCode::GONE, HeaderMap::new(), Bytes::new());
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIMEOUT;
    let header = |name, value: &str| Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?));
    let headers = [
        header("lambda-runtime-aws-request-id", &uuid::Uuid::new_v4().to_string()),
        header("lambda-runtime-deadline-ms", &deadline.as_millis().to_string()),
        header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench:live"),
        // Not sampled, like most requests.
        header("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"),
        header("content-type", "application/json"),
    ];
    (StatusCode::OK, headers.into_iter().flatten().collect(), event)
}

async fn response(State(shared): State<Arc<Shared>>, Path(_): Path<String>, response: Bytes) -> StatusCode {
    let _ = shared.requests.send(RuntimeRequest::Response(Instant::now(), response));
    StatusCode::ACCEPTED
}

async fn invocation_error(State(shared): State<Arc<Shared>>, Path(_): Path<String>, error: String) -> StatusCode {
    let _ = shared.requests.send(RuntimeRequest::Error(error));
    StatusCode::ACCEPTED
}

async fn init_error(State(shared): State<Arc<Shared>>, error: String) -> StatusCode {
    let _ = shared.requests.send(RuntimeRequest::Error(error));
    StatusCode::ACCEPTED
}
