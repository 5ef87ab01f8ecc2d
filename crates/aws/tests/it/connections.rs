//! Tests of connection reuse. The server counts the connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use hookline_aws::Timeouts;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{TIMEOUTS, sdk, sqs_client};

const KEEP_ALIVE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
const CLOSE: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

/// Starts a server that closes each connection after `max_requests` requests. Returns its URL and the number of
/// connections.
async fn start_server(max_requests: usize, response: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, max_requests, response));
        }
    });
    (url, count)
}

async fn serve(mut stream: TcpStream, max_requests: usize, response: &[u8]) {
    let mut request = [0; 4096];
    for _ in 0..max_requests {
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(response).await;
    }
    let _ = stream.read(&mut request).await;
}

async fn send(client: &aws_sdk_sqs::Client) -> bool {
    client.send_message().queue_url("https://sqs.test/q").message_body("m").send().await.is_ok()
}

#[tokio::test]
async fn calls_reuse_the_connection_opened_in_advance() {
    let (url, connections) = start_server(100, KEEP_ALIVE).await;
    let sdk = sdk(&[("AWS_ENDPOINT_URL", &url)]);
    sdk.connect(&format!("{url}/123456789012/queue")).await;
    let client = aws_sdk_sqs::Client::new(&sdk.config(TIMEOUTS));
    for _ in 0..20 {
        assert!(send(&client).await);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn connections_of_concurrent_calls_are_reused() {
    let (url, connections) = start_server(100, KEEP_ALIVE).await;
    let client = sqs_client(&url, TIMEOUTS);
    for _ in 0..3 {
        assert!(join_all((0..5).map(|_| send(&client))).await.into_iter().all(|sent| sent));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 5);
}

/// The server closes the connection without notice, as during a long freeze of the execution environment.
#[tokio::test]
async fn connection_closed_by_server_costs_one_attempt() {
    let (url, connections) = start_server(1, KEEP_ALIVE).await;
    let client = sqs_client(&url, TIMEOUTS);
    for _ in 0..3 {
        assert!(send(&client).await);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn connection_with_close_header_is_not_reused() {
    let (url, connections) = start_server(1, CLOSE).await;
    let client = sqs_client(&url, Timeouts { attempts: 1, ..TIMEOUTS });
    for _ in 0..3 {
        assert!(send(&client).await);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}
