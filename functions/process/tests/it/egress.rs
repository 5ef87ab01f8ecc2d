//! Connection reuse, counted by the destination, and certificate verification.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::fixture::Function;

/// Starts a destination that returns the same response to every request. Returns its URL and the number of connections.
async fn destination(response: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (count, response) = (Arc::<AtomicUsize>::default(), Arc::new(response));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, Arc::clone(&response)));
        }
    });
    (url, count)
}

async fn serve(mut stream: TcpStream, response: Arc<Vec<u8>>) {
    let mut request = [0; 65536];
    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
        let _ = stream.write_all(&response).await;
    }
}

fn response(bytes: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; bytes]].concat()
}

async fn function(url: &str) -> Function {
    Function::with_destination(json!({ "kind": "http", "url": url, "timeout_ms": 4000 })).await
}

/// Returns the number of connections for three sequential deliveries.
async fn connections(response: Vec<u8>) -> usize {
    let (url, count) = destination(response).await;
    let function = function(&url).await;
    for event in [b"[1]", b"[2]", b"[3]"] {
        assert_eq!(function.delivery_result(event).await, "");
    }
    count.load(Ordering::SeqCst)
}

#[tokio::test]
async fn connection_is_reused_after_a_response_below_the_size_limit() {
    assert_eq!(connections(response(0)).await, 1);
    assert_eq!(connections(response(16 * 1024)).await, 1);
    assert_eq!(connections(response(1024 * 1024)).await, 3);
}

/// The rest of the body never arrives. The status counts, and the connection is closed.
#[tokio::test]
async fn incomplete_response_closes_the_connection() {
    assert_eq!(connections(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx".to_vec()).await, 3);
}

#[tokio::test]
async fn rejects_untrusted_certificate() {
    let certificate = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let accepted = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(config)).accept(stream).await.is_ok()
    });
    let function = function(&url).await;
    assert_eq!(function.delivery_result(b"{}").await, "retry");
    assert!(!accepted.await.unwrap());
}
