//! One request for each of the common sources.

use uuid::Uuid;

use hookline::clock::unix_seconds;

/// Returns a unique body. Some senders put the event's id or the time into the body.
pub(crate) fn body(source: &str) -> String {
    let id = Uuid::new_v4();
    match source {
        "linear" => {
            format!(
                "{{\"type\":\"Issue\",\"action\":\"update\",\"webhookTimestamp\":{}000,\"n\":\"{id}\"}}",
                unix_seconds()
            )
        }
        "pagerduty" => format!("{{\"event\":{{\"id\":\"{id}\",\"event_type\":\"incident.triggered\"}}}}"),
        "slack" => {
            format!("{{\"type\":\"event_callback\",\"event_id\":\"{id}\",\"event\":{{\"type\":\"app_mention\"}}}}")
        }
        "stripe" => format!("{{\"id\":\"{id}\",\"type\":\"invoice.paid\"}}"),
        _ => format!("{{\"id\":\"{id}\",\"type\":\"user.created\"}}"),
    }
}
