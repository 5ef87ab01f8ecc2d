//! A pool against servers that answer as they are told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hookline_http::{Address, HttpError, Limits, Lookup, Pool, System};
use http::Request;
use http_body_util::Full;
use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

const LIMITS: Limits = Limits { open: Duration::from_secs(1), idle: Duration::from_secs(20) };

fn request() -> Request<Full<Bytes>> {
    Request::post("/hooks").header("host", "receiver.example").body(Full::default()).unwrap()
}

fn at(address: SocketAddr) -> Address {
    Address { secure: false, host: address.ip().to_string(), port: address.port() }
}

/// A server that gives each request of a connection the same answer, and how many connections it has had.
async fn server(answer: Vec<u8>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
    let (counted, answer) = (Arc::clone(&count), Arc::new(answer));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, Arc::clone(&answer)));
        }
    });
    (address, count)
}

async fn serve(mut stream: TcpStream, answer: Arc<Vec<u8>>) {
    let mut request = [0; 4096];
    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
        let _ = stream.write_all(&answer).await;
    }
}

fn answer(body: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {body}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; body]].concat()
}

#[tokio::test]
async fn an_answer_is_read_as_a_whole_or_not_at_all() {
    let (address, connections) = server(answer(1000)).await;
    let (address, pool) = (at(address), Pool::new(System, LIMITS));
    let (head, body) = pool.send(&address, request()).await.unwrap().whole(1000).await.unwrap();
    assert_eq!((head.status.as_u16(), body.len()), (200, 1000));
    let refused = pool.send(&address, request()).await.unwrap().whole(999).await;
    assert!(matches!(refused, Err(HttpError::TooLarge { limit: 999 })));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    pool.send(&address, request()).await.unwrap();
    assert_eq!(connections.load(Ordering::SeqCst), 2, "what was not read to its end is not used again");
}

#[tokio::test]
async fn an_answer_that_nobody_needs_is_drained_to_a_bound() {
    for (bytes, expected) in [(0, 1), (1000, 1), (1001, 3)] {
        let (address, connections) = server(answer(bytes)).await;
        let (address, pool) = (at(address), Pool::new(System, LIMITS));
        for _ in 0..3 {
            pool.send(&address, request()).await.unwrap().drain(1000, LIMITS.open).await;
        }
        assert_eq!(connections.load(Ordering::SeqCst), expected, "{bytes}");
    }
}

/// The rest of the body never comes: the connection is given up, and who asked goes on.
#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_is_left() {
    let (address, connections) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx".to_vec()).await;
    let (address, pool) = (at(address), Pool::new(System, Limits { open: Duration::from_secs(3600), ..LIMITS }));
    for expected in 1..4 {
        pool.send(&address, request()).await.unwrap().drain(1000, Duration::from_millis(300)).await;
        assert_eq!(connections.load(Ordering::SeqCst), expected);
    }
}

/// A name with several addresses.
struct Scripted(Vec<SocketAddr>);

impl Lookup for Scripted {
    async fn lookup(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(self.0.clone())
    }
}

#[tokio::test]
async fn an_address_that_is_dead_leaves_time_for_the_next() {
    // Its queue is full: nobody accepts, and whoever comes now is not even refused.
    let full = TcpSocket::new_v4().unwrap();
    full.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = full.listen(0).unwrap();
    let silent = full.local_addr().unwrap();
    let _first = TcpStream::connect(silent).await.unwrap();
    let refuses = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (alive, _) = server(answer(0)).await;
    let pool = Pool::new(Scripted(vec![silent, refuses, alive]), LIMITS);
    assert!(pool.send(&at(alive), request()).await.is_ok());
    let nobody = Pool::new(Scripted(vec![silent]), LIMITS).send(&at(alive), request()).await.err().unwrap();
    assert!(
        matches!(&nobody, HttpError::Late)
            || matches!(&nobody, HttpError::NotOpen { source } if source.kind() == io::ErrorKind::TimedOut)
    );
    let nowhere = Pool::new(Scripted(Vec::new()), LIMITS).send(&at(alive), request()).await.err().unwrap();
    assert!(matches!(nowhere, HttpError::NotOpen { .. }), "{nowhere}");
}

#[tokio::test]
async fn who_cannot_prove_its_name_is_not_spoken_to() {
    let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(config)).accept(stream).await.is_ok()
    });
    let address = Address { secure: true, host: "localhost".to_owned(), port };
    let pool = Pool::new(Scripted(vec![SocketAddr::from(([127, 0, 0, 1], port))]), LIMITS);
    let refused = pool.send(&address, request()).await.err().unwrap();
    assert!(
        matches!(&refused, HttpError::NotOpen { source } if source.to_string().contains("certificate")),
        "{refused}"
    );
    assert!(!heard.await.unwrap());
}
