//! The peak memory of the function. Each case runs in a process of its own, because the kernel records the peak for a
//! process (`VmHWM`).

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hookline_event::{DedupKey, Event, Payload};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::fixture::{Function, event, message_body, record};

/// The limit for the whole process: the function, the fakes and the test itself.
const MAX_MEGABYTES: u64 = 100;

/// The largest body that ingest accepts.
const MAX_BODY: usize = 4_500_000;

const CASE: &str = "HOOKLINE_TEST_MEMORY_CASE";
const FORM: &str = "application/x-www-form-urlencoded";

/// Returns a body, its content type and its content coding.
fn body(case: &str) -> (Vec<u8>, &'static str, Option<&'static str>) {
    let repeat = |part: &str| part.repeat(MAX_BODY / part.len() - 2);
    let nested = |open: &str, close: &str| {
        let depth = MAX_BODY / (open.len() + close.len()) - 1;
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    };
    let json = |text: String| (text.into_bytes(), "application/json", None);
    match case {
        "small_objects" => json(format!("[{}0]", repeat("{\"\":0},"))),
        "small_arrays" => json(format!("{{\"ref\":\"a\",\"b\":[{}0]}}", repeat("[],"))),
        "numbers" => json(format!("[{}0]", repeat("1,"))),
        "nested_objects" => json(nested("{\"a\":", "}")),
        "nested_arrays" => json(nested("[", "]")),
        "one_text" => json(format!("{{\"ref\":\"a\",\"b\":\"{}\"}}", repeat("<&> "))),
        "one_escaped_text" => json(format!("{{\"ref\":\"a\",\"b\":\"{}\"}}", repeat("\\u0041"))),
        "members" => {
            let mut text = "{\"ref\":\"a\"".to_owned();
            (0..MAX_BODY / 20).for_each(|number| write!(text, ",\"name{number:08}\":[]").unwrap());
            json(text + "}")
        }
        "form" => (repeat("a=b&").into_bytes(), FORM, None),
        "form_with_json" => (format!("payload=[{}0]", repeat("%7B%7D,")).into_bytes(), FORM, None),
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            let text = format!("[{}0]", "{\"\":0},".repeat(16 * 1024 * 1024 / 7 - 2));
            std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
            (encoder.finish().unwrap(), "application/json", Some("gzip"))
        }
        // A batch of at most 6 MB reaches the function in one event of Lambda.
        "inline_objects" => json(format!("[{}0]", "{\"\":0},".repeat(60_000))),
        "binary" => (vec![0xff; MAX_BODY], "application/octet-stream", None),
        other => panic!("no case {other}"),
    }
}

/// A destination that reads requests and keeps nothing of them. Returns its URL.
async fn discarding_receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap().to_lowercase();
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next()).unwrap();
                let mut body = stream.take(length.parse().unwrap());
                tokio::io::copy(&mut body, &mut tokio::io::sink()).await.unwrap();
                let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                body.into_inner().write_all(response).await.unwrap();
            });
        }
    });
    url
}

/// Delivers a batch with the body of the case to a destination of each kind. The results do not count, because the
/// functions are slow without optimization: a connection can time out.
#[tokio::test]
#[ignore = "a process of its own: the other tests of this file start it"]
async fn batch_of_ten() {
    let case = std::env::var(CASE).unwrap();
    let (body, content_type, content_encoding) = body(&case);
    let template = "{{ payload.b }}{{ payload }}{{ payload|length }}.";
    let chat = |kind: &str| json!({ "kind": kind, "timeout_ms": 60_000, "template": template });
    let http = json!({ "kind": "http", "timeout_ms": 60_000, "url": discarding_receiver().await });
    let destinations = json!({
        "orders": http, "audit": http, "hangs": http, "slack": chat("slack"), "discord": chat("discord"),
        "bus": { "kind": "eventbridge", "timeout_ms": 60_000, "bus": "orders" },
    });
    let function = Function::with_variables(&[
        ("HOOKLINE_DESTINATIONS", destinations.to_string()),
        (
            "HOOKLINE_ROUTES",
            json!({ "github": {
                "destinations": ["orders", "audit", "slack", "discord", "bus"],
                "filter": [{ "pointer": "/a/a/a", "exists": false }, { "pointer": "/ref", "in": ["a", "b"] }],
            }, "all": { "source": "github", "destinations": ["orders", "audit", "slack", "discord", "bus"] } })
            .to_string(),
        ),
    ])
    .await;
    for chat in ["slack", "discord"] {
        function.aws.put_secret(chat, &format!("{}/hook", function.receiver_url));
    }
    let uri = "s3://payloads/payloads/1";
    function.payloads.objects.lock().unwrap().insert(uri.to_owned(), body.clone());
    let record = |number: u32| -> Value {
        let event = Event {
            content_type: Some(content_type.to_owned()),
            content_encoding: content_encoding.map(str::to_owned),
            dedup_key: DedupKey::from_signed_id("github", &number.to_string()),
            ..event("github")
        };
        if case == "inline_objects" {
            return record(&number.to_string(), &message_body(Event { data: body.clone().into(), ..event }), 1);
        }
        let event = event.replace_data(Payload::Offloaded { uri: uri.to_owned() }).0;
        record(&number.to_string(), &event.to_json().unwrap(), 1)
    };
    // The slowest cases.
    let count = if case.contains("form") || ["gzip", "numbers"].contains(&case.as_str()) { 3 } else { 10 };
    // The retry lane, because the timeouts of the destinations are longer than the intake lane allows.
    let on_retry_queue = |mut message: Value| {
        message["eventSourceARN"] = json!("arn:aws:sqs:us-east-2:123456789012:retry");
        message
    };
    let records = (0..count).map(record).map(on_retry_queue).collect();
    function.response(records, Duration::from_secs(300)).await;
    assert!(function.received_requests() > 0, "no chat received a message");
}

/// Runs a case in another process and checks its peak memory.
#[track_caller]
#[allow(clippy::print_stdout, reason = "the peak is worth knowing even if the test passes")]
fn check(case: &str) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::batch_of_ten", "--include-ignored", "--nocapture"])
        .env(CASE, case)
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|number| number.parse().ok());
        peak = kilobytes.unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success(), "{case}");
    println!("{case}: {} MB", peak / 1024);
    assert!(peak > 0 && peak / 1024 < MAX_MEGABYTES, "{case}: {} MB", peak / 1024);
}

#[test]
fn small_objects_fit_into_memory() {
    check("small_objects");
}

#[test]
fn small_arrays_fit_into_memory() {
    check("small_arrays");
}

#[test]
fn numbers_fit_into_memory() {
    check("numbers");
}

#[test]
fn nested_objects_fit_into_memory() {
    check("nested_objects");
}

#[test]
fn nested_arrays_fit_into_memory() {
    check("nested_arrays");
}

#[test]
fn one_text_fits_into_memory() {
    check("one_text");
}

#[test]
fn one_escaped_text_fits_into_memory() {
    check("one_escaped_text");
}

#[test]
fn members_fit_into_memory() {
    check("members");
}

#[test]
fn form_fits_into_memory() {
    check("form");
}

#[test]
fn form_with_json_fits_into_memory() {
    check("form_with_json");
}

#[test]
fn gzip_fits_into_memory() {
    check("gzip");
}

#[test]
fn binary_fits_into_memory() {
    check("binary");
}

#[test]
fn inline_objects_fit_into_memory() {
    check("inline_objects");
}
