//! A listener for HTTP and HTTPS on one port. The first byte of a connection tells which one it is.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// First byte of a TLS handshake. <https://www.rfc-editor.org/rfc/rfc8446#section-5.1>
const HANDSHAKE: u8 = 22;

/// A connection, encrypted or not.
pub(super) trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    /// Whether the client has a certificate of the trusted authority.
    pub(super) has_certificate: bool,
}

impl Connected<IncomingStream<'_, Listener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        *stream.remote_addr()
    }
}

/// Connections whose TLS handshake, if any, has succeeded.
pub(super) struct Listener {
    connections: mpsc::Receiver<(Box<dyn Connection>, Peer)>,
}

impl Listener {
    /// Accepts connections until the value is dropped. Without `tls`, encrypted connections are closed.
    pub(super) fn new(listener: TcpListener, tls: Option<Arc<ServerConfig>>) -> Self {
        let (sender, connections) = mpsc::channel(64);
        tokio::spawn(accept(listener, tls.map(TlsAcceptor::from), sender));
        Self { connections }
    }
}

impl axum::serve::Listener for Listener {
    type Io = Box<dyn Connection>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { has_certificate: false })
    }
}

/// Each connection has a task of its own, so that a slow handshake does not delay other connections.
async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, sender: mpsc::Sender<(Box<dyn Connection>, Peer)>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = sender.closed() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let (tls, sender) = (tls.clone(), sender.clone());
        tokio::spawn(async move {
            // A client whose certificate is rejected learns it from the handshake.
            if let Ok((connection, has_certificate)) = handshake(stream, tls).await {
                let _ = sender.send((connection, Peer { has_certificate })).await;
            }
        });
    }
}

/// Returns the connection, and whether the client has a certificate.
async fn handshake(stream: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<(Box<dyn Connection>, bool)> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first != [HANDSHAKE] {
        return Ok((Box::new(stream), false));
    }
    let tls = tls.ok_or_else(|| io::Error::other("the sink has no certificate"))?;
    let stream = match tls.accept(stream).into_fallible().await {
        Ok(stream) => stream,
        Err((error, stream)) => {
            close_after_alert(stream).await;
            return Err(error);
        }
    };
    let has_certificate = stream.get_ref().1.peer_certificates().is_some();
    Ok((Box::new(stream), has_certificate))
}

/// Closes a connection whose client is rejected. The client may have sent its request already: with unread bytes, the
/// system would reset the connection, and the client could lose the TLS alert.
async fn close_after_alert(mut stream: TcpStream) {
    /// A client closes the connection after the alert.
    const LIMIT: Duration = Duration::from_secs(1);
    let _ = stream.shutdown().await;
    let _ = tokio::time::timeout(LIMIT, tokio::io::copy(&mut stream, &mut tokio::io::sink())).await;
}
