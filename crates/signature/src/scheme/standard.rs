use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;

use super::standard_key::{Signing, Verifying};
use super::tags::Form;
use super::{Message, Request, Signed, Verified};
use crate::body::{self, Member};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, SignError, VerifyError, time};

/// [Standard Webhooks](https://www.standardwebhooks.com), Svix and all who send through it: `webhook-id`,
/// `webhook-timestamp` and `webhook-signature`, or the same with `svix-`, each exactly once. Signed is
/// `<id>.<seconds>.<body>`, within 300 s; the signatures are separated by spaces and any of them has to be right:
///
/// * `v1,<base64>` is HMAC-SHA256; the key is the base64 after the secret's `whsec_`;
/// * `v1a,<base64>` is Ed25519; the public key is the base64 after `whpk_` (the sender signs with its `whsk_`).
///
/// The secret says which of them counts. The id is signed, so it deduplicates; one with a dot is refused, because then
/// id and time could be read in two ways. The event's type is `type` of the body.
///
/// Facts: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>,
/// <https://docs.svix.com/receiving/verifying-payloads/how-manual>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// Seconds that the time may be away from now.
    pub tolerance: u32,
}

/// What a signature of each kind begins with.
const SYMMETRIC: &str = "v1,";
const PUBLIC: &str = "v1a,";

/// Which headers carry what.
struct Names {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

const WEBHOOK: Names = Names { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };
const SVIX: Names = Names { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    r#type: Member<'a>,
}

impl Standard {
    /// The specification's advice, and the most that can be had.
    pub const TOLERANCE: u32 = 300;

    pub(super) fn verify(self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let Names { id: id_header, timestamp, signature } = names(request);
        let texts = request.headers.exactly_one(signature)?.split(' ').filter(|text| !text.is_empty());
        let id = signed_id(request, id_header)?;
        let time = request.headers.timestamp(timestamp)?;
        time::check_seconds(time::seconds(timestamp, time)?, now, self.tolerance)?;
        let parts: [&[u8]; 5] = [id.as_bytes(), b".", time.as_bytes(), b".", request.body];

        let (current, others) = secrets.split_first().ok_or(VerifyError::MissingSecret)?;
        let current = Verifying::read(current).map_err(|problem| VerifyError::UnusableSecret { problem })?;
        let others = others.iter().filter_map(|secret| Verifying::read(secret).ok());
        let mut error = None;
        for key in std::iter::once(current).chain(others) {
            match verify_with(&key, signature, texts.clone(), &parts) {
                Ok(()) => {
                    let event_type = body::text(body::read::<Body<'_>>(request.body).r#type);
                    return Ok(Verified { event_type, signed_id: Some(id.to_owned()), ..Verified::default() });
                }
                Err(failure) => error = error.or(Some(failure)),
            }
        }
        // A key of the one kind that meets signatures of the other does not fit, and another key may.
        let of_either_kind = |text: &str| [SYMMETRIC, PUBLIC].iter().any(|prefix| text.starts_with(prefix));
        Err(match error {
            Some(VerifyError::WrongPrefix { .. }) if texts.clone().any(of_either_kind) => mismatch(secrets),
            Some(VerifyError::Mismatch { .. }) | None => mismatch(secrets),
            Some(error) => error,
        })
    }

    pub(super) fn sign(self, message: Message<'_>, secret: &Secret) -> Result<Signed, SignError> {
        let time = message.now.to_string();
        let parts: [&[u8]; 5] = [message.id.as_bytes(), b".", time.as_bytes(), b".", message.body];
        let signature = match Signing::read(secret).map_err(|problem| SignError { problem })? {
            Signing::Symmetric(key) => symmetric(WEBHOOK.signature).sign(Algorithm::Sha256, &key, &parts).1,
            Signing::Pair(pair) => format!("{PUBLIC}{}", STANDARD.encode(pair.sign(&parts.concat()))),
        };
        let (id, signature) = ((WEBHOOK.id, message.id.to_owned()), (WEBHOOK.signature, signature));
        Ok(Signed::headers([id, (WEBHOOK.timestamp, time), signature].map(|(name, value)| (name.to_owned(), value))))
    }
}

fn mismatch(secrets: &[Secret]) -> VerifyError {
    VerifyError::Mismatch { secrets: secrets.len() }
}

/// One set of names or the other: they are never mixed.
fn names(request: Request<'_>) -> Names {
    let webhook = [WEBHOOK.id, WEBHOOK.timestamp, WEBHOOK.signature];
    if webhook.iter().any(|name| request.headers.first(name).is_some()) { WEBHOOK } else { SVIX }
}

fn signed_id<'a>(request: Request<'a>, header: &'static str) -> Result<&'a str, VerifyError> {
    let bad = || VerifyError::MalformedId { header: header.to_owned() };
    let id = request.headers.at_most_one(header)?.ok_or_else(bad)?;
    if id.is_empty() || id.contains('.') { Err(bad()) } else { Ok(id) }
}

fn symmetric(header: &str) -> Form<'_> {
    Form::sha256(header, SYMMETRIC, Encoding::Base64)
}

fn verify_with<'t>(
    key: &Verifying,
    header: &str,
    texts: impl Iterator<Item = &'t str>,
    parts: &[&[u8]],
) -> Result<(), VerifyError> {
    let public = match key {
        Verifying::Symmetric(key) => {
            return Algorithm::Sha256.verify(&[key], parts, &symmetric(header).read_any(texts)?);
        }
        Verifying::Public(public) => UnparsedPublicKey::new(&ED25519, public),
    };
    let form = Form { header, prefix: PUBLIC, encoding: Encoding::Base64, bytes: 64 };
    let (signatures, message) = (form.read_any(texts)?, parts.concat());
    let right = signatures.iter().any(|signature| public.verify(&message, signature).is_ok());
    if right { Ok(()) } else { Err(VerifyError::Mismatch { secrets: 1 }) }
}
