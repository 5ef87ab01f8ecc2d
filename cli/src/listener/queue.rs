use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sqs::operation::receive_message::ReceiveMessageError;
use aws_sdk_sqs::types::QueueAttributeName;
use hookline_aws::{Bucket, PortError};
use hookline_event_log::Listener;
use uuid::Uuid;

use super::copy::{Copy, CopyError};
use super::registry::Registry;
use super::sweep::{CREATED, queue_prefix, sweep};
use crate::clock::unix_seconds;
use crate::target::Target;

/// How long a copy waits at most for the command: it is meant for now.
const RETENTION_SECONDS: &str = "3600";
/// The largest message of SQS, as on the intake queue.
const MAX_MESSAGE_BYTES: &str = "1048576";
/// The longest wait for a copy. SQS allows 20 seconds.
const WAIT_SECONDS: i32 = 10;

/// Error codes of a queue that does not exist, in both of SQS's protocols, and of a caller who may not receive.
const PERMANENT: [&str; 5] = [
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "AccessDenied",
    "AccessDeniedException",
    "KmsAccessDenied",
];

/// Why no copies were received.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the queue `{queue}`: {cause}")]
pub struct ReceiveError {
    /// The queue's name.
    queue: String,
    /// Whether a repeated call fails too: another command has removed the queue, or the operator may not read it.
    pub is_permanent: bool,
    /// The failed call, with all its causes.
    cause: PortError,
}

impl ReceiveError {
    fn new(queue: &str, error: SdkError<ReceiveMessageError>) -> Self {
        let is_permanent = error.code().is_some_and(|code| PERMANENT.contains(&code));
        Self { queue: queue.to_owned(), is_permanent, cause: PortError::new("sqs:ReceiveMessage", error) }
    }

    /// Returns an error for tests of other modules.
    #[cfg(test)]
    pub(crate) fn example(is_permanent: bool) -> Self {
        Self { queue: "q".to_owned(), is_permanent, cause: PortError::new("sqs:ReceiveMessage", "timed out") }
    }
}

/// A queue that receives copies of the events of one source.
#[derive(Debug)]
pub struct ListenerQueue {
    client: Client,
    registry: Registry,
    bucket: Bucket,
    name: String,
    url: String,
    lease: Duration,
}

impl ListenerQueue {
    /// How long a listener counts as running after its last sign of life.
    pub const LEASE: Duration = Duration::from_secs(180);

    /// Removes the queues of commands that have crashed, creates a queue, and registers it. Copies arrive after some seconds,
    /// until [`close`](Self::close), or until the lease ends without a call of [`renew`](Self::renew).
    ///
    /// # Errors
    ///
    /// If the deployment sends no copies, if the source has [too many](hookline_event_log::Listeners::MAX_PER_SOURCE) running
    /// listeners, or if AWS does not confirm.
    pub async fn open(target: &Target, source: &str, lease: Duration) -> Result<Self> {
        let registry = Registry::find(target).await?;
        sweep(target).await?;
        let bucket = Bucket::new(&target.sdk, target.delivery_configuration().await?.payload_bucket);
        let client = Client::new(&target.sdk);
        let id = Uuid::new_v4().simple().to_string();
        let name = format!("{}{}", queue_prefix(target), id.get(..12).unwrap_or(&id));
        registry.check_limit(&name, source).await?;
        let create = client.create_queue().queue_name(&name).tags(CREATED, unix_seconds().to_string());
        let create = create.attributes(QueueAttributeName::MessageRetentionPeriod, RETENTION_SECONDS);
        let create = create.attributes(QueueAttributeName::MaximumMessageSize, MAX_MESSAGE_BYTES);
        let create = create.attributes(QueueAttributeName::SqsManagedSseEnabled, "true");
        let url = create.send().await.with_context(|| format!("cannot create the queue `{name}`"))?.queue_url;
        let url = url.with_context(|| format!("the queue `{name}` has no URL"))?;
        let queue = Self { client, registry, bucket, name, url, lease };
        if let Err(error) = queue.register(source).await {
            // The next command removes what this one cannot.
            let _ = queue.close().await;
            return Err(error);
        }
        Ok(queue)
    }

    /// Registers the listener. Other commands may have registered theirs since the first check of the limit.
    async fn register(&self, source: &str) -> Result<()> {
        let listener = Listener { queue_url: self.url.clone(), source: source.to_owned(), until: self.until() };
        self.registry.add(&self.name, &listener).await?;
        self.registry.check_limit(&self.name, source).await
    }

    /// Returns the name of the queue.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says that the listener is running.
    ///
    /// # Errors
    ///
    /// If another command has removed the queue, because the last call was too long ago.
    pub async fn renew(&self) -> Result<()> {
        self.registry.renew(&self.name, self.until()).await
    }

    /// Waits some seconds for copies. They are deleted from the queue, except those that a repeated call can read.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]. Copies that cannot be read are returned as errors.
    pub async fn receive(&self) -> Result<Vec<Result<Copy, CopyError>>, ReceiveError> {
        let receive = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
        let received = receive.wait_time_seconds(WAIT_SECONDS).send().await;
        let messages = received.map_err(|error| ReceiveError::new(&self.name, error))?.messages;
        let mut copies = Vec::new();
        for message in messages.unwrap_or_default() {
            let copy = Copy::read(message.body.as_deref().unwrap_or_default(), &self.bucket).await;
            let stays = copy.as_ref().is_err_and(CopyError::is_retryable);
            copies.push(copy);
            if stays {
                continue;
            }
            let delete = self.client.delete_message().queue_url(&self.url);
            // A copy that stays is received again after the visibility timeout, which does no harm.
            let _ = delete.receipt_handle(message.receipt_handle.unwrap_or_default()).send().await;
        }
        Ok(copies)
    }

    /// Ends the listener, and deletes its queue.
    ///
    /// # Errors
    ///
    /// If AWS does not confirm. The next command removes what is left.
    pub async fn close(&self) -> Result<()> {
        let removed = self.registry.remove(&self.name).await;
        let deleted = self.client.delete_queue().queue_url(&self.url).send().await;
        deleted.with_context(|| format!("cannot delete the queue `{}`", self.name))?;
        removed
    }

    fn until(&self) -> u64 {
        u64::try_from(unix_seconds()).unwrap_or_default().saturating_add(self.lease.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use hookline_event::{Event, Payload};
    use serde_json::{Value, json};

    use super::*;
    use crate::aws::fake::{FakeAws, configuration, ok, unexpected};
    use crate::dead_letter_queue::tests::event;

    const BUCKET: &str = "hookline-test-payloads";

    async fn queue(target: &Target) -> ListenerQueue {
        ListenerQueue {
            client: Client::new(&target.sdk),
            registry: Registry::find(target).await.unwrap(),
            bucket: Bucket::new(&target.sdk, BUCKET.to_owned()),
            name: "q".to_owned(),
            url: target.resources.queue_url.clone(),
            lease: ListenerQueue::LEASE,
        }
    }

    /// Returns the response to `ReceiveMessage`: one message for each body, with its number as receipt handle.
    fn received(bodies: &[String]) -> Value {
        let messages = bodies.iter().enumerate();
        json!({ "Messages": messages
            .map(|(number, body)| json!({ "ReceiptHandle": number.to_string(), "Body": body }))
            .collect::<Value>() })
    }

    #[tokio::test]
    async fn only_a_copy_that_a_repeated_call_can_read_stays_on_the_queue() {
        let offloaded = |bucket: &str, key: &str| {
            Event { data: Payload::offloaded(bucket, key), ..event("github", key) }.to_json().unwrap()
        };
        let bodies = [
            offloaded(BUCKET, "slow"),
            offloaded(BUCKET, "expired"),
            offloaded("other", "key"),
            "{}".to_owned(),
            event("github", "inline").to_json().unwrap(),
            offloaded(BUCKET, "stored"),
        ];
        let (aws, target) = FakeAws::start(move |call| {
            let error = |status, code: &str| (status, format!("<Error><Code>{code}</Code></Error>").into_bytes());
            let response = match call.operation.as_str() {
                "ReceiveMessage" => ok(&received(&bodies)),
                "DeleteMessage" => ok(&json!({})),
                "GET /hookline-test-payloads/slow" => error(503, "SlowDown"),
                "GET /hookline-test-payloads/expired" => error(404, "NoSuchKey"),
                "GET /hookline-test-payloads/stored" => (200, b"{}".to_vec()),
                _ => configuration(&call, &[]).unwrap_or_else(|| unexpected(&call)),
            };
            async move { response }
        })
        .await;
        let copies = queue(&target).await.receive().await.unwrap();
        let deleted: Vec<_> = aws.calls("DeleteMessage").iter().map(|call| call["ReceiptHandle"].clone()).collect();
        assert_eq!(deleted, ["1", "2", "3", "4", "5"]);
        let texts = copies.into_iter().map(|copy| match copy {
            Ok(copy) => copy.id,
            Err(error) => format!("{:#}", anyhow::Error::from(error)),
        });
        insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n"), @r#"
        cannot read `s3://hookline-test-payloads/slow`: s3:GetObject failed: service error: unhandled error (SlowDown): Error { code: "SlowDown" }; the copy stays on the queue and is read again
        there is no payload at `s3://hookline-test-payloads/expired`: it has expired
        `s3://other/key` is in another bucket
        a copy is no event of this version of Hookline: not a CloudEvent in JSON: missing field `specversion` at line 1 column 2
        inline
        stored
        "#);
    }

    #[tokio::test]
    async fn only_a_missing_queue_and_a_missing_permission_are_permanent() {
        for (status, code, expected) in [
            (400, "QueueDoesNotExist", true),
            (403, "AccessDeniedException", true),
            (400, "RequestThrottled", false),
            (403, "ExpiredTokenException", false),
            (500, "InternalError", false),
        ] {
            let body = json!({ "__type": format!("com.amazonaws.sqs#{code}") }).to_string();
            let respond = move |_| std::future::ready((status, body.clone().into_bytes()));
            let (_, target) = FakeAws::start(respond).await;
            let receive = Client::new(&target.sdk).receive_message().queue_url(&target.resources.queue_url);
            let error = ReceiveError::new("q", receive.send().await.unwrap_err());
            assert_eq!(error.is_permanent, expected, "{code}");
        }
    }
}
