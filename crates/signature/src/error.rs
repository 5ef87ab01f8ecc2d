use crate::Encoding;

/// Each way in which a request fails. The caller of the service never sees which; the log does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No secret to verify with: a fault of the service's owner, never of the sender.
    #[error("no usable secret")]
    MissingSecret,
    /// The secret is not a key of the scheme: a fault of the service's owner too.
    #[error("the secret cannot be used: {problem}")]
    UnusableSecret {
        /// What is wrong, without the secret.
        problem: &'static str,
    },
    /// The header that carries the signature is not there.
    #[error("header {header} is missing")]
    MissingHeader {
        /// The header's name.
        header: String,
    },
    /// A header that is signed or carries the signature comes more than once.
    #[error("header {header} comes more than once")]
    DuplicateHeader {
        /// The header's name.
        header: String,
    },
    /// The header has more signatures than anybody sends.
    #[error("{header} has more than {limit} signatures")]
    TooManySignatures {
        /// The header's name.
        header: String,
        /// How many are looked at.
        limit: usize,
    },
    /// The signature does not begin as the scheme says, for instance with `sha256=`.
    #[error("the signature in {header} does not begin with `{prefix}`")]
    WrongPrefix {
        /// The header's name.
        header: String,
        /// What the scheme begins a signature with.
        prefix: String,
    },
    /// The signature is not valid hex or base64.
    #[error("the signature in {header} is not {encoding}")]
    InvalidEncoding {
        /// The header's name.
        header: String,
        /// What the scheme writes a signature in.
        encoding: Encoding,
    },
    /// The signature is too short or too long: a truncated tag is refused even where its bytes agree.
    #[error("the signature in {header} has {length} bytes, not {expected}")]
    WrongLength {
        /// The header's name.
        header: String,
        /// Bytes that came.
        length: usize,
        /// Bytes that the algorithm gives.
        expected: usize,
    },
    /// The time that the scheme signs is not there.
    #[error("no time in {place}")]
    MissingTimestamp {
        /// A header or a member of the body.
        place: String,
    },
    /// The time is not written as the sender writes it.
    #[error("the time in {place} is not a plain number")]
    MalformedTimestamp {
        /// A header or a member of the body.
        place: String,
    },
    /// Signed too long ago: perhaps a replay, perhaps a clock that is wrong.
    #[error("signed {seconds} s ago, more than {tolerance} s")]
    TimestampTooOld {
        /// Its age.
        seconds: u64,
        /// What is accepted.
        tolerance: u32,
    },
    /// Signed in the future.
    #[error("signed {seconds} s ahead, more than {tolerance} s")]
    TimestampTooNew {
        /// How far ahead.
        seconds: u64,
        /// What is accepted.
        tolerance: u32,
    },
    /// The id that the scheme signs is missing, or could be read in two ways together with the time.
    #[error("the id in {header} is missing or not usable")]
    MalformedId {
        /// The header's name.
        header: String,
    },
    /// The hash in the signed URL is not the body's, or there is none and nothing else signs the body.
    #[error("the signed URL has no hash of this body")]
    BodyHashMismatch,
    /// The signature is well formed, but made by no accepted secret over these bytes.
    #[error("the signature matches none of {secrets} secrets")]
    Mismatch {
        /// How many secrets were tried.
        secrets: usize,
    },
    /// The signature is right, but it signs nothing: no sender does that, and a queue takes no empty message.
    #[error("the body is empty")]
    EmptyBody,
}

impl VerifyError {
    /// A stable word for logs and metrics.
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

/// Why a message cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret cannot be used to sign: {problem}")]
pub struct SignError {
    /// What is wrong, without the secret.
    pub problem: &'static str,
}
