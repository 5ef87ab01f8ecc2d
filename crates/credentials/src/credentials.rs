use hookline_secret::Secret;

use crate::identity::Identity;
use crate::text::ConfidentialText;

/// What a destination's secret contains.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// What authenticates a request.
    pub credential: Credential,
    /// The key that signs requests, if the destination signs them.
    pub signing_key: Option<Secret>,
}

/// What authenticates a request.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The secret has no credential.
    None,
    /// A bearer token.
    Token(ConfidentialText),
    /// A user name and a password.
    Basic {
        /// The user name, without a colon.
        username: ConfidentialText,
        /// The password. It can be empty.
        password: ConfidentialText,
    },
    /// The value of a header.
    Value(ConfidentialText),
    /// A client of an authorization server.
    Client(ClientCredentials),
    /// A client certificate.
    Identity(Identity),
}

/// The identifier and the secret of an OAuth 2.0 client.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// The client's identifier.
    pub id: ConfidentialText,
    /// The client's secret.
    pub secret: ConfidentialText,
}

impl ClientCredentials {
    /// Whether both are the same client with the same secret.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.id.expose() == other.id.expose() && self.secret.expose() == other.secret.expose()
    }
}
