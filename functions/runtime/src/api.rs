use std::io;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::error::RuntimeError;
use crate::invocation::Invocation;

const NAME: &str = concat!("hookline/", env!("CARGO_PKG_VERSION"));
const VERSION: &str = "/2018-06-01/runtime";

type Connection = SendRequest<Full<Bytes>>;
/// Status, headers and the whole body.
type Answer = (StatusCode, HeaderMap, Bytes);

/// The API, over one connection at a time.
pub(crate) struct Api {
    address: String,
    connection: Option<Connection>,
}

impl Api {
    /// Opens nothing yet.
    pub(crate) fn new(address: String) -> Self {
        Self { address, connection: None }
    }

    /// Waits for an event, which may take as long as Lambda likes.
    pub(crate) async fn next(&mut self) -> Result<Invocation, RuntimeError> {
        let (status, headers, event) =
            self.ask(Method::GET, format!("{VERSION}/invocation/next"), Bytes::new()).await?;
        if status != StatusCode::OK {
            return Err(RuntimeError::NoEvent { status: status.as_u16() });
        }
        Invocation::read(&headers, event)
    }

    /// Hands an answer over. One that Lambda refuses, because it is too large or too late, is Lambda's to report.
    pub(crate) async fn answer(&mut self, request_id: &str, answer: Bytes) -> Result<(), RuntimeError> {
        self.ask(Method::POST, format!("{VERSION}/invocation/{request_id}/response"), answer).await.map(|_| ())
    }

    /// Tells that there is no answer.
    pub(crate) async fn failed(&mut self, request_id: &str) -> Result<(), RuntimeError> {
        let error = Bytes::from_static(br#"{"errorType":"Panic","errorMessage":"the handler panicked"}"#);
        self.ask(Method::POST, format!("{VERSION}/invocation/{request_id}/error"), error).await.map(|_| ())
    }

    /// One request. A connection that was closed while it was idle says so only when it is used: then once more, on another.
    async fn ask(&mut self, method: Method, path: String, body: Bytes) -> Result<Answer, RuntimeError> {
        if let Some(connection) = self.connection.take()
            && let Ok(answer) = self.over(connection, &method, &path, body.clone()).await
        {
            return Ok(answer);
        }
        let connection = self.connect().await?;
        self.over(connection, &method, &path, body).await
    }

    async fn connect(&self) -> Result<Connection, RuntimeError> {
        let refused = |source| RuntimeError::Connection { address: self.address.clone(), source };
        let stream = TcpStream::connect(&self.address).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        let (connection, work) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| refused(io::Error::other(error)))?;
        // What goes wrong with it is told to whoever waits for an answer.
        tokio::spawn(work);
        Ok(connection)
    }

    async fn over(
        &mut self,
        mut connection: Connection,
        method: &Method,
        path: &str,
        body: Bytes,
    ) -> Result<Answer, RuntimeError> {
        let request = Request::builder().method(method).uri(path).header(HOST, &self.address);
        let request = request.header(USER_AGENT, NAME).header(CONTENT_TYPE, "application/json").body(Full::new(body));
        let request = request.map_err(|source| RuntimeError::Request { path: path.to_owned(), source })?;
        let unread = |source| RuntimeError::Answer { path: path.to_owned(), source };
        let (head, body) = connection.send_request(request).await.map_err(unread)?.into_parts();
        let body = body.collect().await.map_err(unread)?.to_bytes();
        self.connection = Some(connection);
        Ok((head.status, head.headers, body))
    }
}
