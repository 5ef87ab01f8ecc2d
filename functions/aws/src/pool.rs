//! Connections, for as long as they are of use. Not `hyper-util`'s pool, which opens a connection whenever none is free at
//! that very moment, also beside one that is about to be: at a start that was a third handshake for two connections' work.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::address::Address;
use crate::dial::{Connection, Dial, failed};
use crate::error::AwsError;

/// Between two events a function may be frozen for minutes: a connection that was idle for long is closed at the other
/// end by then.
const IDLE: Duration = Duration::from_secs(20);

/// The largest answer: a payload that ingest has kept is at most what Lambda takes, 6 MB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Connections by where they lead.
pub(crate) struct Pool {
    dial: Dial,
    idle: Mutex<HashMap<Address, Vec<Idle>>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { dial: Dial::new(), idle: Mutex::default() }
    }

    /// Has a connection ready. Nothing is asked of the other end.
    pub(crate) async fn prepare(&self, address: &Address) -> Result<(), AwsError> {
        let connection = self.dial.open(address).await?;
        self.put_back(address, connection);
        Ok(())
    }

    /// One request and its whole answer.
    pub(crate) async fn send(
        &self,
        address: &Address,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, AwsError> {
        let mut request = request;
        while let Some(mut connection) = self.take(address) {
            // One that has been closed meanwhile, and says so before anything is sent, costs nothing but the look.
            if connection.ready().await.is_err() {
                continue;
            }
            match connection.try_send_request(request).await {
                Ok(response) => return self.read(address, connection, response).await,
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => {
                        // After a long freeze all are dead alike: one attempt is enough to find out.
                        self.forget(address);
                        return Err(failed(&error.error()));
                    }
                },
            }
        }
        let mut connection = self.dial.open(address).await?;
        let response = connection.send_request(request).await.map_err(|error| failed(&error))?;
        self.read(address, connection, response).await
    }

    async fn read(
        &self,
        address: &Address,
        connection: Connection,
        response: Response<Incoming>,
    ) -> Result<Response<Bytes>, AwsError> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(|error| failed(&error))?;
        self.put_back(address, connection);
        Ok(Response::from_parts(head, body.to_bytes()))
    }

    /// The one that was used last: of those that are in use the fewest are kept open.
    fn take(&self, address: &Address) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = idle.get_mut(address)?;
        connections.retain(|it| it.since.elapsed() < IDLE && !it.connection.is_closed());
        connections.pop().map(|it| it.connection)
    }

    fn put_back(&self, address: &Address, connection: Connection) {
        let idle = Idle { connection, since: Instant::now() };
        let mut all = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(address.clone()).or_default().push(idle);
    }

    fn forget(&self, address: &Address) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}
