//! Which connections there are, counted at the other end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use hookline_aws::{Client, SQS};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{PATIENCE, client, send};

/// A server that counts its connections; each answers so many requests and ends as soon as one more is asked.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Counting {
    async fn start(&self, answers: usize) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let count = Arc::clone(&self.0);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, answers));
            }
        });
        client(&url, PATIENCE)
    }

    fn connections(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, answers: usize) {
    let mut request = [0; 4096];
    for _ in 0..answers {
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    }
    let _ = stream.read(&mut request).await;
}

#[tokio::test]
async fn calls_one_after_the_other_share_a_connection() {
    let server = Counting::default();
    let client = server.start(100).await;
    client.connect(SQS).await;
    for _ in 0..20 {
        client.send(send()).await.unwrap();
    }
    assert_eq!(server.connections(), 1, "the one that was opened before there was anything to ask");
}

#[tokio::test]
async fn calls_at_once_have_a_connection_each_and_are_kept_for_the_next() {
    let server = Counting::default();
    let client = server.start(100).await;
    for _ in 0..3 {
        let sent = join_all((0..5).map(|_| client.send(send()))).await;
        assert!(sent.iter().all(Result::is_ok));
    }
    assert_eq!(server.connections(), 5);
}

/// As after a long freeze: the connection was closed at the other end, and nobody has told.
#[tokio::test]
async fn a_dead_connection_costs_one_attempt() {
    let server = Counting::default();
    let client = server.start(1).await;
    for _ in 0..3 {
        client.send(send()).await.unwrap();
    }
    assert_eq!(server.connections(), 3);
}

/// After a freeze all connections are dead alike: were each to cost an attempt, three would be too few.
#[tokio::test]
async fn many_dead_connections_cost_one_attempt_together() {
    let server = Counting::default();
    let client = server.start(1).await;
    let sent = join_all((0..5).map(|_| client.send(send()))).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(server.connections(), 5);
    client.send(send()).await.unwrap();
    assert_eq!(server.connections(), 6);
}

/// What a server has closed and told of is not used at all: not even an attempt is lost.
#[tokio::test]
async fn a_connection_that_was_closed_is_not_used() {
    let server = Counting::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let once = hookline_aws::Patience { attempts: 1, ..PATIENCE };
    let client = client(&format!("http://{}", listener.local_addr().unwrap()), once);
    let count = Arc::clone(&server.0);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}").await;
        }
    });
    for _ in 0..3 {
        client.send(send()).await.unwrap();
    }
    assert_eq!(server.connections(), 3);
}
