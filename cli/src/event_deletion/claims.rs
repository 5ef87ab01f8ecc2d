use std::collections::BTreeSet;

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use hookline_event::DedupKey;

use crate::dead_letter_queue::DeadLetterMessage;
use crate::destinations::{StateTable, number};
use crate::event_log::{LoggedEvent, SelectedKey};

/// Deletes an item unless a worker has its lease: without the item, another worker could deliver at the same time.
const IS_NOT_LEASED: &str = "attribute_not_exists(lease_until) OR lease_until < :now OR expires_at < :now";

/// An item of the idempotency table: the delivery of the event to one destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Name of the destination.
    pub destination: String,
    /// The item's key: `dedupkey#destination`.
    pub key: String,
    /// End of the last lease in seconds since 1970; 0 without a lease.
    pub lease_until: i64,
}

/// Returns the deduplication keys that an event can have.
///
/// A message of the dead-letter queue and an entry of the event log have the key. Without them, the key is known only if the
/// source derives it from the event's id, which the selected key excludes if it differs; the hash of the body cannot be
/// repeated.
pub(super) fn dedup_keys(
    (id, selected): (&str, &SelectedKey),
    messages: &[DeadLetterMessage],
    logged: &[LoggedEvent],
    source: Option<&str>,
) -> BTreeSet<String> {
    let events = messages.iter().filter_map(DeadLetterMessage::event).map(|event| event.dedup_key.as_str());
    let logged = logged.iter().filter_map(|logged| logged.event.dedup_key.as_deref());
    let stored: BTreeSet<_> = events.chain(logged).filter(|key| is_hash(key)).map(str::to_owned).collect();
    let Some(source) = source.filter(|_| stored.is_empty()) else { return stored };
    let path = if source == "events" { "/events".to_owned() } else { format!("/webhooks/{source}") };
    let keys = [
        DedupKey::from_signed_id(&path, id),
        DedupKey::from_delivery_id(&path, id),
        DedupKey::from_request_id(&path, id),
    ];
    keys.iter().map(DedupKey::as_str).filter(|key| selected.includes(Some(key))).map(str::to_owned).collect()
}

/// The key comes from a message, and the table also has items of other kinds, such as `pause#destination`.
fn is_hash(key: &str) -> bool {
    key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns the existing items for these keys and destinations.
pub(super) async fn find(
    sdk: &SdkConfig,
    table: &str,
    keys: &BTreeSet<String>,
    destinations: &BTreeSet<String>,
) -> Result<Vec<Claim>> {
    let claims: Vec<_> = keys
        .iter()
        .flat_map(|key| destinations.iter().map(move |name| (name.clone(), format!("{key}#{name}"))))
        .collect();
    let keys: Vec<_> = claims.iter().map(|(_, key)| key.clone()).collect();
    let items = StateTable::new(sdk, table.to_owned()).items(&keys).await?;
    let claim = |(destination, key): (String, String)| {
        let lease_until = number(items.get(&key)?, "lease_until").unwrap_or_default();
        Some(Claim { destination, key, lease_until })
    };
    Ok(claims.into_iter().filter_map(claim).collect())
}

/// Deletes an item. Returns whether it was deleted: false while a worker has its lease.
pub(super) async fn delete(sdk: &SdkConfig, table: &str, claim: &Claim, now: i64) -> Result<bool> {
    let delete = Client::new(sdk).delete_item().table_name(table).key("key", AttributeValue::S(claim.key.clone()));
    let delete = delete.condition_expression(IS_NOT_LEASED);
    match delete.expression_attribute_values(":now", AttributeValue::N(now.to_string())).send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => {
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("cannot delete an item of table `{table}`")),
    }
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::*;
    use crate::event_log::tests::event;

    /// Returns the keys of event `e-1`, which is selected with this beginning of its key.
    fn keys(
        wanted: Option<&str>,
        messages: &[DeadLetterMessage],
        logged: &[LoggedEvent],
        source: Option<&str>,
    ) -> BTreeSet<String> {
        let selected = SelectedKey::of("e-1", [], wanted).unwrap();
        dedup_keys(("e-1", &selected), messages, logged, source)
    }

    #[test]
    fn message_has_the_deduplication_key() {
        let messages = ["orders", "ledger"].map(DeadLetterMessage::example);
        let expected = DedupKey::from_signed_id("/webhooks/github", "e-1").as_str().to_owned();
        assert_eq!(keys(None, &messages, &[], Some("other")), BTreeSet::from([expected]));
    }

    #[test]
    fn entry_of_the_event_log_has_the_deduplication_key() {
        let key = DedupKey::from_body("/webhooks/github", b"{}").as_str().to_owned();
        let mut event = event("e-1", 1, Outcome::Delivered);
        event.dedup_key = Some(key.clone());
        let logged = LoggedEvent { event, attempts: Vec::new(), is_complete: true };
        assert_eq!(keys(None, &[], &[logged], Some("github")), BTreeSet::from([key]));
    }

    #[test]
    fn only_a_hash_is_a_deduplication_key() {
        let key = DedupKey::from_signed_id("/webhooks/github", "e-1");
        assert!(is_hash(key.as_str()));
        assert!(!is_hash("pause") && !is_hash("") && !is_hash(&"x".repeat(64)));
    }

    #[test]
    fn without_a_message_the_key_can_follow_from_the_id() {
        let derived = keys(None, &[], &[], Some("github"));
        assert_eq!(derived.len(), 3);
        let key = DedupKey::from_delivery_id("/webhooks/github", "e-1").as_str().to_owned();
        assert!(derived.contains(&key));
        assert!(keys(None, &[], &[], Some("events")).contains(DedupKey::from_request_id("/events", "e-1").as_str()));
        assert!(keys(None, &[], &[], None).is_empty());
        assert_eq!(keys(key.get(..16), &[], &[], Some("github")), BTreeSet::from([key]));
    }
}
