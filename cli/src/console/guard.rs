//! Decides which requests reach a page, and adds the headers that limit what a page can do.
//!
//! The host must be the loopback interface, so that no other name can be bound to it. Each request needs the cookie. A
//! form must come from the console itself, which its origin and a value in the form prove.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::application::Console;
use super::fields::Fields;
use super::render;

/// The longest form: the ids of some thousand messages.
const MAX_FORM_BYTES: usize = 1024 * 1024;
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The headers of each response. The policy for referrers is not `no-referrer`: with it, browsers send forms with the
/// origin `null`. Other origins receive no referrer. <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Why a request does not reach a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Rejection {
    #[error("the console has no page under this host name: use the address that `hookline console` printed")]
    Host,
    #[error(
        "this browser has no session: open the address that `hookline console` printed. It works once; if it is used \
         up, end the command with Ctrl-C and start it again"
    )]
    Session,
    #[error("the form comes from another site, and nothing was changed: use the console's own pages")]
    Origin,
    #[error("the form has no valid token, and nothing was changed: reload the page and repeat the action")]
    Csrf,
    #[error("the form is too long, and nothing was changed: select fewer messages")]
    TooLong,
    #[error("the console has no such action")]
    Method,
}

impl Rejection {
    fn status(self) -> StatusCode {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::FORBIDDEN,
        }
    }
}

/// Lets a request through, or responds with the reason. All responses get the headers.
pub(super) async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let mut response = match enter(&console, request.uri().query(), &request) {
        Some(response) => response,
        None => match check(&console, request).await {
            Ok(request) => next.run(request).await,
            Err(rejection) => (rejection.status(), render::rejection(&rejection.to_string())).into_response(),
        },
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Exchanges the token of the printed URL for the cookie, and removes it from the address.
fn enter(console: &Console, query: Option<&str>, request: &Request) -> Option<Response> {
    let is_entry = request.method() == Method::GET && request.uri().path() == "/";
    if !is_entry || !is_local(console.port, request.headers()) {
        return None;
    }
    let query = Fields::parse(query?.as_bytes());
    let cookie = console.session.exchange(query.get("token")?)?;
    Some((StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie.as_str()), (header::LOCATION, "/")]).into_response())
}

async fn check(console: &Console, request: Request) -> Result<Request, Rejection> {
    let headers = request.headers();
    if !is_local(console.port, headers) {
        return Err(Rejection::Host);
    }
    let cookies = headers.get_all(header::COOKIE).iter();
    if !cookies.filter_map(|value| value.to_str().ok()).any(|header| console.session.has_cookie(header)) {
        return Err(Rejection::Session);
    }
    match *request.method() {
        Method::GET | Method::HEAD => Ok(request),
        Method::POST if !is_own_origin(headers) => Err(Rejection::Origin),
        Method::POST => check_form(console, request).await,
        _ => Err(Rejection::Method),
    }
}

async fn check_form(console: &Console, request: Request) -> Result<Request, Rejection> {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| Rejection::TooLong)?;
    let fields = Fields::parse(&body);
    if !fields.get("csrf").is_some_and(|value| console.session.is_csrf(value)) {
        return Err(Rejection::Csrf);
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// Whether the request names the loopback interface and the console's port.
fn is_local(port: u16, headers: &HeaderMap) -> bool {
    let host = text(headers, &header::HOST);
    host.is_some_and(|host| ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{port}")))
}

/// Whether the form was sent by a page of the same host and port.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let origin = text(headers, &header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
    origin.is_some() && origin == text(headers, &header::HOST)
}

/// Returns the value of a header that occurs once.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
