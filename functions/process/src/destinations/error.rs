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
    /// The text is not an e-mail address.
    #[error("`{address}` is not an e-mail address")]
    InvalidAddress {
        /// The configured address.
        address: String,
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
