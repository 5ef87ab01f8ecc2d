use serde_json::{Value, json};

use crate::clock::unix_seconds;
use crate::dead_letter_queue::DeadLetterMessage;
use crate::duration::formatted;
use crate::event_deletion::{Claim, Deletion, EventData, LaneMessages, Remaining};
use crate::event_log::LoggedEvent;

use super::timestamp::rfc3339;

/// Formats what an event has, before a deletion (`None`) or after it.
pub(super) fn text(data: &EventData, deletion: Option<&Deletion>) -> String {
    let mut lines = vec![title(data)];
    if data.is_empty() {
        lines.push(
            "nothing to delete: no entry of the event log, no message of the dead-letter queue and no known delivery has this id"
                .to_owned(),
        );
    } else {
        lines.push(if deletion.is_some() { "deleted:" } else { "to delete (nothing was deleted yet):" }.to_owned());
    }
    let (messages, logged, claims) = match deletion {
        Some(deletion) => (&deletion.messages, &deletion.logged, &deletion.claims),
        None => (&data.messages, &data.logged, &data.claims),
    };
    lines.extend(logged.iter().map(|LoggedEvent { event, attempts, .. }| {
        let attempts = event.attempts.len() + attempts.len();
        let payload = if event.object.is_some() { " with its payload" } else { "" };
        format!("  event log: the event received at {}{payload}, attempts: {attempts}", event.received)
    }));
    lines.extend(messages.iter().map(|DeadLetterMessage { message_id, destination, reason, .. }| {
        let at = if destination.is_empty() { String::new() } else { format!(" at `{destination}`") };
        format!("  dead-letter queue: message {message_id}, {reason}{at}")
    }));
    lines.extend(data.payloads.iter().map(|uri| format!("  payload: {uri}")));
    lines.extend(claims.iter().map(|claim| format!("  idempotency table: the delivery to `{}`", claim.destination)));
    lines.push("not deleted:".to_owned());
    lines.extend(not_deleted(data, deletion));
    lines.join("\n")
}

fn title(EventData { id, messages, logged, .. }: &EventData) -> String {
    let of_message =
        messages.first().map(|DeadLetterMessage { source, event_type, .. }| (source.as_str(), event_type.as_str()));
    let of_log = logged.first().map(|logged| (logged.event.source.as_str(), logged.event.r#type.as_str()));
    match of_message.or(of_log) {
        Some((source, event_type)) => format!("event {id} ({event_type} from {source})"),
        None => format!("event {id}"),
    }
}

fn not_deleted(data: &EventData, deletion: Option<&Deletion>) -> Vec<String> {
    let Remaining { intake, retry, give_up_seconds, delivered_to, log_since } = &data.remaining;
    let queue = |name, LaneMessages { count, retention_seconds }: &LaneMessages, end: String| {
        let kept = formatted(*retention_seconds);
        let count = format!("{count} messages (approximate)");
        format!("  {name}: {count}, which SQS cannot search; {end}; SQS deletes it after {kept} without a receive")
    };
    let gives_up = formatted((*give_up_seconds).into());
    let mut lines = vec![
        queue("intake queue", intake, "the event leaves it with its first attempts".to_owned()),
        queue("retry queue", retry, format!("the event leaves it after at most {gives_up}")),
    ];
    if intake.count + retry.count > 0 {
        lines.push(format!(
            "    repeat the command after {gives_up}: a delivery that fails until then goes to the dead-letter queue"
        ));
    }
    if data.messages.is_empty() && data.logged.is_empty() {
        lines.push(
            "  payload bucket: only a message or the event log has the location; S3 deletes each payload after payload_retention_days"
                .to_owned(),
        );
    }
    if let Some(Deletion { messages, leased, .. }) = deletion {
        lines.extend(leased.iter().map(self::leased));
        lines.extend((messages.len() < data.messages.len()).then(|| {
            let reason = match leased[..] {
                [] => "another reader has received a message: repeat the command in 2 minutes",
                _ => "its messages stay until then, because they have the keys of the rest",
            };
            format!("  dead-letter queue: {reason}")
        }));
    }
    lines.push(
        "  logs: lines with the id, source, type and reasons, without payload; until log_retention_days".to_owned(),
    );
    let since = rfc3339(*log_since);
    lines.push(match delivered_to.is_empty() {
        true => format!("  destinations: no delivery in the log since {since} (--since)"),
        false => {
            let names = Vec::from_iter(delivered_to.iter().map(String::as_str)).join(", ");
            format!("  destinations: {names} received the event (log since {since}): delete it there")
        }
    });
    lines
}

fn leased(Claim { destination, lease_until, .. }: &Claim) -> String {
    let seconds = lease_until.saturating_sub(unix_seconds()).try_into().unwrap_or_default();
    let wait = formatted(seconds);
    format!("  idempotency table: a worker has leased the delivery to `{destination}`: repeat the command in {wait}")
}

/// Returns the same as JSON. `deleted` is null before a deletion.
pub(super) fn json(data: &EventData, deletion: Option<&Deletion>) -> Value {
    let found = |messages: &[DeadLetterMessage], logged: &[LoggedEvent], claims: &[Claim]| {
        let messages: Vec<_> = messages.iter().map(DeadLetterMessage::summary).collect();
        let logged: Vec<_> = logged.iter().map(LoggedEvent::json).collect();
        let deliveries = destinations(claims);
        json!({ "messages": messages, "event_log": logged, "payloads": data.payloads, "deliveries": deliveries })
    };
    let deleted = deletion.map(|deletion| {
        let mut deleted = found(&deletion.messages, &deletion.logged, &deletion.claims);
        deleted["leased"] = destinations(&deletion.leased).into();
        deleted
    });
    json!({
        "id": data.id, "found": found(&data.messages, &data.logged, &data.claims), "deleted": deleted,
        "remaining": data.remaining.json(),
    })
}

fn destinations(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.destination.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hookline_event_log::{ObjectLocation, Outcome};

    use super::*;
    use crate::event_log::tests::{event, later};

    fn logged() -> LoggedEvent {
        let mut event = event("e-1", 1, Outcome::Retried);
        event.object = Some(ObjectLocation { key: "log/github/1.gz".to_owned(), offset: 0, length: 9 });
        LoggedEvent { attempts: vec![later(&event, Outcome::DeadLettered, 2, 9)], event, is_complete: true }
    }

    fn data() -> EventData {
        let claim = |destination: &str| Claim {
            destination: destination.to_owned(),
            key: format!("0123#{destination}"),
            lease_until: 0,
        };
        let lane = |count| LaneMessages { count, retention_seconds: 345_600 };
        EventData {
            id: "e-1".to_owned(),
            messages: vec![DeadLetterMessage::example("ledger")],
            logged: vec![logged()],
            payloads: BTreeSet::from(["s3://hookline-prod-payloads-123456789012/payloads/0197".to_owned()]),
            claims: ["audit", "ledger"].map(claim).into(),
            remaining: Remaining {
                intake: lane(0),
                retry: lane(120),
                give_up_seconds: 86_400,
                delivered_to: BTreeSet::from(["audit".to_owned()]),
                log_since: 1_767_323_045,
            },
        }
    }

    fn deletion() -> Deletion {
        let [audit, ledger] = <[Claim; 2]>::try_from(data().claims).unwrap();
        Deletion { messages: Vec::new(), logged: Vec::new(), claims: vec![audit], leased: vec![ledger] }
    }

    fn complete() -> Deletion {
        let EventData { messages, logged, claims, .. } = data();
        Deletion { messages, logged, claims, leased: Vec::new() }
    }

    fn unknown() -> EventData {
        let lane = LaneMessages { count: 0, retention_seconds: 345_600 };
        let remaining = Remaining { intake: lane, retry: lane, delivered_to: BTreeSet::new(), ..data().remaining };
        let (messages, logged, claims) = Default::default();
        EventData { messages, logged, payloads: BTreeSet::new(), claims, remaining, ..data() }
    }

    #[test]
    fn text_has_what_is_deleted_and_what_is_not() {
        let complete = complete();
        let texts = [
            text(&data(), None),
            text(&data(), Some(&complete)),
            text(&data(), Some(&deletion())),
            text(&unknown(), None),
        ];
        insta::assert_snapshot!(texts.join("\n----\n"));
    }

    #[test]
    fn json_has_what_is_deleted_and_what_is_not() {
        insta::assert_json_snapshot!([json(&data(), None), json(&data(), Some(&deletion()))]);
    }

    #[test]
    fn leased_delivery_is_not_complete() {
        assert!(!deletion().is_complete(&data()));
        let complete = complete();
        assert!(complete.is_complete(&data()));
        assert!(!Deletion { messages: Vec::new(), ..complete }.is_complete(&data()));
    }
}
