//! A source with its keys, for tests of one sender or of one description.

use hookline_senders::{Endpoint, SchemeSource};
use hookline_signature::{Headers, Message, Request, Secret, Signed, Verified, VerifyError};
use serde_json::{Value, json};

use crate::fixture::{NOW, TestRequest, URL};

pub(crate) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const WHSK: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The public key of `WHSK`, created by Python's package `cryptography`.
pub(crate) const WHPK: &str = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

/// Long enough that property tests do not generate it by chance: the request contains this token.
const GITLAB_TOKEN: &str = "glpat-0123456789abcdef";

/// A configured source with the sender's key and the stored one.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) scheme: Endpoint,
    pub(crate) signing_key: String,
    pub(crate) stored_key: String,
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

/// Resolves the configuration of a source, as Terraform writes it.
pub(crate) fn resolve(config: Value) -> Result<Endpoint, String> {
    let source: SchemeSource = serde_json::from_value(config).map_err(|error| error.to_string())?;
    source.resolve().map_err(|error| error.to_string())
}

/// The description of an HMAC with every option.
pub(crate) fn hmac() -> Value {
    json!({
        "algorithm": "hmac-sha512",
        "signature": { "in": ["header:X-Acme-Signature"], "prefix": "v1=", "separator": " ", "encoding": "base64" },
        "message": "{id}.{timestamp}.{body}",
        "timestamp": { "in": "header:X-Acme-Time" },
        "id": ["{header:X-Acme-Id}"],
        "type": ["{header:X-Acme-Event}"],
    })
}

/// Returns a description of an HMAC of the body, with further members.
pub(crate) fn with_members(members: Value) -> Value {
    let mut description = json!({ "signature": { "in": ["header:X-Signature"] } });
    description.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    description
}

/// Returns a source by its name: a sender, with its kind of key, or a description of an HMAC.
pub(crate) fn source(name: &str) -> Source {
    let minimal = json!({ "signature": { "in": ["header:X-Acme-Signature"] }, "type": ["{header:X-Acme-Event}"] });
    match name {
        "gitlab" => Source::new(json!({ "sender": name })).with_key(GITLAB_TOKEN),
        "standard" | "gitlab-signed" => Source::new(json!({ "sender": name })).with_key(WHSEC),
        "standard ed25519" => Source::new(json!({ "sender": "standard" })).with_keys(WHSK, WHPK),
        "linear" => Source::new(json!({ "sender": name, "tolerance_seconds": 60 })),
        "slack" => Source::new(json!({ "sender": name, "tolerance_seconds": 300 })),
        "stripe" => Source::new(json!({ "sender": name })).with_key("whsec_s"),
        "hmac" => Source::new(json!({ "scheme": minimal })),
        "hmac with all options" => Source::new(json!({ "scheme": hmac() })),
        sender => Source::new(json!({ "sender": sender })),
    }
}

/// The senders that existed before the catalogue, and descriptions of an HMAC.
pub(crate) const NAMES: [&str; 14] = [
    "bitbucket",
    "github",
    "gitlab",
    "gitlab-signed",
    "hmac",
    "hmac with all options",
    "linear",
    "pagerduty",
    "shopify",
    "slack",
    "standard",
    "standard ed25519",
    "stripe",
    "twilio",
];

impl Source {
    /// Creates a source whose secret is the text `s`.
    pub(crate) fn new(config: Value) -> Self {
        let text = config.to_string();
        let scheme = resolve(config).unwrap_or_else(|error| panic!("{text}: {error}"));
        Self { scheme, signing_key: "s".to_owned(), stored_key: "s".to_owned() }
    }

    /// Creates a source with a description.
    pub(crate) fn scheme(description: Value) -> Self {
        Self::new(json!({ "scheme": description }))
    }

    pub(crate) fn with_key(self, key: &str) -> Self {
        self.with_keys(key, key)
    }

    pub(crate) fn with_keys(self, signing_key: &str, stored_key: &str) -> Self {
        Self { signing_key: signing_key.to_owned(), stored_key: stored_key.to_owned(), ..self }
    }

    /// Takes the sender's key and stores what belongs to it.
    pub(crate) fn with_signing_key(self, signing_key: &str) -> Self {
        let stored_key = self.scheme.stored_key(&secret(signing_key)).unwrap();
        let stored_key = String::from_utf8(stored_key.expose().to_vec()).unwrap();
        self.with_keys(signing_key, &stored_key)
    }

    /// Signs a body. If the sender signs values in the body, the request has the changed body.
    pub(crate) fn sign(&self, body: &[u8]) -> TestRequest {
        self.sign_message(Message { body, now: NOW, id: "msg_1", url: URL, ..Message::default() })
    }

    pub(crate) fn sign_message(&self, message: Message<'_>) -> TestRequest {
        let signed = self.scheme.sign(message, &secret(&self.signing_key)).unwrap();
        let Signed { mut headers, query, body } = signed;
        headers.extend(message.headers.iter().cloned());
        TestRequest { headers, query, body: body.unwrap_or_else(|| message.body.to_vec()) }
    }

    pub(crate) fn verify(&self, sent: &TestRequest) -> Result<Verified, VerifyError> {
        self.verify_with(sent, &[&self.stored_key], NOW)
    }

    pub(crate) fn verify_with(&self, sent: &TestRequest, keys: &[&str], now: i64) -> Result<Verified, VerifyError> {
        let secrets: Vec<_> = keys.iter().map(|key| secret(key)).collect();
        sent.with_request(URL, |request| self.scheme.verify(request, &secrets, now))
    }

    /// Returns the reason code of a rejection, or `accepted`.
    pub(crate) fn verdict(&self, sent: &TestRequest) -> &'static str {
        verdict(&self.verify(sent))
    }

    pub(crate) fn verdict_at(&self, sent: &TestRequest, now: i64) -> &'static str {
        verdict(&self.verify_with(sent, &[&self.stored_key], now))
    }

    /// Returns the reason code for a request that another URL received.
    pub(crate) fn verdict_for_url(&self, url: &str, sent: &TestRequest) -> &'static str {
        sent.with_request(url, |request| verdict(&self.scheme.verify(request, &[secret(&self.stored_key)], NOW)))
    }
}

fn verdict(result: &Result<Verified, VerifyError>) -> &'static str {
    result.as_ref().map_or_else(VerifyError::reason, |_| "accepted")
}

impl TestRequest {
    pub(crate) fn new(headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { headers: headers.collect(), query: Vec::new(), body: body.into() }
    }

    /// Calls a function with the request as a function of API Gateway receives it.
    pub(crate) fn with_request<T>(&self, url: &str, call: impl FnOnce(Request<'_>) -> T) -> T {
        let headers = Headers::from_iter(self.headers.clone());
        let raw_query: Vec<_> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let raw_query = raw_query.join("&");
        let (body, query) = (&self.body, &self.query);
        call(Request { method: "POST", headers: &headers, body, url, query, raw_query: &raw_query })
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self = self.without_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap().1.clone()
    }

    pub(crate) fn with_query(mut self, name: &str, value: &str) -> Self {
        self.query.retain(|(key, _)| key != name);
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }
}
