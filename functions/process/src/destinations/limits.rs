//! The limits of the destinations' APIs. Hookline checks them before a call. `docs/destinations.md` has the same numbers.

/// The longest body that a template of an HTTP destination may render, in bytes: the largest payload with what a template
/// adds. <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(super) const HTTP_BODY_BYTES: usize = 6 * 1024 * 1024;

/// The longest header that a template may render, in bytes. Many servers accept 8 KB for a header.
/// <https://httpd.apache.org/docs/2.4/mod/core.html#limitrequestfieldsize>
pub(super) const HTTP_HEADER_BYTES: usize = 4096;

/// The longest text of a Slack message, in UTF-16 code units, as Slack recommends. Slack truncates a text of more than
/// 40,000 characters. <https://docs.slack.dev/reference/methods/chat.postMessage#truncating>
pub(super) const SLACK_TEXT: usize = 4000;

/// The longest content of a Discord message, in UTF-16 code units. Discord rejects a longer one.
/// <https://docs.discord.com/developers/resources/webhook#execute-webhook>
pub(super) const DISCORD_CONTENT: usize = 2000;

/// The longest text of a Telegram message, in UTF-16 code units. Telegram rejects more than 4096 characters.
/// <https://core.telegram.org/bots/api#sendmessage>
pub(super) const TELEGRAM_TEXT: usize = 4096;

/// The maximum number of links in a Telegram message. Telegram ignores the entities after the first hundred.
/// <https://core.telegram.org/api/config#client-configuration> (`MESSAGE_ENTITIES_MAX` of the servers is not documented;
/// <https://limits.tginfo.me/en> has the number)
pub(super) const TELEGRAM_ENTITIES: usize = 100;

/// The largest message to Microsoft Teams. The reference has 28 KB for the message that Teams creates from the request, and
/// clients report rejected requests of more than 21 KB.
/// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>,
/// <https://rubydoc.info/gems/msteams_hermes/MsTeamsHermes/Message>
pub(super) const TEAMS_MESSAGE_BYTES: usize = 20_000;

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

/// The size of an event that Lambda does not accept any more for an asynchronous invocation: 1 MB of 1,024 KB. The
/// limit was 256 KB until October 2025. <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>,
/// <https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb/>
pub(super) const LAMBDA_EVENT_BYTES: usize = 1024 * 1024;

/// The largest input of an execution. <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub(super) const EXECUTION_INPUT_BYTES: usize = 256 * 1024;

/// The longest name of an execution, in characters.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
pub(super) const EXECUTION_NAME: usize = 80;

/// The largest record of Firehose, before base64: 1,000 KiB.
/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html>
pub(super) const FIREHOSE_RECORD_BYTES: usize = 1000 * 1024;

/// The longest key of an object, in bytes. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
pub(super) const S3_KEY_BYTES: usize = 1024;

/// The largest metadata of an object, with the names.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>
pub(super) const S3_METADATA_BYTES: usize = 2048;

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
            ("http", format!("{} bytes of a `body`", grouped(HTTP_BODY_BYTES))),
            ("http", format!("{} bytes of a value in `headers`", grouped(HTTP_HEADER_BYTES))),
            ("slack", format!("{} characters", grouped(SLACK_TEXT))),
            ("discord", format!("{} characters", grouped(DISCORD_CONTENT))),
            ("telegram", format!("{} characters", grouped(TELEGRAM_TEXT))),
            ("telegram", format!("{} links", grouped(TELEGRAM_ENTITIES))),
            ("microsoft-teams", format!("{} bytes", grouped(TEAMS_MESSAGE_BYTES))),
            ("email", format!("{} characters of text", grouped(EMAIL_TEXT))),
            ("email", format!("{} characters of the subject", grouped(EMAIL_SUBJECT))),
            ("email", format!("{} recipients", grouped(EMAIL_RECIPIENTS))),
            ("sqs", format!("{} bytes", grouped(SQS_MESSAGE_BYTES))),
            ("sqs", format!("{} characters of the message group", grouped(FIFO_ID))),
            ("sns", format!("{} bytes", grouped(SNS_DEFAULT_MESSAGE_BYTES))),
            ("sns", format!("{} bytes", grouped(SNS_MESSAGE_BYTES))),
            ("sns", format!("{} characters of the subject", grouped(SNS_SUBJECT))),
            ("sns", format!("{} characters of the message group", grouped(FIFO_ID))),
            ("lambda", format!("less than {} bytes", grouped(LAMBDA_EVENT_BYTES))),
            ("stepfunctions", format!("{} bytes of input", grouped(EXECUTION_INPUT_BYTES))),
            ("stepfunctions", format!("{} characters of the name", grouped(EXECUTION_NAME))),
            ("firehose", format!("{} bytes", grouped(FIREHOSE_RECORD_BYTES))),
            ("s3", format!("{} bytes of the key", grouped(S3_KEY_BYTES))),
            ("s3", format!("{} bytes of metadata", grouped(S3_METADATA_BYTES))),
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
