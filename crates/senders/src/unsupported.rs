/// Senders that cannot be verified, each with the reason. `docs/senders.md` explains them.
pub const UNSUPPORTED: [(&str, Unsupported); 17] = [
    ("aws-sns", Unsupported::FetchedKeys),
    ("circle", Unsupported::FetchedKeys),
    ("cloudinary", Unsupported::PlainDigest),
    ("ebay", Unsupported::FetchedKeys),
    ("fireblocks-jwks", Unsupported::FetchedKeys),
    ("gemini-dynamic", Unsupported::FetchedKeys),
    ("google-pubsub", Unsupported::FetchedKeys),
    ("green-dot", Unsupported::FetchedKeys),
    ("neon-auth", Unsupported::FetchedKeys),
    ("paypal", Unsupported::FetchedKeys),
    ("paypro-global", Unsupported::PlainDigest),
    ("plaid", Unsupported::FetchedKeys),
    ("praxis", Unsupported::PlainDigest),
    ("quoter", Unsupported::PlainDigest),
    ("shipengine", Unsupported::FetchedKeys),
    ("truelayer", Unsupported::FetchedKeys),
    ("unisender-go", Unsupported::PlainDigest),
];

/// Why a sender cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// The sender's keys or certificates have to be fetched by a URL or an id of the request.
    FetchedKeys,
    /// The sender hashes the secret together with the body, without HMAC.
    PlainDigest,
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FetchedKeys => "its keys have to be fetched with each request, which Hookline does not do",
            Self::PlainDigest => "it signs with a plain digest instead of an HMAC, which an attacker can extend",
        })
    }
}
