//! The functions' ports on the clients of the AWS SDK, made as its guide says.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use bytes::Bytes;
use hookline_event::Payload;
use hookline_secrets::{GetSecret, GetSecretError, Stage};
use hookline_telemetry::Trace;
use ingest::{KeepError, KeepPayload, SendError, SendEvent};
use process::{
    ChangeVisibility, Claim, ClaimError, Claimed, Claims, DeadLetter, DeadLetterError, FetchError, FetchPayload,
    SendDeadLetter, VisibilityError,
};
use uuid::Uuid;

/// Secrets Manager.
pub struct Secrets(pub aws_sdk_secretsmanager::Client);

impl GetSecret for Secrets {
    async fn get_secret(&self, name: &str, stage: Stage) -> Result<Option<Vec<u8>>, GetSecretError> {
        let label = if stage == Stage::Current { "AWSCURRENT" } else { "AWSPREVIOUS" };
        match self.0.get_secret_value().secret_id(name).version_stage(label).send().await {
            Ok(value) => Ok(value.secret_string.map(String::into_bytes)),
            Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_not_found_exception()) => Ok(None),
            Err(error) => Err(GetSecretError::Unanswered { detail: error.to_string() }),
        }
    }
}

/// SQS.
pub struct Queue(pub aws_sdk_sqs::Client);

impl SendEvent for Queue {
    async fn send_event(&self, queue_url: &str, message: String, trace: Option<&Trace>) -> Result<(), SendError> {
        let mut send = self.0.send_message().queue_url(queue_url).message_body(message);
        if let Some(trace) = trace {
            let header =
                MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header()).build();
            let header = header.map_err(|error| SendError { detail: error.to_string() })?;
            send = send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
        }
        send.send().await.map(|_| ()).map_err(|error| SendError { detail: error.to_string() })
    }
}

impl ChangeVisibility for Queue {
    async fn change_visibility(&self, queue_url: &str, handle: &str, seconds: u32) -> Result<(), VisibilityError> {
        let change = self.0.change_message_visibility().queue_url(queue_url).receipt_handle(handle);
        let changed = change.visibility_timeout(seconds.try_into().unwrap_or(i32::MAX)).send().await;
        changed.map(|_| ()).map_err(|error| VisibilityError { detail: error.to_string() })
    }
}

impl SendDeadLetter for Queue {
    async fn send_dead_letter(&self, dlq_url: &str, letter: DeadLetter<'_>) -> Result<(), DeadLetterError> {
        let failed = |detail: String| DeadLetterError { detail };
        let reason = MessageAttributeValue::builder().data_type("String").string_value(letter.reason).build();
        let reason = reason.map_err(|error| failed(error.to_string()))?;
        let send = self.0.send_message().queue_url(dlq_url).message_body(letter.message);
        let sent = send.message_attributes("reason", reason).send().await;
        sent.map(|_| ()).map_err(|error| failed(error.to_string()))
    }
}

/// S3.
pub struct Bucket {
    /// The client.
    pub client: aws_sdk_s3::Client,
    /// The bucket's name.
    pub name: String,
}

impl KeepPayload for Bucket {
    async fn keep_payload(&self, body: Bytes) -> Result<Payload, KeepError> {
        let key = format!("payloads/{}", Uuid::now_v7());
        let put = self.client.put_object().bucket(&self.name).key(&key).body(ByteStream::from(body)).send().await;
        put.map(|_| Payload::kept(&self.name, &key)).map_err(|error| KeepError { detail: error.to_string() })
    }
}

impl FetchPayload for Bucket {
    async fn fetch_payload(&self, uri: &str) -> Result<Bytes, FetchError> {
        let missing = || FetchError::Missing { uri: uri.to_owned() };
        let unavailable = |detail: String| FetchError::Unavailable { uri: uri.to_owned(), detail };
        let key = Payload::key(uri, &self.name).ok_or_else(missing)?;
        let object = self.client.get_object().bucket(&self.name).key(key).send().await;
        let object = object.map_err(|error| unavailable(error.to_string()))?;
        let bytes = object.body.collect().await.map_err(|error| unavailable(error.to_string()))?;
        Ok(bytes.into_bytes())
    }
}

/// DynamoDB.
pub struct Table {
    /// The client.
    pub client: aws_sdk_dynamodb::Client,
    /// The table's name.
    pub name: String,
}

impl Claims for Table {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        let put = self.client.put_item().table_name(&self.name);
        let put = put
            .item("key", text(&claim.key))
            .item("state", text("leased"))
            .item("owner", text(&claim.owner))
            .item("lease_until", number(claim.lease_until))
            .item("expires_at", number(claim.forget_at))
            .condition_expression("attribute_not_exists(#key) OR (#state = :leased AND lease_until < :now)")
            .expression_attribute_names("#key", "key")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":leased", text("leased"))
            .expression_attribute_values(":now", number(claim.now));
        put.send().await.map(|_| Claimed::Ours).map_err(|error| ClaimError { detail: error.to_string() })
    }

    async fn complete(&self, claim: &Claim) -> Result<(), ClaimError> {
        let update = self.client.update_item().table_name(&self.name).key("key", text(&claim.key));
        let update = update
            .update_expression("SET #state = :done, expires_at = :expires REMOVE lease_until")
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":done", text("done"))
            .expression_attribute_values(":expires", number(claim.forget_at))
            .expression_attribute_values(":owner", text(&claim.owner));
        update.send().await.map(|_| ()).map_err(|error| ClaimError { detail: error.to_string() })
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let delete = self.client.delete_item().table_name(&self.name).key("key", text(&claim.key));
        delete.send().await.map(|_| ()).map_err(|error| ClaimError { detail: error.to_string() })
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
