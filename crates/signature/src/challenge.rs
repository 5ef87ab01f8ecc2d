//! What a source's secret signs for any caller: challenges, which consist of characters that no event consists of.

use crate::key::SigningKey;
use crate::scheme::Scheme;
use crate::{Algorithm, Secret, VerifyError};

/// The longest challenge, in bytes.
const MAX_CHALLENGE: usize = 256;

/// Returns the verify token of a source, which the operator enters at the sender. It is derived from the secret, so that it does not
/// have to be stored, and it does not reveal the secret.
#[must_use]
pub fn verify_token(secret: &Secret) -> String {
    let mac = Algorithm::HmacSha256.mac(secret.expose(), &["hookline verify token"]);
    hex::encode(mac.get(..16).unwrap_or_default())
}

/// Whether a text can be a challenge: nothing that could be an event in JSON, XML or a form, or a signed text with a time.
pub(crate) fn is_challenge(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=MAX_CHALLENGE).contains(&text.len()) && text.bytes().all(is_allowed)
}

impl Scheme {
    /// Signs a challenge as the sender expects it: with the key, the algorithm and the encoding of its signatures. `location` is for
    /// errors.
    ///
    /// # Errors
    ///
    /// [`VerifyError::InvalidChallenge`] if the text has other characters or is longer than a challenge, and
    /// [`VerifyError::UnusableSecret`] if the secret cannot sign.
    pub fn sign_challenge(&self, location: &str, challenge: &str, secrets: &[Secret]) -> Result<String, VerifyError> {
        if !is_challenge(challenge) {
            return Err(VerifyError::InvalidChallenge { location: location.to_owned() });
        }
        let method = self.methods.first().ok_or(VerifyError::MissingSecret)?;
        let secret = secrets.first().ok_or(VerifyError::MissingSecret)?;
        let unusable = |problem| VerifyError::UnusableSecret { problem };
        let key = SigningKey::parse(secret, &method.key, method.algorithm).map_err(unusable)?;
        let signature = method.algorithm.sign(&key, &[challenge.as_bytes()]);
        Ok(method.encoding.encode(&signature.ok_or_else(|| unusable("it cannot sign"))?))
    }
}
