/// The options of a source that replace values of its sender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemeOptions {
    /// The URL that is configured at the sender. Default: the URL that received the request.
    pub url: Option<String>,
    /// Maximum age of the signed time in seconds.
    pub tolerance_seconds: Option<u32>,
    /// The audience of a JWT.
    pub audience: Option<String>,
    /// Whether a handshake of the sender signs challenges of any caller with the same key. An event that could be such a challenge
    /// is then rejected.
    pub signs_challenges: bool,
}

/// What a valid request proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Only that the sender knows the secret, which every request contains.
    Token,
    /// The signature covers some values, but not the whole body.
    Envelope,
    /// The signature covers the body.
    Body,
}
