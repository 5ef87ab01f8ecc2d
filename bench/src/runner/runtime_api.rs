//! The Lambda Runtime API, as a function's program sees it.
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

/// Longer than anything that works takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a program does, in the order in which it does it.
enum Deed {
    /// It asks for an event.
    Asks(Instant),
    /// It answers one.
    Answers(Instant, Bytes),
    /// It gives up.
    Fails(String),
}

struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    deeds: mpsc::UnboundedSender<Deed>,
}

/// The API for one program; dropped, it ends.
pub(crate) struct RuntimeApi {
    pub(crate) port: u16,
    events: mpsc::UnboundedSender<Bytes>,
    deeds: mpsc::UnboundedReceiver<Deed>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self> {
        let (events, receive_events) = mpsc::unbounded_channel();
        let (send_deeds, deeds) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { events: Mutex::new(receive_events), deeds: send_deeds });
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
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
        Ok(Self { port, events, deeds, server })
    }

    /// Waits until the program asks for an event: all that it did for the last one is over.
    pub(crate) async fn asked(&mut self) -> Result<Instant> {
        match timeout(PATIENCE, self.deeds.recv()).await.context("the program does not ask for an event")? {
            Some(Deed::Asks(at)) => Ok(at),
            Some(Deed::Answers(..)) | None => bail!("the program answers what it was not asked"),
            Some(Deed::Fails(error)) => bail!("the program failed: {error}"),
        }
    }

    /// Gives it an event and waits for the answer; how long that took, and what it was.
    pub(crate) async fn invoke(&mut self, event: Bytes) -> Result<(Duration, Bytes)> {
        let began = Instant::now();
        self.events.send(event).ok().context("the API has ended")?;
        match timeout(PATIENCE, self.deeds.recv()).await.context("the program does not answer")? {
            Some(Deed::Answers(at, answer)) => Ok((at - began, answer)),
            Some(Deed::Asks(_)) | None => bail!("the program asks for a second event before it has answered"),
            Some(Deed::Fails(error)) => bail!("the program failed: {error}"),
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> (StatusCode, HeaderMap, Bytes) {
    let _ = shared.deeds.send(Deed::Asks(Instant::now()));
    let Some(event) = shared.events.lock().await.recv().await else {
        return (StatusCode::GONE, HeaderMap::new(), Bytes::new());
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + PATIENCE;
    let header = |name, value: &str| Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?));
    let headers = [
        header("lambda-runtime-aws-request-id", &uuid::Uuid::new_v4().to_string()),
        header("lambda-runtime-deadline-ms", &deadline.as_millis().to_string()),
        header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench:live"),
        // As most requests have it: sampled are a few.
        header("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"),
        header("content-type", "application/json"),
    ];
    (StatusCode::OK, headers.into_iter().flatten().collect(), event)
}

async fn response(State(shared): State<Arc<Shared>>, Path(_): Path<String>, answer: Bytes) -> StatusCode {
    let _ = shared.deeds.send(Deed::Answers(Instant::now(), answer));
    StatusCode::ACCEPTED
}

async fn error(State(shared): State<Arc<Shared>>, Path(_): Path<String>, error: String) -> StatusCode {
    let _ = shared.deeds.send(Deed::Fails(error));
    StatusCode::ACCEPTED
}

async fn init_error(State(shared): State<Arc<Shared>>, error: String) -> StatusCode {
    let _ = shared.deeds.send(Deed::Fails(error));
    StatusCode::ACCEPTED
}
