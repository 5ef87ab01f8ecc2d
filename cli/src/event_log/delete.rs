//! Deletion of an event from the log.

use anyhow::{Context, Error, Result, bail};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use hookline_aws::Object;
use hookline_event_log::ObjectLocation;

use super::logged_event::LoggedEvent;
use super::table::EventLog;

/// How often an object is written again if another deletion has changed it in the meantime.
const MAX_WRITES: u32 = 5;
/// Error codes of S3 for an object that has changed since it was read, or changes now.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
const CHANGED: [&str; 3] = ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"];

impl EventLog {
    /// Deletes an event: its bytes, and then its entries, so that a deletion that fails can be repeated.
    ///
    /// The object has other events too, so the event's bytes are overwritten with zeros. An object with zeros only is
    /// deleted.
    ///
    /// # Errors
    ///
    /// If S3 or DynamoDB does not confirm.
    pub async fn delete(&self, logged: &LoggedEvent) -> Result<()> {
        if let Some(location) = &logged.event.object {
            self.overwrite(location).await?;
        }
        let event = logged.is_complete.then_some(&logged.event.position);
        for position in event.into_iter().chain(logged.attempts.iter().map(|attempt| &attempt.position)) {
            let delete = self.client.delete_item().table_name(&self.table);
            let delete = delete.key("event", AttributeValue::S(logged.event.event.clone()));
            let deleted = delete.key("position", AttributeValue::S(position.clone())).send().await;
            deleted.with_context(|| format!("cannot delete an entry of table `{}`", self.table))?;
        }
        Ok(())
    }

    async fn overwrite(&self, location: &ObjectLocation) -> Result<()> {
        let (client, bucket, key) = (self.bucket.client(), &self.bucket.name, &location.key);
        let context = |verb: &str| format!("cannot {verb} `s3://{bucket}/{key}`");
        for _ in 0..MAX_WRITES {
            // The error's text has all its causes.
            let object = self.bucket.get(key, None).await.map_err(Error::msg).with_context(|| context("read"))?;
            let Some(Object { mut bytes, etag }) = object else { return Ok(()) };
            let etag = etag.with_context(|| context("read the ETag of"))?;
            if fill_with_zeros(&mut bytes, location).is_none() {
                bail!("the object `s3://{bucket}/{key}` is shorter than the log says: nothing was deleted");
            }
            if bytes.iter().all(|byte| *byte == 0) {
                let delete = client.delete_object().bucket(bucket).key(key).send().await;
                delete.with_context(|| context("delete"))?;
                return Ok(());
            }
            let put = client.put_object().bucket(bucket).key(key).content_type("application/gzip");
            match put.if_match(etag).body(bytes.into()).send().await {
                Err(error) if error.code().is_some_and(|code| CHANGED.contains(&code)) => {}
                put => return put.map(|_| ()).with_context(|| context("overwrite")),
            }
        }
        bail!("other deletions changed `s3://{bucket}/{key}` {MAX_WRITES} times: repeat the command")
    }
}

/// Overwrites the bytes of an event. Returns `None` if the object does not have them.
fn fill_with_zeros(object: &mut [u8], location: &ObjectLocation) -> Option<()> {
    let start = usize::try_from(location.offset).ok()?;
    let end = start.checked_add(usize::try_from(location.length).ok()?)?;
    object.get_mut(start..end)?.fill(0);
    Some(())
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::super::tests::event;
    use super::*;
    use crate::aws::fake::{FakeAws, configuration, unexpected};

    #[tokio::test]
    async fn cause_of_a_failed_read_is_printed_once() {
        let (_, target) = FakeAws::start(move |call| {
            let response = match call.operation.as_str() {
                "GET /hookline-test-payloads/k" => (503, b"<Error><Code>SlowDown</Code></Error>".to_vec()),
                _ => configuration(&call, &[]).unwrap_or_else(|| unexpected(&call)),
            };
            async move { response }
        })
        .await;
        let mut event = event("1", 1, Outcome::Delivered);
        event.object = Some(ObjectLocation { key: "k".to_owned(), offset: 0, length: 1 });
        let logged = LoggedEvent { event, attempts: Vec::new(), is_complete: true };
        let error = EventLog::find(target).await.unwrap().delete(&logged).await.unwrap_err();
        let text = format!("{error:#}");
        let expected = r#"cannot read `s3://hookline-test-payloads/k`: s3:GetObject failed: service error: unhandled error (SlowDown): Error { code: "SlowDown" }"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn only_the_bytes_of_the_event_become_zeros() {
        let filled = |offset, length| {
            let mut object = *b"abcdef";
            let location = ObjectLocation { key: "k".to_owned(), offset, length };
            fill_with_zeros(&mut object, &location).map(|()| object)
        };
        assert_eq!(filled(1, 3), Some(*b"a\0\0\0ef"));
        assert_eq!(filled(0, 6), Some([0; 6]));
        for (offset, length) in [(4, 3), (7, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert_eq!(filled(offset, length), None, "{offset} {length}");
        }
    }
}
