use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::request::{Message, Request, Signed, Verified};
use super::standard::Standard;
use crate::body::{self, Member};
use crate::{Secret, SignError, VerifyError};

/// GitLab. With a secret token, `X-Gitlab-Token` contains the token itself and nothing is signed. With a signing token
/// (`whsec_…`), the headers are those of [`Standard`]. The mode is configured, so that a sender cannot choose the
/// weaker one.
///
/// The event's type is derived from `X-Gitlab-Event` (`Push Hook` becomes `push`). All system hooks have the same header
/// (`System Hook`), so their type is `object_kind` or `event_name` of the body.
///
/// The delivery's id is `Idempotency-Key`, which stays the same in retries; with a signing token, GitLab also signs it as
/// `webhook-id`. GitLab before 17.4 sends only `X-Gitlab-Event-UUID`. A webhook that causes another one passes this id
/// on to it, so the id of the delivery also contains a hash of the body.
///
/// Facts: <https://docs.gitlab.com/user/project/integrations/webhooks/> (delivery headers, secret and signing tokens),
/// <https://docs.gitlab.com/administration/system_hooks/>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gitlab {
    /// How requests are authenticated.
    pub mode: GitlabMode,
    /// Maximum age of the signed time in seconds, in signature mode.
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

/// The number of bytes of the body's hash in an id.
const BODY_HASH_BYTES: usize = 8;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    object_kind: Member<'a>,
    #[serde(borrow)]
    event_name: Member<'a>,
}

impl Gitlab {
    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let signed_id = match self.mode {
            GitlabMode::Token => {
                verify_token(request, secrets)?;
                None
            }
            GitlabMode::Signature => self.standard().verify(request, secrets, now)?.signed_id,
        };
        Ok(Verified { event_type: event_type(request), delivery_id: delivery_id(request), signed_id, handshake: None })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        match self.mode {
            GitlabMode::Token => {
                let token = token(secret).map_err(|problem| SignError { problem })?;
                Ok(Signed::headers([(TOKEN.to_owned(), token.to_owned())]))
            }
            GitlabMode::Signature => self.standard().sign(message, secret),
        }
    }

    fn standard(self) -> Standard {
        Standard { tolerance: self.tolerance }
    }
}

/// Returns the secret token, which is text, because GitLab sends it in a header.
pub(super) fn token(secret: &Secret) -> Result<&str, &'static str> {
    std::str::from_utf8(secret.expose()).map_err(|_| "a GitLab secret token must be text")
}

fn verify_token(request: Request<'_>, secrets: &[Secret]) -> Result<(), VerifyError> {
    let received = request.headers.exactly_one(TOKEN)?;
    let current = secrets.first().ok_or(VerifyError::MissingSecret)?;
    token(current).map_err(|problem| VerifyError::UnusableSecret { problem })?;
    let matches = secrets.iter().any(|secret| secret.matches_bytes(received.as_bytes()));
    if matches { Ok(()) } else { Err(VerifyError::Mismatch { secrets: secrets.len() }) }
}

/// Derives the type from the header: `Merge Request Hook` becomes `merge_request`. The header of some hooks does not say
/// what happened, so their type is in the body.
fn event_type(request: Request<'_>) -> Option<String> {
    let header = request
        .headers
        .first("X-Gitlab-Event")
        .map(|header| header.strip_suffix(" Hook").unwrap_or(header).to_ascii_lowercase().replace(' ', "_"));
    if header.as_deref().is_some_and(|kind| !matches!(kind, "" | "system" | "service")) {
        return header;
    }
    let Body { object_kind, event_name } = body::parse_members(request.body);
    let in_body = [object_kind, event_name].into_iter().filter_map(body::parse_text).find(|kind| !kind.is_empty());
    in_body.or(header)
}

fn delivery_id(request: Request<'_>) -> Option<String> {
    let id = |header| request.headers.first(header).filter(|id| !id.trim().is_empty());
    if let Some(key) = id("Idempotency-Key") {
        return Some(key.to_owned());
    }
    let uuid = id("X-Gitlab-Event-UUID")?;
    let digest = Sha256::digest(request.body);
    Some(format!("{uuid}.{}", hex::encode(digest.get(..BODY_HASH_BYTES).unwrap_or_default())))
}
