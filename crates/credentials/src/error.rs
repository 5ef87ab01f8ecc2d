/// The reason why a secret has the wrong format for its destination. It never contains a part of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredentials {
    /// The destination needs several values, but the secret is not a JSON object.
    #[error("the secret is not a JSON object with the members {members}")]
    NotAnObject {
        /// The members that the object needs.
        members: &'static str,
    },
    /// The object has a member that the destination does not need.
    #[error("the secret has an unknown member: the members are {members}")]
    UnknownMember {
        /// The members that the object needs.
        members: &'static str,
    },
    /// A member is missing or empty, or is not a text.
    #[error("the member `{member}` of the secret is missing or blank, or is not a text")]
    MissingMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A value has characters that a header cannot contain.
    #[error("{member} contains white space, a control character or a character outside ASCII")]
    InvalidCharacters {
        /// What the value is.
        member: &'static str,
    },
    /// The user name contains a colon, which separates it from the password.
    #[error("the user name contains a colon, or the user name or the password contains a control character")]
    InvalidUser,
    /// The text is no certificate in PEM.
    #[error("the secret has no valid X.509 certificate of version 3 in PEM")]
    InvalidCertificate,
    /// The text is no private key in PEM.
    #[error("the secret has no private key in PEM (PKCS#8, PKCS#1 or SEC 1); an encrypted key cannot be used")]
    InvalidKey,
    /// The key is neither RSA with at least 2,048 bits nor ECDSA with P-256 or P-384 nor Ed25519.
    #[error(
        "the algorithm of the private key is not supported (use RSA with 2,048 to 4,096 bits, P-256, P-384 or Ed25519)"
    )]
    UnsupportedKey,
    /// The first certificate contains another public key than that of the private key.
    #[error("the private key does not belong to the first certificate")]
    KeyMismatch,
}
