use crate::Encoding;

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
    #[error("the timestamp in `{location}` is not a plain number")]
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
    /// The signed id is missing, or it is ambiguous together with the time.
    #[error("the id in `{header}` is missing or malformed")]
    MalformedId {
        /// The header's name.
        header: String,
    },
    /// The hash in the signed URL is not the body's hash, or it is missing and nothing else signs the body.
    #[error("the signed URL does not contain the hash of this body")]
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
            Self::MalformedId { .. } => "id_malformed",
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
