//! Fake AWS services over TLS, and a destination with a constant response time. All programs use the same servers, on the
//! loopback interface.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use md5::{Digest, Md5};
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};

use super::configuration::{self, ConfigurationObject};

/// The value of each secret. Only the source `github` uses one.
pub(crate) const SECRET: &str = "It's a Secret to Everybody";

/// Response time of the destination.
const DESTINATION_DELAY: Duration = Duration::from_millis(5);

/// The fake AWS endpoint and the destination, both running. Dropping the value stops them.
pub(crate) struct FakeServices {
    pub(crate) aws_endpoint: String,
    pub(crate) destination_url: String,
    /// The certificate of the fake AWS services, for programs that contain the public root certificates.
    pub(crate) certificate_file: PathBuf,
    /// The system's trust store and the same certificate, for programs that load a trust store. On Lambda that file has a
    /// similar size.
    pub(crate) trust_store_file: PathBuf,
    /// The configuration object that the fake S3 has.
    pub(crate) configuration: ConfigurationObject,
    handles: Vec<Handle<std::net::SocketAddr>>,
}

impl FakeServices {
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let certified = generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
        let (certificate_file, trust_store_file) = (folder.join("certificate.pem"), folder.join("trust-store.pem"));
        std::fs::write(&certificate_file, &certificate)?;
        std::fs::write(&trust_store_file, format!("{}\n{certificate}", read_system_trust_store()?))?;
        let tls = RustlsConfig::from_pem(certificate.into_bytes(), key.into_bytes()).await?;

        let (aws, destination) = (listen()?, listen()?);
        let aws_endpoint = format!("https://localhost:{}", aws.local_addr()?.port());
        let destination_url = format!("http://127.0.0.1:{}/sink", destination.local_addr()?.port());
        let handles = vec![Handle::new(), Handle::new()];
        let [aws_handle, destination_handle] = [handles[0].clone(), handles[1].clone()];
        let configuration = ConfigurationObject::new(&destination_url);
        let content = Bytes::from(configuration.content.clone());
        let app = Router::new().route(configuration::PATH, get(move || async { content })).fallback(respond_as_aws);
        let app = app.layer(DefaultBodyLimit::max(8 << 20)).into_make_service();
        // TCP_NODELAY, as on AWS: otherwise each response waits for the client's acknowledgement.
        let acceptor = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor::new());
        let server = axum_server::from_tcp(aws)?.acceptor(acceptor).handle(aws_handle);
        tokio::spawn(async move { server.serve(app).await });
        let app = Router::new().fallback(accept_delivery).layer(DefaultBodyLimit::max(8 << 20)).into_make_service();
        let acceptor = NoDelayAcceptor::new();
        let server = axum_server::from_tcp(destination)?.acceptor(acceptor).handle(destination_handle);
        tokio::spawn(async move { server.serve(app).await });
        Ok(Self { aws_endpoint, destination_url, certificate_file, trust_store_file, configuration, handles })
    }
}

impl Drop for FakeServices {
    fn drop(&mut self) {
        self.handles.iter().for_each(Handle::shutdown);
    }
}

fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Reads the trust store from its usual places on Amazon Linux, Debian and other systems.
fn read_system_trust_store() -> Result<String> {
    let paths = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
    let found = paths.iter().find_map(|path| std::fs::read_to_string(path).ok());
    found.context("this machine has no trust store: install the package `ca-certificates`")
}

/// Responds as SQS, Secrets Manager and DynamoDB, in their JSON protocols. S3 has its own route.
async fn respond_as_aws(headers: HeaderMap, body: Bytes) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, response) = match target.rsplit('.').next().unwrap_or_default() {
        "SendMessage" => {
            let message = request["MessageBody"].as_str().unwrap_or_default();
            let mut response = json!({
                "MessageId": "219f8380-5770-4cc2-8c3e-5c715e145f5e",
                "MD5OfMessageBody": hex::encode(Md5::digest(message)),
            });
            if let Some(header) = request["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"].as_str() {
                response["MD5OfMessageSystemAttributes"] = hex::encode(md5_of_system_attributes(header)).into();
            }
            (StatusCode::OK, response)
        }
        "GetSecretValue" if request["VersionStage"] == "AWSPREVIOUS" => {
            let error = json!({ "__type": "ResourceNotFoundException", "message": "there is no previous version" });
            (StatusCode::BAD_REQUEST, error)
        }
        "GetSecretValue" => {
            let name = &request["SecretId"];
            let arn =
                format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}", name.as_str().unwrap_or_default());
            (StatusCode::OK, json!({ "ARN": arn, "Name": name, "VersionId": "1", "SecretString": SECRET }))
        }
        "BatchExecuteStatement" => {
            let statements = request["Statements"].as_array().map_or(0, Vec::len);
            (StatusCode::OK, json!({ "Responses": vec![json!({ "TableName": "bench" }); statements] }))
        }
        _ => (StatusCode::OK, json!({})),
    };
    (status, [("content-type", "application/x-amz-json-1.0")], response.to_string())
}

/// The MD5 of the message system attributes, of which there is one: `AWSTraceHeader`.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation>
fn md5_of_system_attributes(value: &str) -> [u8; 16] {
    let mut digest = Md5::new();
    for part in ["AWSTraceHeader", "String"] {
        digest.update(u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
        digest.update(part);
    }
    // The value is a string.
    digest.update([1]);
    digest.update(u32::try_from(value.len()).unwrap_or_default().to_be_bytes());
    digest.update(value);
    digest.finalize().into()
}

async fn accept_delivery(_: Bytes) -> StatusCode {
    tokio::time::sleep(DESTINATION_DELAY).await;
    StatusCode::OK
}
