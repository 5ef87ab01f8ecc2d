use hookline_senders::SourceError;

use crate::egress::TargetError;

/// Why the configuration of a destination is invalid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestinationError {
    /// No kind of destination has this name.
    #[error("`{kind}` is not a kind of destination (the kinds are {known})")]
    UnknownKind {
        /// The configured kind.
        kind: String,
        /// All kinds, separated by commas.
        known: String,
    },
    /// The kind does not support an option, needs another one, or an option has the wrong type.
    #[error("{source}")]
    InvalidOptions {
        /// The error with the name of the option.
        source: serde_json::Error,
    },
    /// The URL is not allowed as a target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The catalogue has no valid description of the signature.
    #[error(transparent)]
    Signature(#[from] SourceError),
    /// The header is malformed or reserved.
    #[error(
        "the header `{name}` cannot be set (it is malformed, set by Hookline for each event or used for credentials)"
    )]
    InvalidHeader {
        /// The configured header name.
        name: String,
    },
    /// The text is not a status, or the status never means that the receiver has the event.
    #[error(
        "`{text}` is not a status or range from 300 to 499 (401, 407, 408, 425 and 429 never count as a success; 2xx always \
         does)"
    )]
    InvalidStatus {
        /// The configured text.
        text: String,
    },
    /// The way of authentication needs another option.
    #[error("`auth = \"{auth}\"` needs `{option}`")]
    MissingAuthOption {
        /// The configured way of authentication.
        auth: &'static str,
        /// The missing option.
        option: &'static str,
    },
    /// The credentials of a role and client certificates are only used over TLS.
    #[error("`auth = \"{auth}\"` needs an https URL")]
    AuthWithoutTls {
        /// The configured way of authentication.
        auth: &'static str,
    },
    /// The text is not an e-mail address.
    #[error("`{address}` is not an e-mail address")]
    InvalidAddress {
        /// The configured address.
        address: String,
    },
    /// The text is neither the id of a chat nor the name of a public one.
    #[error(
        "`{chat}` is neither the id of a chat, such as -1001234567890, nor the name of a public one, such as @orders"
    )]
    InvalidChat {
        /// The configured chat.
        chat: String,
    },
    /// The text is not an ARN, or names something else.
    #[error("`{arn}` is not the ARN of {expected}")]
    InvalidArn {
        /// The configured text.
        arn: String,
        /// What the ARN has to name, with an example.
        expected: &'static str,
    },
    /// Only FIFO queues and topics have message groups.
    #[error("`group` needs a FIFO queue or topic, and `{arn}` does not end with .fifo (remove `group`)")]
    GroupWithoutFifo {
        /// The ARN of the queue or topic.
        arn: String,
    },
    /// Objects with such keys would be hard to read, or the keys would be too long.
    #[error(
        "`{prefix}` cannot begin the keys of objects (use at most {max} letters, digits, slashes and `!-_.'()=`, without \
         empty segments, `.` and `..`)"
    )]
    InvalidPrefix {
        /// The configured prefix.
        prefix: String,
        /// The maximum length in bytes.
        max: usize,
    },
    /// SES would reject each e-mail.
    #[error("an e-mail has at most {max} recipients, but `to` has {count} (add a second destination)")]
    TooManyRecipients {
        /// The number of recipients.
        count: usize,
        /// The limit of SES.
        max: usize,
    },
    /// The template has a syntax error or is unsafe.
    #[error("the template is invalid: {detail}")]
    InvalidTemplate {
        /// The error and its position.
        detail: String,
    },
}
