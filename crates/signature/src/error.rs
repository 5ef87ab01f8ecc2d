use hookline_template::{Encoding, ReadError};

/// The reason why a request failed verification. The log has it; the sender never receives it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no secret to verify with. The operator has to correct it; the sender cannot.
    #[error("no usable secret")]
    MissingSecret,
    /// The secret is not a key of the scheme. The operator has to correct it; the sender cannot.
    #[error("the secret cannot be used: {problem}")]
    UnusableSecret {
        /// The problem, without the secret.
        problem: &'static str,
    },
    /// The header that carries the signature is missing.
    #[error("header `{header}` is missing")]
    MissingHeader {
        /// The header's name.
        header: String,
    },
    /// A header that is signed or carries the signature occurs more than once.
    #[error("header `{header}` occurs more than once")]
    DuplicateHeader {
        /// The header's name.
        header: String,
    },
    /// The header has more signatures than any sender sends.
    #[error("header `{header}` has more than {limit} signatures")]
    TooManySignatures {
        /// The header's name.
        header: String,
        /// The maximum number of signatures.
        limit: usize,
    },
    /// The signature does not start with the scheme's prefix, for instance `sha256=`.
    #[error("the signature in `{header}` does not start with `{prefix}`")]
    WrongPrefix {
        /// The header's name.
        header: String,
        /// The scheme's prefix.
        prefix: String,
    },
    /// The signature is not valid hex or base64.
    #[error("the signature in `{header}` is not valid {encoding}")]
    InvalidEncoding {
        /// The header's name.
        header: String,
        /// The scheme's encoding.
        encoding: Encoding,
    },
    /// The signature is too short or too long. A truncated signature is rejected even if its bytes match.
    #[error("the signature in `{header}` has {length} bytes instead of {expected}")]
    WrongLength {
        /// The header's name.
        header: String,
        /// The number of bytes in the request.
        length: usize,
        /// The number of bytes that the algorithm produces.
        expected: usize,
    },
    /// The signed time is missing.
    #[error("no timestamp in `{location}`")]
    MissingTimestamp {
        /// A header or a member of the body.
        location: String,
    },
    /// The signed time does not have the sender's format.
    #[error("the timestamp in `{location}` does not have the sender's format")]
    MalformedTimestamp {
        /// A header or a member of the body.
        location: String,
    },
    /// The request was signed too long ago: it may be a replay, or a clock may be wrong.
    #[error("the request was signed {seconds} s ago; the tolerance is {tolerance} s")]
    TimestampTooOld {
        /// The age of the signature.
        seconds: u64,
        /// The maximum age in seconds.
        tolerance: u32,
    },
    /// The signed time is in the future.
    #[error("the request was signed {seconds} s in the future; the tolerance is {tolerance} s")]
    TimestampTooNew {
        /// The time until the signed time.
        seconds: u64,
        /// The maximum in seconds.
        tolerance: u32,
    },
    /// A signed value, such as an id, is missing, or the signed text would be ambiguous with it.
    #[error("the signed value in `{location}` is missing or malformed")]
    MalformedValue {
        /// The value's place.
        location: String,
    },
    /// The signed values in the body cannot be read.
    #[error("the body cannot be read before it is verified: {problem}")]
    UnreadableBody {
        /// The problem.
        problem: &'static str,
    },
    /// The sender signs the URL together with the body, and the URL has a query that any caller can change.
    #[error("the signed URL has a query; set the source's option `url` to the complete URL")]
    UrlNotConfigured,
    /// The token is not a JSON web token with an accepted algorithm, or a claim is missing or wrong.
    #[error("the JSON web token is invalid: {problem}")]
    InvalidToken {
        /// The problem.
        problem: &'static str,
    },
    /// A request of a handshake has a value that cannot be returned to it.
    #[error("the challenge in `{location}` is missing, too long or has other characters than a challenge")]
    InvalidChallenge {
        /// The value's place.
        location: String,
    },
    /// The signed hash is not the hash of the body or of the URL, or it is missing and nothing else signs the body.
    #[error("the signed hash is missing, or it is not the hash of this request")]
    BodyHashMismatch,
    /// The signature is well-formed, but no accepted secret produces it for these bytes.
    #[error("the signature matches none of {secrets} secrets")]
    Mismatch {
        /// The number of secrets that were tried.
        secrets: usize,
    },
    /// The signature is valid, but the body is empty. No sender sends an empty body, and SQS accepts no empty message.
    #[error("the body is empty")]
    EmptyBody,
}

impl VerifyError {
    /// Returns a stable reason code for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MissingSecret => "secret_missing",
            Self::UnusableSecret { .. } => "secret_unusable",
            Self::MissingHeader { .. } => "signature_missing",
            Self::DuplicateHeader { .. } => "signature_duplicate",
            Self::TooManySignatures { .. } => "signature_count",
            Self::WrongPrefix { .. } => "signature_prefix",
            Self::InvalidEncoding { .. } => "signature_encoding",
            Self::WrongLength { .. } => "signature_length",
            Self::MissingTimestamp { .. } => "timestamp_missing",
            Self::MalformedTimestamp { .. } => "timestamp_malformed",
            Self::TimestampTooOld { .. } => "timestamp_too_old",
            Self::TimestampTooNew { .. } => "timestamp_too_new",
            Self::MalformedValue { .. } => "value_malformed",
            Self::UnreadableBody { .. } => "body_unreadable",
            Self::UrlNotConfigured => "url_not_configured",
            Self::InvalidToken { .. } => "token_invalid",
            Self::InvalidChallenge { .. } => "challenge_invalid",
            Self::BodyHashMismatch => "body_hash",
            Self::Mismatch { .. } => "signature_mismatch",
            Self::EmptyBody => "empty_body",
        }
    }
}

/// A message that cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret cannot be used to sign: {problem}")]
pub struct SignError {
    /// The problem, without the secret.
    pub problem: &'static str,
}

impl From<ReadError> for VerifyError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Missing { location } => Self::MissingHeader { header: location },
            ReadError::Duplicate { location } => Self::DuplicateHeader { header: location },
            ReadError::Malformed { location } => Self::MalformedValue { location },
            ReadError::UnreadableBody { problem } => Self::UnreadableBody { problem },
            ReadError::MissingHash => Self::BodyHashMismatch,
        }
    }
}
