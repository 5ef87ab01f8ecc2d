//! The loop against a Runtime API of one connection after the other, byte for byte as it is written and read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookline_runtime::{Invocation, RuntimeError, run};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the API does with a request.
#[derive(Clone)]
enum Deed {
    Says(String),
    /// It says that, but has it wait for a second first, as an API does that has no event.
    SaysLate(String),
    /// It says that, and closes the connection without a word about it.
    SaysAndCloses(String),
    Closes,
}

/// An API that does one deed after the other and then answers nothing; what it was asked, as `METHOD path body`.
async fn api(deeds: Vec<Deed>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut deeds = deeds.into_iter();
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            while let Some(request) = read(&mut stream).await {
                seen.lock().unwrap().push(request);
                match deeds.next() {
                    Some(Deed::SaysLate(answer)) => {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    Some(Deed::Says(answer)) => stream.write_all(answer.as_bytes()).await.unwrap(),
                    Some(Deed::SaysAndCloses(answer)) => {
                        stream.write_all(answer.as_bytes()).await.unwrap();
                        break;
                    }
                    Some(Deed::Closes) => break,
                    None => std::future::pending().await,
                }
            }
        }
    });
    (address, asked)
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).await.ok().filter(|bytes| *bytes > 0)?;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let path = first.split(' ').take(2).collect::<Vec<_>>().join(" ").replace("/2018-06-01/runtime/", "");
    Some(format!("{path} {}", String::from_utf8(body).unwrap()).trim().to_owned())
}

fn event(id: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
         Lambda-Runtime-Trace-Id: Root=1-2\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn accepted() -> Deed {
    Deed::Says("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned())
}

/// Runs with a handler that gives the event back, and panics at `panic`.
fn running(address: String) -> JoinHandle<RuntimeError> {
    tokio::spawn(async {
        run(address, async |invocation: Invocation| {
            assert!(invocation.event != "panic", "as asked");
            assert_eq!(invocation.trace.as_deref(), Some("Root=1-2"));
            assert!(invocation.left() > Duration::from_secs(3600));
            invocation.event
        })
        .await
        .unwrap_err()
    })
}

async fn asked(seen: &Mutex<Vec<String>>, expected: &[&str]) {
    let until = tokio::time::Instant::now() + Duration::from_secs(10);
    while seen.lock().unwrap().len() < expected.len() && tokio::time::Instant::now() < until {
        tokio::task::yield_now().await;
    }
    assert_eq!(*seen.lock().unwrap(), expected);
}

const NEXT: &str = "GET invocation/next";

#[tokio::test(flavor = "multi_thread")]
async fn one_event_after_the_other_is_answered_over_one_connection() {
    let chunked = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 2\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
        Lambda-Runtime-Trace-Id: Root=1-2\r\ntransfer-encoding: chunked\r\n\r\n3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n";
    let deeds = vec![Deed::Says(event("1", "first")), accepted(), Deed::Says(chunked.to_owned()), accepted()];
    let (address, seen) = api(deeds).await;
    let _running = running(address);
    let answers = ["POST invocation/1/response first", NEXT, "POST invocation/2/response second", NEXT];
    asked(&seen, &[&[NEXT], &answers[..]].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_told_and_the_next_event_is_handled() {
    let deeds = vec![Deed::Says(event("1", "panic")), accepted(), Deed::Says(event("2", "fine")), accepted()];
    let (address, seen) = api(deeds).await;
    let _running = running(address);
    let told = r#"POST invocation/1/error {"errorType":"Panic","errorMessage":"the handler panicked"}"#;
    asked(&seen, &[NEXT, told, NEXT, "POST invocation/2/response fine", NEXT]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_closed_is_opened_again() {
    let deeds = vec![
        Deed::SaysAndCloses(event("1", "first")),
        accepted(),
        Deed::Says(event("2", "second")),
        // Once it has the answer, and before it says so.
        Deed::Closes,
        accepted(),
    ];
    let (address, seen) = api(deeds).await;
    let _running = running(address);
    let second = "POST invocation/2/response second";
    asked(&seen, &[NEXT, "POST invocation/1/response first", NEXT, second, second, NEXT]).await;
}

/// Nothing else runs while it waits: a connection that was closed meanwhile must be known to be before anybody uses it.
#[test]
fn what_happened_while_it_waited_is_known_when_the_event_is_handled() {
    let elsewhere = tokio::runtime::Runtime::new().unwrap();
    let (address, seen) = elsewhere.block_on(api(vec![Deed::SaysLate(event("1", "first")), accepted()]));
    let listener = elsewhere.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let other = listener.local_addr().unwrap();
    elsewhere.spawn(async move { drop(listener.accept().await) });

    let function = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || {
        function.block_on(async {
            let mut idle = TcpStream::connect(other).await.unwrap();
            let closed = tokio::spawn(async move { idle.read(&mut [0]).await.unwrap() == 0 });
            run(address, async |_| closed.is_finished().to_string().into()).await.unwrap_err()
        })
    });
    elsewhere.block_on(asked(&seen, &[NEXT, "POST invocation/1/response true", NEXT]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_lambda_refuses_ends_nothing() {
    let refused = Deed::Says("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}".to_owned());
    let (address, seen) = api(vec![Deed::Says(event("1", "large")), refused]).await;
    let _running = running(address);
    asked(&seen, &[NEXT, "POST invocation/1/response large", NEXT]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_events_it_ends_and_says_why() {
    let (address, _) = api(vec![Deed::Says("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned())]).await;
    assert_eq!(running(address).await.unwrap().to_string(), "the Runtime API answers 500 when asked for an event");
    let (address, _) = api(vec![Deed::Says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned())]).await;
    let error = running(address).await.unwrap().to_string();
    assert_eq!(error, "the Runtime API gives an event without lambda-runtime-deadline-ms");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = running(address.clone()).await.unwrap().to_string();
    assert!(error.starts_with(&format!("the Runtime API at {address} does not answer")), "{error}");
}
