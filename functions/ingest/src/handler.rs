//! Translates: a gateway event in, a response and a line in the log out.

use std::convert::Infallible;
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use hookline_secrets::GetSecret;
use hookline_telemetry::{self as telemetry, ColdStart, Level, Line, Metric, Trace, within};
use lambda_runtime::{Context, LambdaEvent};
use time::OffsetDateTime;

use crate::gateway::{Gateway, GatewayRequest};
use crate::intake::{Content, Intake, Receipt};
use crate::payload::KeepPayload;
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

impl<S: GetSecret, Q: SendEvent, P: KeepPayload> Handler<S, Q, P> {
    /// Over the part that decides.
    pub fn new(intake: Intake<S, Q, P>) -> Self {
        Self { intake, cold_start: ColdStart::default() }
    }

    /// Always answers: whatever goes wrong, a panic included, becomes a status.
    ///
    /// # Errors
    ///
    /// None.
    pub async fn handle(
        self: Arc<Self>,
        event: LambdaEvent<GatewayRequest>,
    ) -> Result<ApiGatewayProxyResponse, Infallible> {
        let started = Instant::now();
        let cold_start = self.cold_start.take();
        let (request, context) = event.into_parts();
        let request = Arc::new(request);
        let trace = trace(&request, &context);
        let common = telemetry::Context {
            request_id: request.request_id().to_owned(),
            source: source(&request).to_owned(),
            trace_id: trace.as_ref().map(|trace| trace.id().to_owned()).unwrap_or_default(),
            cold_start,
            ..telemetry::Context::default()
        };
        let task = tokio::spawn({
            let request = Arc::clone(&request);
            within(common.clone(), async move { self.receive(&request, trace, &context).await })
        });
        let outcome = task.await.unwrap_or(Err(Rejection::Internal));
        within(common, async { log(&outcome, started.elapsed()) }).await;
        Ok(match outcome {
            Ok(receipt) => respond::receipt(receipt),
            Err(rejection) => respond::rejection(&rejection, request.request_id()),
        })
    }

    async fn receive(
        &self,
        request: &GatewayRequest,
        trace: Option<Trace>,
        context: &Context,
    ) -> Result<Receipt, Rejection> {
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let decided = tokio::time::timeout(left.saturating_sub(RESERVE), self.decide(request, trace));
        decided.await.unwrap_or(Err(Rejection::OutOfTime))
    }

    async fn decide(&self, request: &GatewayRequest, trace: Option<Trace>) -> Result<Receipt, Rejection> {
        let headers = request.headers();
        // Made only once the source is known: an unknown one costs neither a decoded body nor a look at a secret.
        let content = || {
            Ok::<_, Rejection>(Content {
                headers: &headers,
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

/// Lambda's, which stands below the function's own segment; else what the gateway was told or has made up.
fn trace(request: &GatewayRequest, context: &Context) -> Option<Trace> {
    match &context.xray_trace_id {
        Some(header) => Trace::from_header(header),
        None => request.headers().first("X-Amzn-Trace-Id").and_then(Trace::from_header),
    }
}

/// As the log has it: whoever calls can write anything there.
fn source(request: &GatewayRequest) -> &str {
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
