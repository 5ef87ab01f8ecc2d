use std::time::SystemTime;

use hookline_aws::Variables;
use hookline_signature::{Message, Scheme, Secret, Signed};
use ingest::Config;
use serde_json::{Value, json};

use crate::fixture::{Function, environment, secret_of, webhook};

fn scheme_of(source: &str) -> Scheme {
    let lookup = environment("", None);
    Config::read(Variables::new(&lookup)).unwrap().intake.sources.remove(source).unwrap().scheme
}

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A webhook that its source's sender has signed just now, and its headers.
pub(crate) fn signed(source: &str, body: &[u8]) -> Sent {
    signed_at(source, body, now())
}

pub(crate) fn signed_at(source: &str, body: &[u8], now: i64) -> Sent {
    let url = "https://api.example.com/live/webhooks/twilio";
    let message = Message { body, now, id: "msg_1", url, form: false };
    let Signed { mut headers, query } =
        scheme_of(source).sign(message, &Secret::new(secret_of(source)).unwrap()).unwrap();
    headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    Sent { source: source.to_owned(), headers, query, body: body.to_vec() }
}

/// A webhook, to be bent.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) source: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Option<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(key, _)| key == name).unwrap().1.clone()
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    pub(crate) fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// What a function of its own answers; only with 202 there is something on its queue.
    pub(crate) async fn status(&self) -> i64 {
        let function = Function::new();
        let status = function.status(self.event()).await;
        assert_eq!(function.queued().len(), usize::from(status == 202));
        status
    }

    pub(crate) fn event(&self) -> Value {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut event = webhook(&self.source, &headers, &self.body);
        event["requestContext"]["domainName"] = json!("api.example.com");
        event["requestContext"]["path"] = json!(format!("/live/webhooks/{}", self.source));
        if let Some((name, value)) = &self.query {
            event["multiValueQueryStringParameters"] = json!({ name: [value] });
        }
        event
    }
}
