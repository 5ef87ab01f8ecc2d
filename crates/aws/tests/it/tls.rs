//! Tests of TLS to AWS: the client accepts only certificates of trusted authorities.

use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{TIMEOUTS, sdk};

/// Starts a server with a self-signed certificate. Returns its URL and the certificate in PEM.
async fn start_server() -> (String, String) {
    let generated = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(generated.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![generated.cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        }
    });
    (url, generated.cert.pem())
}

#[tokio::test]
async fn rejects_untrusted_certificate() {
    let (url, pem) = start_server().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, pem).unwrap();
    let file = file.display().to_string();
    for (variable, is_accepted) in [("NONE", false), ("SSL_CERT_FILE", true), ("AWS_CA_BUNDLE", true)] {
        let sdk = sdk(&[("AWS_ENDPOINT_URL", &url), (variable, &file)]);
        let client = aws_sdk_sqs::Client::new(&sdk.config(TIMEOUTS));
        let sent = client.send_message().queue_url("https://sqs.test/q").message_body("m").send().await;
        assert_eq!(sent.is_ok(), is_accepted, "{variable}: {sent:?}");
    }
}
