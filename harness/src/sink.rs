//! The far end: an HTTP server that deliveries arrive at, which answers as each path's name says and remembers all.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::wait;

/// A request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: StatusCode,
}

impl Delivery {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

type Deliveries = Arc<Mutex<HashMap<String, Vec<Delivery>>>>;

/// The server; dropped, it ends.
pub(crate) struct Sink {
    deliveries: Deliveries,
    server: JoinHandle<()>,
    pub(crate) port: u16,
}

impl Sink {
    /// On the port that a stack knows, or (0) on a free one.
    pub(crate) async fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| {
            format!("the destinations' port {port} is in use: end what listens there, or `cargo harness down`")
        })?;
        let port = listener.local_addr()?.port();
        let deliveries = Deliveries::default();
        // A megabyte more than any event.
        let app =
            Router::new().fallback(receive).layer(DefaultBodyLimit::max(2 << 20)).with_state(Arc::clone(&deliveries));
        let server = tokio::spawn(async {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { deliveries, server, port })
    }

    /// Every attempt at an event, in the order in which they came.
    pub(crate) fn attempts(&self, event_id: &str) -> Vec<Delivery> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner).get(event_id).cloned().unwrap_or_default()
    }

    /// The first attempt that was answered with success.
    pub(crate) fn delivered(&self, event_id: &str) -> Option<Delivery> {
        self.attempts(event_id).into_iter().find(|attempt| attempt.status.is_success())
    }

    pub(crate) async fn wait_for(&self, event_id: &str) -> Result<Delivery> {
        let what = format!("event {event_id} at its destination");
        wait::until(&what, Duration::from_secs(30), async || Ok(self.delivered(event_id))).await
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(deliveries): State<Deliveries>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event_id = headers.get("ce-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let mut deliveries = deliveries.lock().unwrap_or_else(PoisonError::into_inner);
    let attempts = deliveries.entry(event_id).or_default();
    let status = match uri.path() {
        "/flaky" if attempts.len() < 2 => StatusCode::SERVICE_UNAVAILABLE,
        "/failing" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::OK,
    };
    attempts.push(Delivery { path: uri.path().to_owned(), headers, body, status });
    status
}
