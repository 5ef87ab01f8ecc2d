use serde::{Deserialize, Serialize};

use super::{Message, Request, Signed, Standard, Verified};
use crate::{Secret, SignError, VerifyError};

/// GitLab: with a secret token, `X-Gitlab-Token` carries the token itself and nothing is signed; with a signing token
/// (`whsec_…`), its headers are those of [`Standard`]. Which of them counts is configured, so that nobody can fall back.
///
/// `X-Gitlab-Event` (`Push Hook`, here `push`) and `Idempotency-Key`, which is the same when a request is tried again
/// and which the signing token signs as `webhook-id`, name the event.
///
/// Facts: <https://docs.gitlab.com/user/project/integrations/webhooks/> (delivery headers, secret and signing tokens).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gitlab {
    /// What a request is known by.
    pub mode: GitlabMode,
    /// Seconds that the time may be away from now, where it is signed.
    pub tolerance: u32,
}

/// What a GitLab request is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GitlabMode {
    /// The secret token, sent as it is.
    Token,
    /// The signing token.
    Signature,
}

const TOKEN: &str = "X-Gitlab-Token";

impl Gitlab {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let signed_id = match self.mode {
            GitlabMode::Token => {
                token(request, secrets)?;
                None
            }
            GitlabMode::Signature => self.standard().verify(request, secrets, now)?.signed_id,
        };
        let delivery_id = request.headers.first("Idempotency-Key").map(str::to_owned);
        let event_type = request.headers.first("X-Gitlab-Event").map(event_type);
        Ok(Verified { event_type, delivery_id, signed_id, handshake: None })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        match self.mode {
            GitlabMode::Token => {
                let text = std::str::from_utf8(secret.expose());
                let text = text.map_err(|_| SignError { problem: "a token that is sent as it is has to be text" })?;
                Ok(Signed::headers([(TOKEN.to_owned(), text.to_owned())]))
            }
            GitlabMode::Signature => self.standard().sign(message, secret),
        }
    }

    fn standard(self) -> Standard {
        Standard { tolerance: self.tolerance }
    }
}

fn token(request: Request<'_>, secrets: &[Secret]) -> Result<(), VerifyError> {
    let token = request.headers.exactly_one(TOKEN)?;
    if secrets.is_empty() {
        return Err(VerifyError::MissingSecret);
    }
    let right = secrets.iter().any(|secret| secret.matches_bytes(token.as_bytes()));
    if right { Ok(()) } else { Err(VerifyError::Mismatch { secrets: secrets.len() }) }
}

/// `Merge Request Hook` is `merge_request`.
fn event_type(header: &str) -> String {
    header.strip_suffix(" Hook").unwrap_or(header).to_ascii_lowercase().replace(' ', "_")
}
