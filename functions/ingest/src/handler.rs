//! Translates: a gateway event in, a response and a line in the log out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use hookline_secrets::GetSecret;
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
}

impl<S: GetSecret, Q: SendEvent, P: KeepPayload> Handler<S, Q, P> {
    /// Over the part that decides.
    pub fn new(intake: Intake<S, Q, P>) -> Self {
        Self { intake }
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
        let (request, context) = event.into_parts();
        let request = Arc::new(request);
        let task = tokio::spawn({
            let request = Arc::clone(&request);
            async move { self.receive(&request, &context).await }
        });
        let outcome = task.await.unwrap_or(Err(Rejection::Internal));
        log(&request, &outcome, started.elapsed());
        Ok(match outcome {
            Ok(receipt) => respond::receipt(receipt),
            Err(rejection) => respond::rejection(&rejection, request.request_id()),
        })
    }

    async fn receive(&self, request: &GatewayRequest, context: &Context) -> Result<Receipt, Rejection> {
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let decided = tokio::time::timeout(left.saturating_sub(RESERVE), self.decide(request, context));
        decided.await.unwrap_or(Err(Rejection::OutOfTime))
    }

    async fn decide(&self, request: &GatewayRequest, context: &Context) -> Result<Receipt, Rejection> {
        let headers = request.headers();
        // Made only once the source is known: an unknown one costs neither a decoded body nor a look at a secret.
        let content = || {
            Ok::<_, Rejection>(Content {
                headers: &headers,
                url: request.url(),
                query: request.query(),
                body: request.body()?,
                now: OffsetDateTime::now_utc(),
                traceparent: context.xray_trace_id.as_deref().and_then(hookline_telemetry::traceparent),
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

/// One line an outcome. A fault of ours is an error, a sender's a warning.
fn log(request: &GatewayRequest, outcome: &Result<Receipt, Rejection>, took: Duration) {
    let request_id = request.request_id();
    let source = match request.route() {
        Some(Gateway::Webhook { source }) => &source[..source.floor_char_boundary(64)],
        Some(Gateway::Events { .. }) => "events",
        None => "",
    };
    let duration_ms = took.as_secs_f64() * 1e3;
    match outcome {
        Ok(Receipt::Queued { event_id, event_type }) => {
            tracing::info!(outcome = "queued", request_id, source, event_id, r#type = event_type, duration_ms);
        }
        Ok(Receipt::Handshake { .. }) => tracing::info!(outcome = "handshake", request_id, source, duration_ms),
        Err(rejection) => {
            let (status, _, reason) = rejection.parts();
            if status < 500 {
                tracing::warn!(outcome = "refused", request_id, source, status, reason, detail = %rejection, duration_ms);
            } else {
                tracing::error!(outcome = "failed", request_id, source, status, reason, detail = %rejection, duration_ms);
            }
        }
    }
}
