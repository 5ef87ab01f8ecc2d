use hookline_template::Place;

use crate::algorithm::Algorithm;
use crate::config_error::ConfigError;
use crate::description::{Description, KeyEncoding};
use crate::options::{SchemeOptions, Trust};
use crate::signing_method::{self, SigningMethod};

/// How the requests of a sender are verified and signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// The signing methods of the sender. One has to match.
    pub(crate) methods: Vec<SigningMethod>,
}

impl Scheme {
    /// The maximum of `tolerance_seconds`: 15 days, the shortest time for which process can be configured to deduplicate
    /// events. A request that is repeated within this time has no second effect.
    pub const MAX_TOLERANCE: u32 = signing_method::MAX_TOLERANCE;

    /// Validates the description of a sender. `descriptions` are its signing methods.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first problem.
    pub fn new(descriptions: &[Description], options: &SchemeOptions) -> Result<Self, ConfigError> {
        let methods =
            descriptions.iter().map(|method| SigningMethod::new(method, options)).collect::<Result<_, _>>()?;
        let scheme = Self { methods };
        let unused = |member, problem| Err(ConfigError::Invalid { member, problem });
        let any = |uses: fn(&SigningMethod) -> bool| scheme.methods.iter().any(uses);
        if scheme.methods.is_empty() {
            return unused("scheme", "is missing");
        }
        if options.url.is_some() && !any(SigningMethod::uses_url) {
            return unused("url", "has no effect, because the sender does not sign the URL");
        }
        if options.tolerance_seconds.is_some()
            && !any(|method| method.timestamp.is_some() || method.jwt.max_age.is_some())
        {
            return unused("tolerance_seconds", "has no effect, because the sender does not sign a time");
        }
        if options.audience.is_some() && !any(|method| method.algorithm == Algorithm::Jwt) {
            return unused("audience", "has no effect, because the sender does not use JWT");
        }
        // Without the prefix of its kind, a stored public key could be taken for the key of an HMAC, which any sender could make.
        let is_marked = |method: &SigningMethod| {
            let has_prefix = method.key.prefix.as_deref().is_some_and(|prefix| !prefix.is_empty());
            let is_encoded = !matches!(method.key.encoding.unwrap_or_default(), KeyEncoding::Text);
            has_prefix && if method.algorithm.is_hmac() { is_encoded } else { method.key.required.unwrap_or_default() }
        };
        if any(|method| method.algorithm.is_public())
            && any(|method| method.algorithm.is_hmac())
            && !scheme.methods.iter().all(is_marked)
        {
            return unused(
                "key.prefix",
                "must distinguish public keys from shared ones, and a shared key must be encoded",
            );
        }
        if options.signs_challenges && !scheme.methods.iter().all(|method| method.algorithm.is_hmac()) {
            return unused("handshakes", "can use {signed(…)} only with an HMAC");
        }
        Ok(scheme)
    }

    /// Whether the sender signs the body.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        self.trust() == Trust::Body
    }

    /// Returns what a valid request proves, in the weakest way that the sender may use.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.methods.iter().map(SigningMethod::trust).min().unwrap_or(Trust::Token)
    }

    /// Whether the sender identifies its events or deliveries, signed or not.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        self.methods.iter().any(|method| !method.ids.is_empty())
    }

    /// Whether each signature covers the URL of the request, and the source does not configure the URL.
    #[must_use]
    pub fn needs_url(&self) -> bool {
        self.methods.iter().all(|method| method.uses_url() && method.url.is_none())
    }

    /// Whether a header contains the secret or a token, and not only a signature.
    #[must_use]
    pub fn has_credentials_in(&self, header: &str) -> bool {
        let is_header = |place: &Place| matches!(place, Place::Header(name) if name.eq_ignore_ascii_case(header));
        let has_token = |method: &&SigningMethod| matches!(method.algorithm, Algorithm::Token | Algorithm::Jwt);
        self.methods.iter().filter(has_token).any(|method| method.places.iter().any(is_header))
    }

    /// Returns the accepted age of the signed time in seconds, or `None` if the sender signs no time.
    #[must_use]
    pub fn tolerance(&self) -> Option<u32> {
        self.methods
            .iter()
            .find_map(|method| method.timestamp.as_ref().map(|time| time.tolerance).or(method.jwt.max_age))
    }
}
