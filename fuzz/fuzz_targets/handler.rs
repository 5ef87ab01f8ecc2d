//! The whole of ingest, from what the gateway hands over to the answer. Nobody knows a secret, so nothing may be queued,
//! and whatever is sent is answered with a status of the contract.

#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use hookline_environment::Variables;
use hookline_event::Payload;
use hookline_secrets::{GetSecret, GetSecretError, SecretCache, Stage};
use hookline_telemetry::Trace;
use ingest::{Config, Handler, Intake, KeepError, KeepPayload, SendError, SendEvent};
use lambda_runtime::{Context, LambdaEvent};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

struct Store;

impl GetSecret for Store {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let key = if name.ends_with("standard") { "whsec_YSBzZWNyZXQgdGhhdCBpcyBpbiBubyBjb3JwdXM=" } else { "no corpus has this" };
        Ok((stage == Stage::Current).then(|| key.into()))
    }
}

struct Queue;

impl SendEvent for Queue {
    async fn send_event(&self, _: &str, message: String, _: Option<&Trace>) -> Result<(), SendError> {
        panic!("queued without a signature: {message}");
    }
}

struct Bucket;

impl KeepPayload for Bucket {
    async fn keep_payload(&self, _: Vec<u8>) -> Result<Payload, KeepError> {
        panic!("kept without a signature");
    }
}

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "HOOKLINE_SOURCES" => {
            r#"{
                "bitbucket": { "scheme": "bitbucket" }, "github": { "scheme": "github" }, "gitlab": { "scheme": "gitlab" },
                "hmac": { "scheme": "hmac", "header": "X-Sig", "template": "{timestamp}.{body}", "timestamp_header": "X-Time" },
                "linear": { "scheme": "linear" }, "pagerduty": { "scheme": "pagerduty" }, "shopify": { "scheme": "shopify" },
                "slack": { "scheme": "slack" }, "standard": { "scheme": "standard" }, "stripe": { "scheme": "stripe" },
                "twilio": { "scheme": "twilio" }
            }"#
        }
        "HOOKLINE_QUEUE_URL" => "https://sqs.test/intake",
        "HOOKLINE_PREFIX" => "hookline-fuzz",
        "HOOKLINE_SECRET_TTL_SECONDS" | "HOOKLINE_SECRET_REFRESH_SECONDS" => "3600",
        "HOOKLINE_MAX_MESSAGE_BYTES" => "262144",
        "HOOKLINE_PAYLOAD_BUCKET" => "payloads",
        "HOOKLINE_LOG_LEVEL" => "error",
        "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "fuzz",
        _ => return None,
    };
    Some(value.to_owned())
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

static HANDLER: LazyLock<Arc<Handler<Store, Queue, Bucket>>> = LazyLock::new(|| {
    let config = Config::read(Variables::new(&variable)).unwrap_or_else(|faults| panic!("{faults}"));
    Arc::new(Handler::new(Intake::new(config.intake, SecretCache::new(Store, config.secrets), Queue, Bucket)))
});

fuzz_target!(|data: &[u8]| {
    // What is no JSON, or has another shape than an event, the runtime itself refuses.
    let Ok(event) = serde_json::from_slice(data) else { return };
    let mut context = Context::default();
    let deadline = SystemTime::now() + Duration::from_secs(10);
    let since = deadline.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    context.deadline = since.as_millis().try_into().expect("a time");
    let answer = RUNTIME.block_on(Arc::clone(&HANDLER).handle(LambdaEvent::new(event, context)));
    let status = answer.expect("always an answer").status_code;
    assert!(matches!(status, 400 | 401 | 404 | 413 | 415), "{status}");
});
