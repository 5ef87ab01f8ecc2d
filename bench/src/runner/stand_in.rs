//! What stands in for AWS, over TLS on the loopback, and the destination that takes its time: the same for every program.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use md5::{Digest, Md5};
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};

/// What the source `github` is signed with.
pub(crate) const SECRET: &str = "It's a Secret to Everybody";

/// How long the destination takes to answer.
pub(crate) const SINK_DELAY: Duration = Duration::from_millis(5);

/// Both servers; dropped, they end.
pub(crate) struct StandIn {
    pub(crate) endpoint: String,
    pub(crate) sink: String,
    /// The stand-in's certificate, for a program that has the testbed's roots in itself.
    pub(crate) own_trust: PathBuf,
    /// The system's trust store and the stand-in's certificate, for one that loads a file of the size that it has on Lambda.
    pub(crate) whole_trust: PathBuf,
    handles: Vec<Handle<std::net::SocketAddr>>,
}

impl StandIn {
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let made = generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let (own_trust, whole_trust) = (folder.join("own.pem"), folder.join("trust.pem"));
        std::fs::write(&own_trust, made.cert.pem())?;
        std::fs::write(&whole_trust, format!("{}\n{}", system_trust()?, made.cert.pem()))?;
        let (certificate, key) = (made.cert.pem().into_bytes(), made.signing_key.serialize_pem().into_bytes());
        let tls = RustlsConfig::from_pem(certificate, key).await?;

        let (aws, sink) = (listen()?, listen()?);
        let endpoint = format!("https://localhost:{}", aws.local_addr()?.port());
        let sink_url = format!("http://127.0.0.1:{}/sink", sink.local_addr()?.port());
        let handles = vec![Handle::new(), Handle::new()];
        let [aws_handle, sink_handle] = [handles[0].clone(), handles[1].clone()];
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::max(8 << 20)).into_make_service();
        // Without delay, as AWS: else each answer waits for the other side's acknowledgement.
        let acceptor = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor::new());
        let server = axum_server::from_tcp(aws)?.acceptor(acceptor).handle(aws_handle);
        tokio::spawn(async move { server.serve(app).await });
        let app = Router::new().fallback(take).layer(DefaultBodyLimit::max(8 << 20)).into_make_service();
        let server = axum_server::from_tcp(sink)?.acceptor(NoDelayAcceptor::new()).handle(sink_handle);
        tokio::spawn(async move { server.serve(app).await });
        Ok(Self { endpoint, sink: sink_url, own_trust, whole_trust, handles })
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.handles.iter().for_each(Handle::shutdown);
    }
}

fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Where Amazon Linux, Debian and others have it.
fn system_trust() -> Result<String> {
    let places = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
    let found = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    found.context("this machine has no trust store: install the package ca-certificates")
}

/// As SQS, Secrets Manager and DynamoDB answer in their JSON protocols.
async fn answer(headers: HeaderMap, body: Bytes) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let target = headers.get("x-amz-target").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, answer) = match target.rsplit('.').next().unwrap_or_default() {
        "SendMessage" => {
            let message = asked["MessageBody"].as_str().unwrap_or_default();
            let mut answer = json!({
                "MessageId": "219f8380-5770-4cc2-8c3e-5c715e145f5e",
                "MD5OfMessageBody": hex::encode(Md5::digest(message)),
            });
            if let Some(header) = asked["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"].as_str() {
                answer["MD5OfMessageSystemAttributes"] = hex::encode(md5_of_attribute(header)).into();
            }
            (StatusCode::OK, answer)
        }
        "GetSecretValue" if asked["VersionStage"] == "AWSPREVIOUS" => {
            let error = json!({ "__type": "ResourceNotFoundException", "message": "there is no previous version" });
            (StatusCode::BAD_REQUEST, error)
        }
        "GetSecretValue" => {
            let name = &asked["SecretId"];
            let arn =
                format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}", name.as_str().unwrap_or_default());
            (StatusCode::OK, json!({ "ARN": arn, "Name": name, "VersionId": "1", "SecretString": SECRET }))
        }
        "BatchExecuteStatement" => {
            let statements = asked["Statements"].as_array().map_or(0, Vec::len);
            (StatusCode::OK, json!({ "Responses": vec![json!({ "TableName": "bench" }); statements] }))
        }
        _ => (StatusCode::OK, json!({})),
    };
    (status, [("content-type", "application/x-amz-json-1.0")], answer.to_string())
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation>
fn md5_of_attribute(value: &str) -> [u8; 16] {
    let mut digest = Md5::new();
    for part in ["AWSTraceHeader", "String"] {
        digest.update(u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
        digest.update(part);
    }
    digest.update([1]);
    digest.update(u32::try_from(value.len()).unwrap_or_default().to_be_bytes());
    digest.update(value);
    digest.finalize().into()
}

async fn take(_: Bytes) -> StatusCode {
    tokio::time::sleep(SINK_DELAY).await;
    StatusCode::OK
}
