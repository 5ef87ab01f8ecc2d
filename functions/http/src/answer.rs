use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::address::Address;
use crate::dial::Connection;
use crate::error::HttpError;
use crate::pool::Pool;

/// An answer whose body is still to be read. Dropped, it closes its connection.
pub struct Answer<'p, L> {
    /// Status and headers.
    pub head: Parts,
    pub(crate) body: Incoming,
    pub(crate) pool: &'p Pool<L>,
    pub(crate) address: &'p Address,
    pub(crate) connection: Connection,
}

impl<L> Answer<'_, L> {
    /// Status and headers, and the whole body.
    ///
    /// # Errors
    ///
    /// [`HttpError::TooLarge`], [`HttpError::Broken`].
    pub async fn whole(self, limit: usize) -> Result<(Parts, Bytes), HttpError> {
        let read = Limited::new(self.body, limit).collect().await.map_err(|error| match error.downcast() {
            Ok(source) => HttpError::Broken { source: *source },
            Err(_) => HttpError::TooLarge { limit },
        });
        let body = read?.to_bytes();
        self.pool.put_back(self.address, self.connection);
        Ok((self.head, body))
    }

    /// Reads what there is, so far that the connection can be used again, and no further.
    pub async fn drain(self, limit: usize, time: Duration) {
        let Self { mut body, pool, address, connection, .. } = self;
        let read = async {
            let mut left = limit;
            while let Some(frame) = body.frame().await {
                left = left.checked_sub(frame.ok()?.data_ref().map_or(0, Bytes::len))?;
            }
            Some(())
        };
        if timeout(time, read).await.ok().flatten().is_some() {
            pool.put_back(address, connection);
        }
    }
}
