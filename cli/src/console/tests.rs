//! The rules of the guard and the pages, without AWS.

mod actions;
mod dead_letters;
mod events;
mod pages;
mod replays;
mod responses;
mod security;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode};
use tower_service::Service as _;

use super::application::Console;
use super::server::router;
use crate::aws::{self, fake};
use crate::target::Target;

const PORT: u16 = 4000;

/// Returns a deployment at an endpoint that does not exist.
fn target() -> Target {
    let timeout = std::time::Duration::from_millis(100);
    fake::target("http://127.0.0.1:1", aws::Timeouts { connect: timeout, attempt: timeout, call: timeout, attempts: 1 })
}

/// A console with the values that a browser has after it was opened.
struct Running {
    console: Arc<Console>,
    router: Router,
    token: String,
    csrf: String,
}

struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Running {
    fn new(workspace: &str) -> Self {
        Self::of(target(), workspace)
    }

    fn of(target: Target, workspace: &str) -> Self {
        let console = Arc::new(Console::new(target, Some(workspace.to_owned()), false, PORT));
        let (token, csrf) = (console.session.token().unwrap(), console.session.csrf().to_owned());
        Self { router: router(Arc::clone(&console)), console, token, csrf }
    }

    async fn send(&self, request: Request<Body>) -> Received {
        let (parts, body) = self.router.clone().call(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Received { status: parts.status, headers: parts.headers, body }
    }

    /// Opens the printed URL and returns the cookie.
    async fn cookie(&self) -> String {
        let opened = self.send(get(&format!("/?token={}", self.token)).body(Body::empty()).unwrap()).await;
        let cookie = opened.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

fn get(path: &str) -> Builder {
    Request::get(path).header("host", format!("127.0.0.1:{PORT}"))
}

fn post(path: &str, cookie: &str) -> Builder {
    let request = Request::post(path).header("host", format!("127.0.0.1:{PORT}"));
    request.header("cookie", cookie).header("origin", format!("http://127.0.0.1:{PORT}"))
}
