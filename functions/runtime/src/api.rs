use std::io;

use bytes::Bytes;

use crate::answer::Answer;
use crate::connection::Connection;
use crate::error::RuntimeError;
use crate::invocation::Invocation;

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
    pub(crate) fn next(&mut self) -> Result<Invocation, RuntimeError> {
        let answer = self.ask("GET", "next", &[])?;
        if answer.status == 200 {
            Invocation::read(answer)
        } else {
            Err(RuntimeError::NoEvent { status: answer.status })
        }
    }

    /// Hands an answer over. One that Lambda refuses, because it is too large or too late, is Lambda's to report.
    pub(crate) fn answer(&mut self, request_id: &str, answer: &Bytes) -> Result<(), RuntimeError> {
        self.ask("POST", &format!("{request_id}/response"), answer).map(|_| ())
    }

    /// Tells that there is no answer.
    pub(crate) fn failed(&mut self, request_id: &str) -> Result<(), RuntimeError> {
        let error = br#"{"errorType":"Panic","errorMessage":"the handler panicked"}"#;
        self.ask("POST", &format!("{request_id}/error"), error).map(|_| ())
    }

    /// One request. A connection that was closed while it was idle says so only when it is used: then once more, on another.
    fn ask(&mut self, method: &str, what: &str, body: &[u8]) -> Result<Answer, RuntimeError> {
        let path = format!("/2018-06-01/runtime/invocation/{what}");
        if let Some(connection) = self.connection.take()
            && let Ok(answer) = self.over(connection, method, &path, body)
        {
            return Ok(answer);
        }
        let failed = |source| RuntimeError::Connection { address: self.address.clone(), path: path.clone(), source };
        let connection = Connection::open(&self.address).map_err(failed)?;
        let answer = self.over(connection, method, &path, body);
        answer.map_err(|source| RuntimeError::Connection { address: self.address.clone(), path, source })
    }

    fn over(&mut self, mut connection: Connection, method: &str, path: &str, body: &[u8]) -> io::Result<Answer> {
        connection.write(method, path, &self.address, body)?;
        let answer = connection.read()?;
        self.connection = Some(connection).filter(|_| !answer.is_last);
        Ok(answer)
    }
}
