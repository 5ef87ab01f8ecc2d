//! The entry point of an invocation. Translates a gateway event to a request, and the result to a response and a log
//! line.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant, SystemTime};

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use futures_util::FutureExt as _;
use hookline_aws::GetSecret;
use hookline_signature::Headers;
use hookline_telemetry::{self as telemetry, ColdStart, Level, Line, Metric, Trace, with_context};
use lambda_runtime::Context;
use time::OffsetDateTime;

use crate::config::RESPONSE_BUDGET;
use crate::gateway::{GatewayRequest, Route};
use crate::intake::{Intake, Outcome, RequestContent};
use crate::payload::StorePayload;
use crate::queue::SendEvent;
use crate::rejection::Rejection;
use crate::response;

/// Time that is reserved for the response before the function's deadline.
const RESPONSE_TIME: Duration = Duration::from_millis(500);

/// The shortest time for a request, if the initialization was slow.
const MIN_BUDGET: Duration = Duration::from_millis(1000);

/// The handler of API Gateway's events.
pub struct Handler<S, Q, P> {
    intake: Intake<S, Q, P>,
    cold_start: ColdStart,
    /// The duration of the initialization, for which the first request has waited.
    initialization: Duration,
}

impl<S: GetSecret, Q: SendEvent, P: StorePayload> Handler<S, Q, P> {
    /// Creates a handler.
    pub fn new(intake: Intake<S, Q, P>) -> Self {
        Self { intake, cold_start: ColdStart::default(), initialization: Duration::ZERO }
    }

    /// Reduces the time for the first request by the duration of the initialization.
    #[must_use]
    pub fn with_initialization(self, initialization: Duration) -> Self {
        Self { initialization, ..self }
    }

    /// Handles one gateway event in JSON. Every failure, including a panic, becomes a response with a status.
    pub async fn handle(&self, event: &str, invocation: &Context) -> ApiGatewayProxyResponse {
        let cold_start = self.cold_start.take();
        let time = self.budget(cold_start).min(remaining_time(invocation));
        let handle = async |request: &GatewayRequest<'_>, headers: &Headers, trace| {
            self.handle_before_deadline(request, headers, trace, time).await
        };
        respond(event, invocation, cold_start, handle).await
    }

    /// Returns the time for one request.
    fn budget(&self, cold_start: bool) -> Duration {
        let initialization = if cold_start { self.initialization } else { Duration::ZERO };
        RESPONSE_BUDGET.saturating_sub(initialization).max(MIN_BUDGET)
    }

    /// Handles the request, but stops early enough to return a response in time. If the queue has not confirmed the
    /// message by then, the queue may still have it. The sender retries, and both messages have the same deduplication key.
    async fn handle_before_deadline(
        &self,
        request: &GatewayRequest<'_>,
        headers: &Headers,
        trace: Option<Trace>,
        time: Duration,
    ) -> Result<Outcome, Rejection> {
        let result = tokio::time::timeout(time, self.dispatch(request, headers, trace)).await;
        result.unwrap_or(Err(Rejection::DeadlineExceeded))
    }

    /// Passes the request to the called method.
    async fn dispatch(
        &self,
        request: &GatewayRequest<'_>,
        headers: &Headers,
        trace: Option<Trace>,
    ) -> Result<Outcome, Rejection> {
        // Called only for a known source: an unknown source must not cost a decoded body or a secret look-up.
        let content = |method| {
            Ok::<_, Rejection>(RequestContent {
                method,
                headers,
                url: request.url(),
                query: request.query(),
                raw_query: request.raw_query(),
                body: request.body()?,
                now: OffsetDateTime::now_utc(),
                trace,
            })
        };
        match request.route().ok_or(Rejection::UnknownSource)? {
            Route::Webhook { method, source: name } => {
                let source = self.intake.source(name)?;
                self.intake.accept_webhook(name, source, content(method)?).await
            }
            Route::Events { client_id } => self.intake.accept_event(client_id, content("POST")?).await,
        }
    }
}

/// Rejects one gateway event in JSON, for a function without a handler.
pub async fn reject(event: &str, invocation: &Context, rejection: Rejection) -> ApiGatewayProxyResponse {
    let reject = async |_: &GatewayRequest<'_>, _: &Headers, _| Err(rejection);
    respond(event, invocation, false, reject).await
}

/// Translates a gateway event in JSON to a request, and the result of `handle` to a response and a log line.
async fn respond(
    event: &str,
    invocation: &Context,
    cold_start: bool,
    handle: impl AsyncFnOnce(&GatewayRequest<'_>, &Headers, Option<Trace>) -> Result<Outcome, Rejection>,
) -> ApiGatewayProxyResponse {
    let started = Instant::now();
    let (request, malformed) = match serde_json::from_str::<GatewayRequest<'_>>(event) {
        Ok(request) => (request, None),
        Err(error) => (GatewayRequest::default(), Some(Rejection::malformed_event(&error))),
    };
    let headers = request.headers();
    let trace = upstream_trace(&headers, invocation.xray_trace_id.as_deref());
    let context = telemetry::Context {
        request_id: request.request_id().to_owned(),
        source: source_for_log(&request).to_owned(),
        trace_id: trace.as_ref().map(|trace| trace.id().to_owned()).unwrap_or_default(),
        cold_start,
        ..telemetry::Context::default()
    };
    let handle_and_log = async {
        let handle = async {
            match malformed {
                Some(rejection) => Err(rejection),
                None => handle(&request, &headers, trace).await,
            }
        };
        // Unwind safe, because a panic leaves no shared state half changed: caches and pools change in one step.
        let result = AssertUnwindSafe(handle).catch_unwind().await.unwrap_or(Err(Rejection::Internal));
        log(&result, started.elapsed());
        result
    };
    match with_context(context, handle_and_log).await {
        Ok(outcome) => response::for_outcome(outcome),
        Err(rejection) => response::for_rejection(&rejection, request.request_id()),
    }
}

/// Returns the time until the function's deadline, without the time for the response.
fn remaining_time(invocation: &Context) -> Duration {
    invocation.deadline().duration_since(SystemTime::now()).unwrap_or_default().saturating_sub(RESPONSE_TIME)
}

/// Returns the trace of the request. Lambda's header has precedence, because its parent is the function's own segment.
/// The gateway's header comes from the sender or is generated by the gateway.
fn upstream_trace(headers: &Headers, lambda_header: Option<&str>) -> Option<Trace> {
    match lambda_header {
        Some(header) => Trace::from_header(header),
        None => headers.first("X-Amzn-Trace-Id").and_then(Trace::from_header),
    }
}

/// Returns the source for the log. It is cut at 64 bytes, because an unauthenticated sender can choose it.
fn source_for_log<'a>(request: &'a GatewayRequest<'_>) -> &'a str {
    match request.route() {
        Some(Route::Webhook { source, .. }) => &source[..source.floor_char_boundary(64)],
        Some(Route::Events { .. }) => "events",
        None => "",
    }
}

/// Logs one line for a request.
fn log(result: &Result<Outcome, Rejection>, elapsed: Duration) {
    let duration = Some(elapsed);
    match result {
        Ok(Outcome::Accepted { event_id, event_type, has_type, queue_send_time, .. }) => {
            let reason = if *has_type { "" } else { "type_unknown" };
            let line = Line { event_id, r#type: event_type, reason, duration, ..Line::new(Level::Info, "accepted") };
            let queue_send_ms = queue_send_time.as_secs_f64() * 1e3;
            let mut metrics = vec![(Metric::Accepted, 1.0), (Metric::QueueSendTime, queue_send_ms)];
            metrics.extend((!*has_type).then_some((Metric::TypeUnknown, 1.0)));
            line.write(&metrics);
        }
        Ok(Outcome::Handshake { response }) => {
            let handshake_key = response.key.as_deref().unwrap_or_default();
            Line { duration, handshake_key, ..Line::new(Level::Info, "handshake") }.write(&[]);
        }
        Err(rejection) => {
            let error = rejection.public_error();
            let (level, outcome, metric) = error.outcome();
            let (status, reason, detail) = (Some(error.status), error.reason_code, Some(rejection as &dyn Display));
            Line { status, reason, detail, duration, ..Line::new(level, outcome) }.write(&[(metric, 1.0)]);
        }
    }
}
