//! Which connections are opened, counted at the other end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use hookline_aws::Timeouts;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{TIMEOUTS, queue, sdk};

const KEEPS: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
const CLOSES: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

/// A server that responds to so many requests of a connection, and how many connections it has had.
async fn server(requests: usize, response: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, requests, response));
        }
    });
    (url, count)
}

async fn serve(mut stream: TcpStream, requests: usize, response: &[u8]) {
    let mut request = [0; 4096];
    for _ in 0..requests {
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(response).await;
    }
    let _ = stream.read(&mut request).await;
}

async fn send(client: &aws_sdk_sqs::Client) -> bool {
    client.send_message().queue_url("https://sqs.test/q").message_body("m").send().await.is_ok()
}

#[tokio::test]
async fn calls_share_the_connection_that_was_opened_in_advance() {
    let (url, connections) = server(100, KEEPS).await;
    let sdk = sdk(&[("AWS_ENDPOINT_URL", &url)]);
    sdk.connect(&format!("{url}/123456789012/queue")).await;
    let client = aws_sdk_sqs::Client::new(&sdk.config(TIMEOUTS));
    for _ in 0..20 {
        assert!(send(&client).await);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn concurrent_calls_keep_their_connections_for_the_next() {
    let (url, connections) = server(100, KEEPS).await;
    let client = queue(&url, TIMEOUTS);
    for _ in 0..3 {
        assert!(join_all((0..5).map(|_| send(&client))).await.into_iter().all(|sent| sent));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 5);
}

/// As after a long freeze: the server has closed the connection without notice.
#[tokio::test]
async fn dead_connection_costs_one_attempt() {
    let (url, connections) = server(1, KEEPS).await;
    let client = queue(&url, TIMEOUTS);
    for _ in 0..3 {
        assert!(send(&client).await);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn closed_connection_is_not_used() {
    let (url, connections) = server(1, CLOSES).await;
    let client = queue(&url, Timeouts { attempts: 1, ..TIMEOUTS });
    for _ in 0..3 {
        assert!(send(&client).await);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}
