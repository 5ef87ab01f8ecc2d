//! Copies for listeners: who receives which event, and that no delivery waits for a copy.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, pending};
use hookline_aws::PortError;
use hookline_event::Event;
use hookline_event_log::Listener;
use hookline_telemetry::{Level, Settings, capture};
use process::CopyEvents;

use crate::fixture::{Function, message_body, now, record, unique_event, unique_record};

/// Records the copies.
#[derive(Clone, Default)]
struct FakeCopies(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    listeners: Vec<Listener>,
    reads: usize,
    /// The queue and the message of each copy.
    copies: Vec<(String, String)>,
    is_unavailable: bool,
    hangs: bool,
}

impl CopyEvents for FakeCopies {
    fn read_listeners(&self) -> BoxFuture<'_, Result<Vec<Listener>, PortError>> {
        let mut state = self.0.lock().unwrap();
        state.reads += 1;
        let listeners = state.listeners.clone();
        let result = if state.is_unavailable { Err(PortError::new("read", "unavailable")) } else { Ok(listeners) };
        async move { result }.boxed()
    }

    fn send_copy<'c>(&'c self, queue_url: &'c str, message: &'c str) -> BoxFuture<'c, Result<(), PortError>> {
        async move {
            if self.0.lock().unwrap().hangs {
                pending::<()>().await;
            }
            let mut state = self.0.lock().unwrap();
            if state.is_unavailable {
                return Err(PortError::new("sqs:SendMessage", "unavailable"));
            }
            state.copies.push((queue_url.to_owned(), message.to_owned()));
            Ok(())
        }
        .boxed()
    }
}

fn listener(queue: &str, source: &str, until: u64) -> Listener {
    Listener { queue_url: queue.to_owned(), source: source.to_owned(), until }
}

async fn function(listeners: Vec<Listener>) -> (Function, FakeCopies) {
    let (function, copies) = (Function::with_variables(&[]).await, FakeCopies::default());
    copies.0.lock().unwrap().listeners = listeners;
    let handler = function.handler.with_listeners(copies.clone());
    (Function { handler, ..function }, copies)
}

#[tokio::test]
async fn listeners_of_the_source_receive_the_message_as_ingest_wrote_it() {
    let running = now() + 60;
    let listeners = vec![
        listener("mine", "github", running),
        listener("yours", "github", running),
        listener("other", "stripe", running),
        listener("ended", "github", now() - 1),
    ];
    let (function, copies) = function(listeners).await;
    let record = unique_record("1", "github", 1);
    assert!(function.failed_ids(vec![record.clone()]).await.is_empty());
    let expected = ["mine", "yours"].map(|queue| (queue.to_owned(), record["body"].as_str().unwrap().to_owned()));
    assert_eq!(copies.0.lock().unwrap().copies, expected);
    // A second receive is no new event, and the list is not read again within seconds.
    function.failed_ids(vec![unique_record("2", "github", 2)]).await;
    let state = copies.0.lock().unwrap();
    assert_eq!((state.copies.len(), state.reads), (2, 1));
}

/// A replay has no signature of the sender that a local program could verify.
#[tokio::test]
async fn replays_are_not_copied() {
    let (function, copies) = function(vec![listener("mine", "github", now() + 60)]).await;
    let replay = Event { replay: Some("replay-1".to_owned()), ..unique_event("1", "github") };
    assert!(function.failed_ids(vec![record("1", &message_body(replay), 1)]).await.is_empty());
    assert_eq!((function.received_requests(), copies.0.lock().unwrap().copies.len()), (1, 0));
}

#[tokio::test]
async fn deliveries_do_not_depend_on_copies() {
    let (function, copies) = function(vec![listener("mine", "github", now() + 60)]).await;
    function.failed_ids(vec![unique_record("1", "github", 1)]).await;
    copies.0.lock().unwrap().is_unavailable = true;
    let captured = capture(Settings { level: Level::Info, service: "hookline-test".into(), function: "process" });
    assert!(function.failed_ids(vec![unique_record("2", "github", 1)]).await.is_empty());
    let lines = captured.lines();
    let dropped = lines.iter().find(|line| line["outcome"] == "copies_dropped").unwrap();
    assert_eq!(dropped["detail"], "1 copies for listeners: sqs:SendMessage failed: unavailable");
}

#[tokio::test]
async fn a_batch_waits_at_most_a_second_for_copies() {
    let (function, copies) = function(vec![listener("mine", "github", u64::MAX)]).await;
    copies.0.lock().unwrap().hangs = true;
    let started = std::time::Instant::now();
    assert!(function.failed_ids(vec![unique_record("1", "github", 1)]).await.is_empty());
    let elapsed = started.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(5)).contains(&elapsed), "{elapsed:?}");
}
