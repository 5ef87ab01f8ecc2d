//! The limits of the destinations' APIs. Hookline checks them before a call. `docs/destinations.md` has the same numbers.

/// The longest text of a Slack message, in UTF-16 code units, as Slack recommends. Slack truncates a text of more than
/// 40,000 characters. <https://docs.slack.dev/reference/methods/chat.postMessage#truncating>
pub(super) const SLACK_TEXT: usize = 4000;

/// The longest content of a Discord message, in UTF-16 code units. Discord rejects a longer one.
/// <https://docs.discord.com/developers/resources/webhook#execute-webhook>
pub(super) const DISCORD_CONTENT: usize = 2000;

/// The longest text of an e-mail, in UTF-16 code units: long enough for a reader, and far below [`SES_MESSAGE_BYTES`].
pub(super) const EMAIL_TEXT: usize = 20_000;

/// The longest subject of an e-mail, in UTF-16 code units. Encoded in UTF-8 and base64 it fits into the 998 characters of
/// a line. <https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1>
pub(super) const EMAIL_SUBJECT: usize = 200;

/// The largest message of SES's API version 1, with its encoding. <https://docs.aws.amazon.com/ses/latest/dg/quotas.html>
const SES_MESSAGE_BYTES: usize = 10 * 1024 * 1024;

/// The maximum number of recipients of an e-mail. <https://docs.aws.amazon.com/ses/latest/dg/quotas.html>
pub(super) const EMAIL_RECIPIENTS: usize = 50;

/// The size of an entry that EventBridge does not accept any more: an entry has less than 1 MB. The limit was 256 KB until
/// January 2026. <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
/// <https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb/>
pub(super) const EVENTBRIDGE_ENTRY_BYTES: usize = 1024 * 1024;

/// The longest detail type of an EventBridge entry, in characters.
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
pub(super) const EVENTBRIDGE_DETAIL_TYPE: usize = 128;

/// The maximum number of nested levels of an EventBridge detail. Versions of the reference have 1,000 or 1,100; the lower
/// one is safe. <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
pub(super) const EVENTBRIDGE_LEVELS: usize = 1000;

// A code unit needs at most three bytes in UTF-8, and base64 a third more.
const _: () = assert!((EMAIL_TEXT + EMAIL_SUBJECT) * 4 < SES_MESSAGE_BYTES);
const _: () = assert!(EMAIL_SUBJECT * 4 < 998);

/// The largest message of an SQS queue, with its attributes. A queue can have a lower `MaximumMessageSize`.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
pub(super) const SQS_MESSAGE_BYTES: usize = 1024 * 1024;

/// The largest message of an SNS topic with the default `MaximumMessageSize`, with its attributes.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
pub(super) const SNS_DEFAULT_MESSAGE_BYTES: usize = 256 * 1024;

/// The largest message of an SNS topic with the highest `MaximumMessageSize`, with its attributes.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
pub(super) const SNS_MESSAGE_BYTES: usize = 1024 * 1024;

/// The longest subject of an SNS message, in UTF-16 code units: fewer than 100 characters, without control characters.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
pub(super) const SNS_SUBJECT: usize = 99;

/// The longest message group, in bytes: alphanumeric characters and punctuation.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>,
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
pub(super) const FIFO_ID: usize = 128;

/// The longest rendered value that is shortened to [`FIFO_ID`], in UTF-16 code units.
pub(super) const TEMPLATE_VALUE: usize = 4000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats a number as the documentation does.
    fn grouped(number: usize) -> String {
        let text = number.to_string();
        let first = text.len() % 3;
        let groups = text.as_bytes()[first..].chunks(3).map(|group| std::str::from_utf8(group).unwrap());
        Some(&text[..first]).filter(|group| !group.is_empty()).into_iter().chain(groups).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn documentation_has_each_limit() {
        let docs = include_str!("../../../../docs/destinations.md");
        let section = docs.split("\n## ").find(|section| section.starts_with("Limits\n")).unwrap();
        for (kind, limit) in [
            ("slack", format!("{} characters", grouped(SLACK_TEXT))),
            ("discord", format!("{} characters", grouped(DISCORD_CONTENT))),
            ("email", format!("{} characters of text", grouped(EMAIL_TEXT))),
            ("email", format!("{} characters of the subject", grouped(EMAIL_SUBJECT))),
            ("email", format!("{} recipients", grouped(EMAIL_RECIPIENTS))),
            ("eventbridge", format!("less than {} bytes", grouped(EVENTBRIDGE_ENTRY_BYTES))),
            ("eventbridge", format!("{} characters of `detail-type`", grouped(EVENTBRIDGE_DETAIL_TYPE))),
            ("eventbridge", format!("{} levels", grouped(EVENTBRIDGE_LEVELS))),
        ] {
            let mut rows = section.lines().filter(|row| row.starts_with(&format!("| `{kind}` |")));
            assert!(rows.any(|row| row.contains(&limit)), "docs/destinations.md must have `{limit}` for `{kind}`");
        }
        assert_eq!(grouped(1_048_576), "1,048,576");
    }
}
