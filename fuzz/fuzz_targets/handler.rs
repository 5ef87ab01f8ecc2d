//! Fuzzes the whole ingest function, from the gateway's event to the response.
//!
//! The input contains no valid signature, so the function must not queue anything, and every response must have a
//! documented status. Some of the sources have handshakes.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hookline_aws::{GetSecret, GetSecretError, PortError, SecretCache, Stage, Variables};
use hookline_event::Payload;
use hookline_telemetry::Trace;
use ingest::{Config, Handler, Intake, SendEvent, StorePayload};
use lambda_runtime::Context;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// A key of <https://github.com/sendgrid/sendgrid-nodejs>.
const PUBLIC_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";

struct FakeSecretStore;

impl GetSecret for FakeSecretStore {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let key = match name.rsplit('/').next() {
            Some("standard") => "whsec_YSBzZWNyZXQgdGhhdCBpcyBpbiBubyBjb3JwdXM=",
            Some("adyen") => "00112233445566778899aabbccddeeff",
            Some("sendgrid") => PUBLIC_KEY,
            _ => "no corpus has this",
        };
        Ok((stage == Stage::Current).then(|| key.into()))
    }
}

struct RejectingQueue;

impl SendEvent for RejectingQueue {
    async fn send_event(&self, _: &str, message: String, _: Option<&Trace>) -> Result<(), PortError> {
        panic!("queued without a valid signature: {message}");
    }
}

struct RejectingPayloadStore;

impl StorePayload for RejectingPayloadStore {
    async fn store_payload(&self, _: Bytes) -> Result<Payload, PortError> {
        panic!("stored without a valid signature");
    }
}

/// Returns the function's environment variable.
fn variable(name: &str) -> Option<String> {
    let value = match name {
        "HOOKLINE_SOURCES" => {
            r#"{
                "adyen": { "sender": "adyen" }, "asana": { "sender": "asana" }, "bitbucket": { "sender": "bitbucket" },
                "github": { "sender": "github" }, "gitlab": { "sender": "gitlab" }, "linear": { "sender": "linear" },
                "hmac": { "scheme": {
                    "signature": { "in": ["header:X-Sig"] },
                    "message": "{timestamp}.{body}",
                    "timestamp": { "in": "header:X-Time" }
                } },
                "mailgun": { "sender": "mailgun" }, "messagebird": { "sender": "messagebird" }, "meta": { "sender": "meta" },
                "okta": { "sender": "okta" }, "pagerduty": { "sender": "pagerduty" }, "sendgrid": { "sender": "sendgrid" },
                "shopify": { "sender": "shopify" }, "slack": { "sender": "slack" }, "standard": { "sender": "standard" },
                "stripe": { "sender": "stripe" }, "trello": { "sender": "trello" }, "twilio": { "sender": "twilio" },
                "x": { "sender": "x" }, "zoom": { "sender": "zoom" }
            }"#
        }
        "HOOKLINE_QUEUE_URL" => "https://sqs.test/intake",
        "HOOKLINE_PREFIX" => "hookline-fuzz",
        "HOOKLINE_SECRET_TTL_SECONDS" | "HOOKLINE_SECRET_REFRESH_SECONDS" => "3600",
        "HOOKLINE_MAX_MESSAGE_BYTES" => "262144",
        "HOOKLINE_PAYLOAD_BUCKET" => "payloads",
        "HOOKLINE_LOG_LEVEL" => "error",
        "AWS_LAMBDA_RUNTIME_API" | "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "fuzz",
        _ => return None,
    };
    Some(value.to_owned())
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

static HANDLER: LazyLock<Handler<FakeSecretStore, RejectingQueue, RejectingPayloadStore>> = LazyLock::new(|| {
    let config = Config::read(Variables::new(&variable)).unwrap_or_else(|error| panic!("{error}"));
    Handler::new(Intake::new(
        config.intake,
        SecretCache::new(FakeSecretStore, config.secrets),
        RejectingQueue,
        RejectingPayloadStore,
    ))
});

fuzz_target!(|data: &[u8]| {
    // The Lambda runtime passes the event as UTF-8 text.
    let Ok(event) = std::str::from_utf8(data) else { return };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + Duration::from_secs(10);
    let mut invocation = Context::default();
    invocation.deadline = deadline.as_millis().try_into().unwrap_or(u64::MAX);
    let response = RUNTIME.block_on(HANDLER.handle(event, &invocation));
    let response: Value = serde_json::to_value(response).expect("a response in JSON");
    let status = response["statusCode"].as_u64();
    // The function returns 200 for a handshake, which is no event, and 500 only for a malformed gateway event. A panic does
    // not return 500 here: it ends the run.
    assert!(matches!(status, Some(200 | 400 | 401 | 404 | 413 | 415 | 500)), "{status:?}");
    assert!(response["headers"]["hookline-event-id"].is_null(), "accepted without a valid signature");
});
