//! What people try with methods, paths and names, and what of it is in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::fixture::{Function, webhook};
use crate::sent::signed;

#[tokio::test]
async fn only_the_one_method_of_the_one_path_is_there() {
    let function = Function::new();
    for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post", "POST ", ""] {
        let mut event = signed("github", b"{}").event();
        event["httpMethod"] = json!(method);
        assert_eq!(function.status(event).await, 404, "{method:?}");
    }
    for source in
        ["../github", "github/..", "github%2f..", "github%2F", "./github", "github/", "Github", "github\0", " github"]
    {
        let mut event = signed("github", b"{}").event();
        event["pathParameters"] = json!({ "source": source });
        assert_eq!(function.status(event).await, 404, "{source:?}");
    }
    assert!(function.queued().is_empty());
    assert_eq!(function.secrets.calls(), 0);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Line ends would make a second line of the log, escapes would paint an operator's terminal.
#[tokio::test]
async fn names_are_escaped_or_left_out_of_the_log() {
    let log = Log::default();
    // For the whole process, because a line that other tests have logged before would be forgotten otherwise; what they
    // log from now on is left out.
    let (own, ours) = (std::thread::current().id(), log.clone());
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || if std::thread::current().id() == own { ours.clone() } else { Log::default() });
    tracing::subscriber::set_global_default(lines.finish()).unwrap();
    let function = Function::new();
    let evil = "x\r\n{\"outcome\":\"queued\"}\u{1b}[31m\u{2028}";
    let named = signed("github", b"{}").with("X-GitHub-Event", evil).with("X-GitHub-Delivery", evil);
    assert_eq!(function.status(named.event()).await, 202);
    assert_eq!(function.status(webhook(evil, &[], b"{}")).await, 404);
    let mut event = signed("github", b"{}").without("X-Hub-Signature-256").event();
    event["requestContext"]["requestId"] = json!(evil);
    assert_eq!(function.status(event).await, 401);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["queued", "refused", "refused"]);
    let queued = &function.queued()[0];
    assert_eq!(queued.event_type, "github.received", "a name that is none is replaced");
    assert_ne!(queued.id, evil);
}
