use comfy_table::{Table, presets};

use crate::dead_letter_queue::DeadLetterMessage;

/// Formats messages of the dead-letter queue with their number.
pub(super) fn table(messages: &[DeadLetterMessage]) -> String {
    if messages.is_empty() {
        return "no matching messages in the dead-letter queue".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["id", "source", "type", "reason", "destination", "age", "attempts"]);
    for message in messages {
        let DeadLetterMessage { id, source, event_type, reason, destination, attempts, .. } = message;
        table.add_row([id, source, event_type, reason, destination, &message.formatted_age(), attempts]);
    }
    format!("{table}\n{} messages", messages.len())
}
