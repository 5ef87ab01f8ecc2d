//! JSON web tokens in the compact form ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)). The description fixes the algorithm:
//! the header of a token can only name an accepted one, and its key is that of the source.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookline_template::Place;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::key::{Key, SigningKey, usable_keys};
use crate::signing_method::{Jwt, SigningMethod};
use crate::{Secret, SignError, VerifyError};

/// The maximum difference in seconds between the clocks of a sender and of Hookline.
const LEEWAY: i64 = 30;

/// The validity in seconds of a token that Hookline signs.
const VALIDITY: i64 = 300;

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that the receiver must understand.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims<'a> {
    iss: Option<String>,
    #[serde(borrow)]
    aud: Option<&'a RawValue>,
    exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
}

fn invalid(problem: &'static str) -> VerifyError {
    VerifyError::InvalidToken { problem }
}

/// Verifies the first text as a token. Returns the JSON text of its claims.
pub(crate) fn verify(
    method: &SigningMethod,
    texts: &[String],
    secrets: &[Secret],
    now: Option<i64>,
) -> Result<Vec<u8>, VerifyError> {
    let text = texts.first().map(String::as_str).unwrap_or_default();
    let place = method.places.first().unwrap_or(&Place::Body);
    let token = if method.pairs.is_some() { text } else { method.without_prefix(place, text)? };
    let (signed, signature) = token.rsplit_once('.').ok_or_else(|| invalid("it has no signature"))?;
    let (header, claims) = signed.split_once('.').ok_or_else(|| invalid("it has no claims"))?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid("it is not base64url"));
    let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
    let header: Header =
        serde_json::from_slice(&header).map_err(|_| invalid("its header is not JSON with an algorithm"))?;
    let accepted = method.jwt.algorithms.iter().find(|(name, _)| *name == header.alg);
    let (_, algorithm) = accepted.ok_or_else(|| invalid("its algorithm is not accepted"))?;
    if header.crit.is_some() {
        return Err(invalid("it has critical extensions"));
    }
    let keys = usable_keys(secrets, |secret| Key::parse(secret, &method.key, *algorithm))?;
    let signatures = [signature];
    if !keys.iter().any(|key| algorithm.verify(key, &[signed], &signatures)) {
        return Err(VerifyError::Mismatch { secrets: secrets.len() });
    }
    method.jwt.check(&claims, now)?;
    Ok(claims)
}

impl Jwt {
    fn check(&self, text: &[u8], now: Option<i64>) -> Result<(), VerifyError> {
        // A claim that occurs twice is an error of the parser.
        let claims: Claims<'_> =
            serde_json::from_slice(text).map_err(|_| invalid("its claims are not a JSON object"))?;
        let members: Map<String, Value> =
            serde_json::from_slice(text).map_err(|_| invalid("its claims are no object"))?;
        if self.required_claims.iter().any(|name| !members.contains_key(name)) {
            return Err(invalid("a required claim is missing"));
        }
        if self.issuer.is_some() && claims.iss != self.issuer {
            return Err(invalid("its issuer is another one"));
        }
        let is_audience = |raw: &RawValue, wanted: &str| match serde_json::from_str(raw.get()) {
            Ok(Value::String(audience)) => audience == wanted,
            Ok(Value::Array(audiences)) => audiences.iter().any(|audience| audience == wanted),
            _ => false,
        };
        if let Some(wanted) = &self.audience
            && !claims.aud.is_some_and(|raw| is_audience(raw, wanted))
        {
            return Err(invalid("its audience is another one"));
        }
        let Some(now) = now else { return Ok(()) };
        #[expect(clippy::cast_precision_loss, reason = "times are far below 2^52")]
        let (now, leeway) = (now as f64, LEEWAY as f64);
        if claims.exp.is_some_and(|exp| now >= exp + leeway) {
            return Err(invalid("it has expired"));
        }
        if claims.nbf.is_some_and(|nbf| now < nbf - leeway) {
            return Err(invalid("it is not valid yet"));
        }
        if let Some(max_age) = self.max_age {
            let issued = claims.iat.ok_or_else(|| invalid("it has no time of issue"))?;
            if !(issued - leeway..=issued + f64::from(max_age)).contains(&now) {
                return Err(invalid("it was issued too long ago, or in the future"));
            }
        }
        Ok(())
    }

    /// Creates a token with the standard claims and further ones.
    pub(crate) fn sign(
        &self,
        method: &SigningMethod,
        secret: &Secret,
        extra: Map<String, Value>,
        now: i64,
    ) -> Result<String, SignError> {
        let no_algorithm = SignError { problem: "the sender has no algorithm" };
        let (name, algorithm) = self.algorithms.first().ok_or(no_algorithm)?;
        let mut claims = Map::from_iter([
            ("iat".to_owned(), now.into()),
            ("nbf".to_owned(), now.into()),
            ("exp".to_owned(), now.saturating_add(VALIDITY).into()),
        ]);
        claims.extend(self.issuer.iter().map(|issuer| ("iss".to_owned(), issuer.as_str().into())));
        claims.extend(self.audience.iter().map(|audience| ("aud".to_owned(), audience.as_str().into())));
        for claim in &self.required_claims {
            claims.entry(claim.as_str()).or_insert_with(|| "x".into());
        }
        claims.extend(extra);
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&json!({ "alg": name, "typ": "JWT" })), encode(&claims.into()));
        let key = SigningKey::parse(secret, &method.key, *algorithm).map_err(|problem| SignError { problem })?;
        let signature = algorithm.sign(&key, &[signed.as_bytes()]);
        let signature = signature.ok_or(SignError { problem: "the key is of another kind than the algorithm" })?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
