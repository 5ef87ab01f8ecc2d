use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookline_aws::{Bucket, PortError};
use hookline_event_log::Entry;

use super::port::WriteEventLog;

const PUT_OBJECT: &str = "s3:PutObject";
const BATCH_WRITE: &str = "dynamodb:BatchWriteItem";

/// How often the entries that DynamoDB has not processed are sent. It returns them if the table is throttled.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const ATTEMPTS: u32 = 2;

/// The event log in DynamoDB and S3.
#[derive(Debug)]
pub struct SdkEventLog {
    client: Client,
    table: String,
    bucket: Bucket,
}

impl SdkEventLog {
    /// Creates the adapter without opening a connection.
    #[must_use]
    pub fn new(client: Client, table: String, bucket: Bucket) -> Self {
        Self { client, table, bucket }
    }
}

impl WriteEventLog for SdkEventLog {
    fn put_object(&self, key: String, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), PortError>> {
        async move {
            let put = self.bucket.client().put_object().bucket(&self.bucket.name).key(key);
            let put = put.content_type("application/gzip").body(bytes.into()).send();
            put.await.map(|_| ()).map_err(|error| PortError::new(PUT_OBJECT, error))
        }
        .boxed()
    }

    fn put_entries(&self, entries: Vec<Entry>) -> BoxFuture<'_, Result<usize, PortError>> {
        async move {
            let mut requests = entries.iter().map(put_request).collect::<Result<Vec<_>, _>>()?;
            for _ in 0..ATTEMPTS {
                if requests.is_empty() {
                    break;
                }
                let items = HashMap::from([(self.table.clone(), requests)]);
                let written = self.client.batch_write_item().set_request_items(Some(items)).send().await;
                let written = written.map_err(|error| PortError::new(BATCH_WRITE, error))?;
                requests = written.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
            }
            Ok(requests.len())
        }
        .boxed()
    }
}

fn put_request(entry: &Entry) -> Result<WriteRequest, PortError> {
    let item = entry.to_item().map_err(|error| PortError::new(BATCH_WRITE, error))?;
    let put = PutRequest::builder().set_item(Some(item)).build();
    let put = put.map_err(|error| PortError::new(BATCH_WRITE, error))?;
    Ok(WriteRequest::builder().put_request(put).build())
}
