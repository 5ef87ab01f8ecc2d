use std::io;
use std::net::SocketAddr;
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
use crate::error::HttpError;
use crate::names::{Lookup, Names};
use crate::tls;

/// A connection that is ready for a request.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// Opens connections.
pub(crate) struct Dial<L> {
    tls: TlsConnector,
    names: Names<L>,
    time: Duration,
}

impl<L: Lookup> Dial<L> {
    /// In so much time, TLS included.
    pub(crate) fn new(lookup: L, time: Duration) -> Self {
        Self { tls: TlsConnector::from(tls::client_config()), names: Names::new(lookup), time }
    }

    pub(crate) fn learn(&self, address: Address, found: Vec<SocketAddr>) {
        self.names.learn(address, found);
    }

    pub(crate) async fn open(&self, address: &Address) -> Result<Connection, HttpError> {
        let opened = timeout(self.time, self.connection(address)).await.map_err(|_| HttpError::Late)?;
        opened.map_err(|source| HttpError::NotOpen { source })
    }

    async fn connection(&self, address: &Address) -> io::Result<Connection> {
        let addresses = self.names.find(address).await?;
        let stream = first_of(&addresses, self.time).await?;
        stream.set_nodelay(true)?;
        if !address.secure {
            return handshake(stream).await;
        }
        let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
        handshake(self.tls.connect(name, stream).await?).await
    }
}

/// The first that somebody answers at. Each has its share of the time: one that is dead leaves some for the others.
async fn first_of(addresses: &[SocketAddr], time: Duration) -> io::Result<TcpStream> {
    let share = time / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error,
            Err(_) => failed = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(failed)
}

async fn handshake<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> io::Result<Connection> {
    let (connection, work) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // What goes wrong with it is told to whoever waits for an answer.
    tokio::spawn(work);
    Ok(connection)
}
