use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;

use super::request::{Message, Request, Signed, Verified};
use super::signature_format::SignatureFormat;
use super::standard_key::{SigningKey, VerificationKey};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, SignError, VerifyError, time};

/// [Standard Webhooks](https://www.standardwebhooks.com), including Svix and senders that use it. The headers are
/// `webhook-id`, `webhook-timestamp` and `webhook-signature`, or the same with `svix-`, each exactly once. The sender
/// signs `<id>.<seconds>.<body>`. Spaces separate the signatures, of which one has to match:
///
/// * `v1,<base64>` is HMAC-SHA256. The key is the base64 after the secret's `whsec_`, or the complete secret without a
///   prefix.
/// * `v1a,<base64>` is Ed25519. The public key is the base64 after `whpk_`; the sender signs with its `whsk_` key.
///
/// The secret's prefix selects the kind of signature. The id is signed, so it deduplicates the event. An id with a dot
/// is rejected, because id and time would be ambiguous. The event's type is `type` in the body.
///
/// Facts: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>,
/// <https://docs.svix.com/receiving/verifying-payloads/how-manual>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// Maximum age of the signed time in seconds.
    pub tolerance: u32,
}

/// Prefix of an HMAC signature.
const SYMMETRIC_PREFIX: &str = "v1,";
/// Prefix of an Ed25519 signature.
const PUBLIC_PREFIX: &str = "v1a,";

/// The names of the headers.
struct HeaderNames {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

const WEBHOOK: HeaderNames =
    HeaderNames { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };
const SVIX: HeaderNames = HeaderNames { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    r#type: Member<'a>,
}

impl Standard {
    /// The default tolerance, which is the one of the official libraries. It is independent of retries: "Every time an
    /// attempt is retried the timestamp of the attempt is updated", as the specification says.
    pub const TOLERANCE: u32 = 300;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let HeaderNames { id: id_header, timestamp, signature } = header_names(request);
        let signatures = request.headers.exactly_one(signature)?.split(' ').filter(|text| !text.is_empty());
        let id = signed_id(request, id_header)?;
        let time = request.headers.timestamp(timestamp)?;
        time::check_seconds(time::parse_seconds(timestamp, time)?, now, self.tolerance)?;
        let parts: [&[u8]; 5] = [id.as_bytes(), b".", time.as_bytes(), b".", request.body];

        let (current, others) = secrets.split_first().ok_or(VerifyError::MissingSecret)?;
        let current = VerificationKey::parse(current).map_err(|problem| VerifyError::UnusableSecret { problem })?;
        let others = others.iter().filter_map(|secret| VerificationKey::parse(secret).ok());
        let mut first_error = None;
        for key in std::iter::once(current).chain(others) {
            match verify_with(&key, signature, signatures.clone(), &parts) {
                Ok(()) => {
                    let event_type = body::parse_text(body::parse_members::<Body<'_>>(request.body).r#type);
                    return Ok(Verified { event_type, signed_id: Some(id.to_owned()), ..Verified::default() });
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        // A key of one kind does not match signatures of the other kind, but another key may match them.
        let has_known_prefix =
            |text: &str| [SYMMETRIC_PREFIX, PUBLIC_PREFIX].iter().any(|prefix| text.starts_with(prefix));
        Err(match first_error {
            Some(VerifyError::WrongPrefix { .. }) if signatures.clone().any(has_known_prefix) => mismatch(secrets),
            Some(VerifyError::Mismatch { .. }) | None => mismatch(secrets),
            Some(error) => error,
        })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        let time = message.now.to_string();
        let parts: [&[u8]; 5] = [message.id.as_bytes(), b".", time.as_bytes(), b".", message.body];
        let signature = match SigningKey::parse(secret).map_err(|problem| SignError { problem })? {
            SigningKey::Symmetric(key) => symmetric_format(WEBHOOK.signature).sign(Algorithm::Sha256, &key, &parts).1,
            SigningKey::KeyPair(pair) => format!("{PUBLIC_PREFIX}{}", STANDARD.encode(pair.sign(&parts.concat()))),
        };
        let (id, signature) = ((WEBHOOK.id, message.id.to_owned()), (WEBHOOK.signature, signature));
        Ok(Signed::headers([id, (WEBHOOK.timestamp, time), signature].map(|(name, value)| (name.to_owned(), value))))
    }
}

fn mismatch(secrets: &[Secret]) -> VerifyError {
    VerifyError::Mismatch { secrets: secrets.len() }
}

/// Selects one set of header names. Headers of the two sets are never combined.
fn header_names(request: Request<'_>) -> HeaderNames {
    let webhook = [WEBHOOK.id, WEBHOOK.timestamp, WEBHOOK.signature];
    if webhook.iter().any(|name| request.headers.first(name).is_some()) { WEBHOOK } else { SVIX }
}

fn signed_id<'a>(request: Request<'a>, header: &'static str) -> Result<&'a str, VerifyError> {
    let malformed = || VerifyError::MalformedId { header: header.to_owned() };
    let id = request.headers.at_most_one(header)?.ok_or_else(malformed)?;
    if id.is_empty() || id.contains('.') { Err(malformed()) } else { Ok(id) }
}

fn symmetric_format(header: &str) -> SignatureFormat<'_> {
    SignatureFormat::sha256(header, SYMMETRIC_PREFIX, Encoding::Base64)
}

fn verify_with<'t>(
    key: &VerificationKey,
    header: &str,
    signatures: impl Iterator<Item = &'t str>,
    parts: &[&[u8]],
) -> Result<(), VerifyError> {
    let public = match key {
        VerificationKey::Symmetric(key) => {
            return Algorithm::Sha256.verify(&[key], parts, &symmetric_format(header).decode_any(signatures)?);
        }
        VerificationKey::Public(public) => UnparsedPublicKey::new(&ED25519, public),
    };
    let format = SignatureFormat { header, prefix: PUBLIC_PREFIX, encoding: Encoding::Base64, bytes: 64 };
    let (signatures, message) = (format.decode_any(signatures)?, parts.concat());
    let matches = signatures.iter().any(|signature| public.verify(&message, signature).is_ok());
    if matches { Ok(()) } else { Err(VerifyError::Mismatch { secrets: 1 }) }
}
