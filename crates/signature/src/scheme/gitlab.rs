use serde::{Deserialize, Serialize};

use super::request::{Message, Request, Signed, Verified};
use super::standard::Standard;
use crate::{Secret, SignError, VerifyError};

/// GitLab. With a secret token, `X-Gitlab-Token` contains the token itself and nothing is signed. With a signing token
/// (`whsec_…`), the headers are those of [`Standard`]. The mode is configured, so that a sender cannot choose the
/// weaker one.
///
/// The event's type is derived from `X-Gitlab-Event` (`Push Hook` becomes `push`). The delivery's id is
/// `Idempotency-Key`, which stays the same in retries; with a signing token, GitLab also signs it as `webhook-id`.
///
/// Facts: <https://docs.gitlab.com/user/project/integrations/webhooks/> (delivery headers, secret and signing tokens).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gitlab {
    /// How requests are authenticated.
    pub mode: GitlabMode,
    /// Maximum difference in seconds between the signed time and now, in signature mode.
    pub tolerance: u32,
}

/// How GitLab's requests are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GitlabMode {
    /// By the secret token, which the request contains.
    Token,
    /// By a signature with the signing token.
    Signature,
}

const TOKEN: &str = "X-Gitlab-Token";

impl Gitlab {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let signed_id = match self.mode {
            GitlabMode::Token => {
                verify_token(request, secrets)?;
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
                let text = text.map_err(|_| SignError { problem: "a GitLab secret token must be text" })?;
                Ok(Signed::headers([(TOKEN.to_owned(), text.to_owned())]))
            }
            GitlabMode::Signature => self.standard().sign(message, secret),
        }
    }

    fn standard(self) -> Standard {
        Standard { tolerance: self.tolerance }
    }
}

fn verify_token(request: Request<'_>, secrets: &[Secret]) -> Result<(), VerifyError> {
    let token = request.headers.exactly_one(TOKEN)?;
    if secrets.is_empty() {
        return Err(VerifyError::MissingSecret);
    }
    let matches = secrets.iter().any(|secret| secret.matches_bytes(token.as_bytes()));
    if matches { Ok(()) } else { Err(VerifyError::Mismatch { secrets: secrets.len() }) }
}

/// Derives the type from the header: `Merge Request Hook` becomes `merge_request`.
fn event_type(header: &str) -> String {
    header.strip_suffix(" Hook").unwrap_or(header).to_ascii_lowercase().replace(' ', "_")
}
