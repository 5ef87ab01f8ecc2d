//! Translates: a gateway event in, a response and a line in the log out.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant, SystemTime};

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use futures_util::FutureExt as _;
use hookline_aws::GetSecret;
use hookline_signature::Headers;
use hookline_telemetry::{self as telemetry, ColdStart, Level, Line, Metric, Trace, within};
use lambda_runtime::Context;
use time::OffsetDateTime;

use crate::gateway::{Gateway, GatewayRequest};
use crate::intake::{Content, Intake, Receipt};
use crate::payload::StorePayload;
use crate::queue::SendEvent;
use crate::rejection::Rejection;
use crate::respond;

/// Left of the function's time for the answer itself.
const RESERVE: Duration = Duration::from_millis(500);

/// The function's entry point.
pub struct Handler<S, Q, P> {
    intake: Intake<S, Q, P>,
    cold_start: ColdStart,
}

impl<S: GetSecret, Q: SendEvent, P: StorePayload> Handler<S, Q, P> {
    /// Over the part that decides.
    pub fn new(intake: Intake<S, Q, P>) -> Self {
        Self { intake, cold_start: ColdStart::default() }
    }

    /// Handles one event of the gateway, in JSON. Whatever goes wrong, a panic included, becomes a response with a status.
    pub async fn handle(&self, event: &str, invocation: &Context) -> ApiGatewayProxyResponse {
        let started = Instant::now();
        let cold_start = self.cold_start.take();
        let read = serde_json::from_str::<GatewayRequest<'_>>(event);
        let (request, unread) = match read {
            Ok(request) => (request, None),
            Err(error) => (GatewayRequest::default(), Some(Rejection::bad_event(&error))),
        };
        let headers = request.headers();
        let trace = trace(&headers, invocation.xray_trace_id.as_deref());
        let context = telemetry::Context {
            request_id: request.request_id().to_owned(),
            source: source(&request).to_owned(),
            trace_id: trace.as_ref().map(|trace| trace.id().to_owned()).unwrap_or_default(),
            cold_start,
            ..telemetry::Context::default()
        };
        let whole = async {
            let received = async {
                match unread {
                    Some(rejection) => Err(rejection),
                    None => self.receive(&request, &headers, trace, remaining(invocation)).await,
                }
            };
            // Nothing of what a request works on is left half done: caches and pools are changed in one go.
            let outcome = AssertUnwindSafe(received).catch_unwind().await.unwrap_or(Err(Rejection::Internal));
            log(&outcome, started.elapsed());
            outcome
        };
        match within(context, whole).await {
            Ok(receipt) => respond::receipt(receipt),
            Err(rejection) => respond::rejection(&rejection, request.request_id()),
        }
    }

    async fn receive(
        &self,
        request: &GatewayRequest<'_>,
        headers: &Headers,
        trace: Option<Trace>,
        left: Duration,
    ) -> Result<Receipt, Rejection> {
        let decided = tokio::time::timeout(left.saturating_sub(RESERVE), self.decide(request, headers, trace));
        decided.await.unwrap_or(Err(Rejection::OutOfTime))
    }

    async fn decide(
        &self,
        request: &GatewayRequest<'_>,
        headers: &Headers,
        trace: Option<Trace>,
    ) -> Result<Receipt, Rejection> {
        // Made only once the source is known: an unknown one costs neither a decoded body nor a look at a secret.
        let content = || {
            Ok::<_, Rejection>(Content {
                headers,
                url: request.url(),
                query: request.query(),
                body: request.body()?,
                now: OffsetDateTime::now_utc(),
                trace,
            })
        };
        match request.route().ok_or(Rejection::UnknownSource)? {
            Gateway::Webhook { source: name } => {
                let source = self.intake.source(name)?;
                self.intake.webhook(name, source, content()?).await
            }
            Gateway::Events { client_id } => self.intake.event(client_id, content()?).await,
        }
    }
}

/// The rest of the function's time.
fn remaining(invocation: &Context) -> Duration {
    invocation.deadline().duration_since(SystemTime::now()).unwrap_or_default()
}

/// Lambda's, which stands below the function's own segment; else what the gateway was told or has made up.
fn trace(headers: &Headers, lambda: Option<&str>) -> Option<Trace> {
    match lambda {
        Some(header) => Trace::from_header(header),
        None => headers.first("X-Amzn-Trace-Id").and_then(Trace::from_header),
    }
}

/// As the log has it: whoever calls can write anything there.
fn source<'a>(request: &'a GatewayRequest<'_>) -> &'a str {
    match request.route() {
        Some(Gateway::Webhook { source }) => &source[..source.floor_char_boundary(64)],
        Some(Gateway::Events { .. }) => "events",
        None => "",
    }
}

/// One line an outcome.
fn log(outcome: &Result<Receipt, Rejection>, took: Duration) {
    let duration = Some(took);
    match outcome {
        Ok(Receipt::Queued { event_id, event_type, confirmed_after }) => {
            let line = Line { event_id, r#type: event_type, duration, ..Line::new(Level::Info, "queued") };
            let sent = confirmed_after.as_secs_f64() * 1e3;
            line.write(&[(Metric::Accepted, 1.0), (Metric::QueueSendTime, sent)]);
        }
        Ok(Receipt::Handshake { .. }) => Line { duration, ..Line::new(Level::Info, "handshake") }.write(&[]),
        Err(rejection) => {
            let told = rejection.told();
            let (level, outcome, metric) = told.outcome();
            let (status, reason, detail) = (Some(told.status), told.reason, Some(rejection as &dyn Display));
            Line { status, reason, detail, duration, ..Line::new(level, outcome) }.write(&[(metric, 1.0)]);
        }
    }
}
