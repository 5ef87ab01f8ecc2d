use anyhow::{Context, Result, ensure};
use hookline_aws::Bucket;
use hookline_event::Payload;

use super::claims::{self, Claim};
use super::event_data::EventData;
use crate::clock::unix_seconds;
use crate::dead_letter_queue::{DeadLetterMessage, DeadLetterQueue};
use crate::event_log::{EventLog, LoggedEvent};
use crate::target::{DeliveryConfiguration, Target};

/// Beginning of the keys that ingest gives to payloads.
const PAYLOADS: &str = "payloads/";

/// What was deleted.
#[derive(Debug, Clone)]
pub struct Deletion {
    /// Messages of the dead-letter queue.
    pub messages: Vec<DeadLetterMessage>,
    /// The event in the event log.
    pub logged: Vec<LoggedEvent>,
    /// Items of the idempotency table.
    pub claims: Vec<Claim>,
    /// Items that a worker has leased. They are not deleted.
    pub leased: Vec<Claim>,
}

impl Deletion {
    /// Whether everything was deleted that was found.
    #[must_use]
    pub fn is_complete(&self, data: &EventData) -> bool {
        self.leased.is_empty() && self.messages.len() >= data.messages.len()
    }
}

impl EventData {
    /// Deletes the payloads, the items of the idempotency table, the event in the event log, and the messages of the
    /// dead-letter queue. The event log and the messages are last, because they have the location and the key of the rest: a
    /// deletion that fails can be repeated. So they stay while a worker has leased an item.
    ///
    /// # Errors
    ///
    /// If a payload is not in the deployment's bucket, or something cannot be deleted.
    pub async fn delete(&self, target: &Target) -> Result<Deletion> {
        let configuration = target.delivery_configuration().await?;
        self.delete_payloads(target, &configuration).await?;
        let (mut claims, mut leased) = (Vec::new(), Vec::new());
        for claim in &self.claims {
            let is_deleted = claims::delete(&target.sdk, configuration.state_table()?, claim, unix_seconds()).await?;
            if is_deleted { &mut claims } else { &mut leased }.push(claim.clone());
        }
        if !leased.is_empty() {
            return Ok(Deletion { messages: Vec::new(), logged: Vec::new(), claims, leased });
        }
        if let Some(log) = EventLog::of(target.clone(), configuration).await? {
            for logged in &self.logged {
                log.delete(logged).await?;
            }
        }
        let ids: Vec<_> = self.messages.iter().map(|message| message.message_id.clone()).collect();
        let queue = DeadLetterQueue::new(target.clone());
        let messages = if ids.is_empty() { Vec::new() } else { queue.delete(&ids).await? };
        Ok(Deletion { messages, logged: self.logged.clone(), claims, leased })
    }

    async fn delete_payloads(&self, target: &Target, configuration: &DeliveryConfiguration) -> Result<()> {
        let bucket = Bucket::new(&target.sdk, configuration.payload_bucket.clone());
        for uri in &self.payloads {
            let key = payload_key(uri, &bucket.name)?;
            let delete = bucket.client().delete_object().bucket(&bucket.name).key(key).send().await;
            delete.with_context(|| format!("cannot delete `{uri}`"))?;
        }
        Ok(())
    }
}

/// Returns the key of a payload. The URI comes from a message, so any other object must stay.
fn payload_key<'u>(uri: &'u str, bucket: &str) -> Result<&'u str> {
    let key = Payload::object_key(uri, bucket).filter(|key| key.starts_with(PAYLOADS));
    let key = key.with_context(|| format!("`{uri}` is not a payload of the bucket `{bucket}`: nothing was deleted"))?;
    ensure!(!bucket.is_empty(), "the process function has no payload bucket");
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_payloads_of_the_deployment_are_deleted() {
        assert_eq!(payload_key("s3://b/payloads/1", "b").unwrap(), "payloads/1");
        for other in ["s3://a/payloads/1", "s3://b/reports/1", "s3://b/", "https://b/payloads/1"] {
            assert!(payload_key(other, "b").unwrap_err().to_string().contains("nothing was deleted"), "{other}");
        }
        assert!(payload_key("s3:///payloads/1", "").is_err());
    }
}
