//! Valid webhook requests of every scheme, which tests modify.

use std::time::SystemTime;

use hookline_aws::Variables;
use hookline_senders::Endpoint;
use hookline_signature::{Message, Secret, Signed, is_form};
use ingest::Config;
use serde_json::{Value, json};

use crate::fixture::{Function, environment, secret_for, webhook_request};

fn configured_scheme(source: &str) -> Endpoint {
    let lookup = environment("", None);
    Config::read(Variables::new(&lookup)).unwrap().intake.sources.remove(source).unwrap().scheme
}

/// The status of the response to an event of the source.
pub(crate) fn accepted_status(source: &str) -> i64 {
    configured_scheme(source).response().map_or(202, |response| response.status.into())
}

/// Seconds since 1970 in UTC.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Signs a webhook of the source with the current time.
pub(crate) fn sign_request(source: &str, body: &[u8]) -> SignedRequest {
    sign_request_at(source, body, now())
}

/// Signs a webhook of the source with the given time.
pub(crate) fn sign_request_at(source: &str, body: &[u8], now: i64) -> SignedRequest {
    sign(source, body, now, "application/json")
}

/// Signs a webhook of the source whose body is a form.
pub(crate) fn sign_form(source: &str, body: &str) -> SignedRequest {
    sign(source, body.as_bytes(), now(), "application/x-www-form-urlencoded; charset=utf-8")
}

fn sign(source: &str, body: &[u8], now: i64, content_type: &str) -> SignedRequest {
    let url = "https://api.example.com/live/webhooks/twilio";
    let message = Message { body, now, id: "msg_1", url, is_form: is_form(content_type), ..Message::default() };
    let Signed { mut headers, query, body: changed } =
        configured_scheme(source).sign(message, &Secret::new(secret_for(source)).unwrap()).unwrap();
    headers.retain(|(name, _)| name != "Content-Type");
    headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    SignedRequest { source: source.to_owned(), headers, query, body: changed.unwrap_or_else(|| body.to_vec()) }
}

/// A signed webhook that a test can modify after it was signed.
#[derive(Clone)]
pub(crate) struct SignedRequest {
    pub(crate) source: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl SignedRequest {
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(key, _)| key == name).unwrap().1.clone()
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    pub(crate) fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sends the request to a new function. Returns the status. Checks that an event is queued only with a status of success.
    pub(crate) async fn status(&self) -> i64 {
        let function = Function::new();
        let status = function.status(self.event()).await;
        assert_eq!(function.queued_events().len(), usize::from(status < 300));
        status
    }

    /// The request event of a REST API.
    pub(crate) fn event(&self) -> Value {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut event = webhook_request(&self.source, &headers, &self.body);
        event["requestContext"]["domainName"] = json!("api.example.com");
        event["requestContext"]["path"] = json!(format!("/live/webhooks/{}", self.source));
        if let Some((name, value)) = self.query.first() {
            event["multiValueQueryStringParameters"] = json!({ name: [value] });
        }
        event
    }
}
