use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::address::Address;
use crate::error::AwsError;
use crate::names::Names;
use crate::tls;

/// For a connection, its TLS included.
const CONNECT: Duration = Duration::from_secs(1);

/// A connection that is ready for a request.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// Opens connections.
pub(crate) struct Dial {
    tls: TlsConnector,
    names: Names,
}

impl Dial {
    pub(crate) fn new() -> Self {
        Self { tls: TlsConnector::from(Arc::new(tls::client_config())), names: Names::default() }
    }

    pub(crate) async fn open(&self, address: &Address) -> Result<Connection, AwsError> {
        let late = || failed(&"not open in time");
        timeout(CONNECT, self.connection(address)).await.map_err(|_| late())?.map_err(|error| failed(&error))
    }

    async fn connection(&self, address: &Address) -> io::Result<Connection> {
        let addresses = self.names.find(address).await?;
        let stream = TcpStream::connect(&addresses[..]).await?;
        stream.set_nodelay(true)?;
        if !address.secure {
            return handshake(stream).await;
        }
        let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
        handshake(self.tls.connect(name, stream).await?).await
    }
}

async fn handshake<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> io::Result<Connection> {
    let (connection, work) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // What goes wrong with it is told to whoever waits for an answer.
    tokio::spawn(work);
    Ok(connection)
}

/// A connection's failure.
pub(crate) fn failed(detail: &dyn Display) -> AwsError {
    AwsError::Connection { detail: detail.to_string() }
}
