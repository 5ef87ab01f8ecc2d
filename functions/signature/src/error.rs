use crate::Encoding;

/// Each way in which a request fails. The caller of the service never sees which; the log does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No secret to verify with: a fault of the service's owner, never of the sender.
    #[error("no usable secret")]
    NoSecret,
    /// The header that carries the signature is not there.
    #[error("header {header} is missing")]
    MissingHeader {
        /// The header's name.
        header: String,
    },
    /// The header that carries the signature comes more than once.
    #[error("header {header} comes more than once")]
    DuplicateHeader {
        /// The header's name.
        header: String,
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
    BadEncoding {
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
            Self::NoSecret => "no_secret",
            Self::MissingHeader { .. } => "signature_missing",
            Self::DuplicateHeader { .. } => "signature_duplicate",
            Self::WrongPrefix { .. } => "signature_prefix",
            Self::BadEncoding { .. } => "signature_encoding",
            Self::WrongLength { .. } => "signature_length",
            Self::Mismatch { .. } => "signature_mismatch",
            Self::EmptyBody => "empty_body",
        }
    }
}
