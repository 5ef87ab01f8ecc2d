//! Connections, for as long as they are of use. Not `hyper-util`'s pool, which opens a connection whenever none is free at
//! that very moment, also beside one that is about to be: at a start that was a third handshake for two connections' work.

use std::collections::HashMap;
use std::net::ToSocketAddrs as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::address::Address;
use crate::answer::Answer;
use crate::dial::{Connection, Dial};
use crate::error::HttpError;
use crate::names::{Lookup, System};

/// What holds for all connections of a pool.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For opening one: name, TCP and TLS.
    pub open: Duration,
    /// Between two events a function may be frozen for minutes: a connection that was idle for longer than this is taken to
    /// be closed at the other end.
    pub idle: Duration,
}

/// Connections by where they lead.
pub struct Pool<L> {
    dial: Dial<L>,
    limits: Limits,
    idle: Mutex<HashMap<Address, Vec<Idle>>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl<L: Lookup> Pool<L> {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(lookup: L, limits: Limits) -> Self {
        Self { dial: Dial::new(lookup, limits.open), limits, idle: Mutex::default() }
    }

    /// Has a connection ready. Nothing is asked of the other end.
    ///
    /// # Errors
    ///
    /// [`HttpError::Late`], [`HttpError::NotOpen`].
    pub async fn prepare(&self, address: &Address) -> Result<(), HttpError> {
        let connection = self.open(address).await?;
        self.put_back(address, connection);
        Ok(())
    }

    /// One request. It has all its headers (`host` too) and of its URL the path and the query.
    ///
    /// # Errors
    ///
    /// [`HttpError`]. Only [`HttpError::Late`] and [`HttpError::NotOpen`] mean that the other end has nothing of it.
    pub async fn send<'p>(
        &'p self,
        address: &'p Address,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer<'p, L>, HttpError> {
        let mut request = request;
        while let Some(mut connection) = self.take(address) {
            // One that has been closed meanwhile, and says so before anything is sent, costs nothing but the look.
            if connection.ready().await.is_err() {
                continue;
            }
            match connection.try_send_request(request).await {
                Ok(response) => return Ok(self.answer(address, connection, response)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => {
                        // After a long freeze all are dead alike: one attempt is enough to find out.
                        self.forget(address);
                        return Err(HttpError::Broken { source: error.into_error() });
                    }
                },
            }
        }
        let mut connection = self.open(address).await?;
        let response = connection.send_request(request).await.map_err(|source| HttpError::Broken { source })?;
        Ok(self.answer(address, connection, response))
    }

    /// In a box: it happens seldom, and a handshake's state would make the future of every request larger.
    async fn open(&self, address: &Address) -> Result<Connection, HttpError> {
        Box::pin(self.dial.open(address)).await
    }

    fn answer<'p>(
        &'p self,
        address: &'p Address,
        connection: Connection,
        response: Response<Incoming>,
    ) -> Answer<'p, L> {
        let (head, body) = response.into_parts();
        Answer { head, body, pool: self, address, connection }
    }
}

impl Pool<System> {
    /// Looks a name up here and now, for the connections that are opened next. Only for a start, when there is nothing else
    /// that would have to wait: the thread that a look-up is else left to takes four times its CPU. How long it may take is
    /// the resolver's to say (`RES_OPTIONS`).
    pub fn look_up(&self, address: Address) {
        // A name that is not found is looked up again by whoever needs it.
        if let Ok(found) = (address.host.as_str(), address.port).to_socket_addrs() {
            self.dial.learn(address, found.collect());
        }
    }
}

impl<L> Pool<L> {
    /// The one that was used last: of those that are in use the fewest are kept open.
    fn take(&self, address: &Address) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = idle.get_mut(address)?;
        connections.retain(|it| it.since.elapsed() < self.limits.idle && !it.connection.is_closed());
        connections.pop().map(|it| it.connection)
    }

    pub(crate) fn put_back(&self, address: &Address, connection: Connection) {
        let idle = Idle { connection, since: Instant::now() };
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(address.clone()).or_default().push(idle);
    }

    fn forget(&self, address: &Address) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}
