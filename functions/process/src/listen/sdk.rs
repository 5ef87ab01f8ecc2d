use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookline_aws::PortError;
use hookline_event_log::{Listener, Listeners};

use super::CopyEvents;
use crate::idempotency::DynamoDbClaimStore;
use crate::queue::SqsQueue;

/// The listeners in the table of the claims, and their queues in SQS.
#[derive(Debug)]
pub struct SdkCopies {
    table: DynamoDbClaimStore,
    queue: SqsQueue,
}

impl SdkCopies {
    /// Creates the adapter without opening a connection.
    #[must_use]
    pub fn new(table: DynamoDbClaimStore, queue: SqsQueue) -> Self {
        Self { table, queue }
    }
}

impl CopyEvents for SdkCopies {
    fn read_listeners(&self) -> BoxFuture<'_, Result<Vec<Listener>, PortError>> {
        async move {
            let item = self.table.read_items(&[Listeners::KEY.to_owned()]).await?.remove(Listeners::KEY);
            let Some(item) = item else { return Ok(Vec::new()) };
            let listeners = Listeners::from_item(item).map_err(|error| PortError::new("read the listeners", error))?;
            Ok(listeners.queues.into_values().collect())
        }
        .boxed()
    }

    fn send_copy<'c>(&'c self, queue_url: &'c str, message: &'c str) -> BoxFuture<'c, Result<(), PortError>> {
        self.queue.send_copy(queue_url, message).boxed()
    }
}
