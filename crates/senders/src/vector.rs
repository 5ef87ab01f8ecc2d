//! Published vectors: requests with the verdict of a correct verifier.

mod error;
mod keys;
mod lenient;

use std::collections::BTreeMap;

use hookline_signature::{Description, Headers, Request, Scheme, SchemeOptions, Secret, VerifyError};
use serde::Deserialize;
use serde_json::{Map, Value};

pub use self::error::VectorError;
use self::error::malformed;
use crate::{SourceError, names};

/// A published signed request, or a signed text, with its verdict.
#[derive(Debug, Clone, Deserialize)]
pub struct Vector {
    /// The name.
    #[serde(default, alias = "name")]
    pub id: String,
    /// The sender: its slug, an alias or its name. A vector of a sender's file has none.
    #[serde(default)]
    pub sender: Option<String>,
    /// What the source calls the algorithm.
    #[serde(default)]
    pub algorithm: Option<String>,
    /// The headers.
    #[serde(default, deserialize_with = "lenient::pairs")]
    pub headers: Vec<(String, String)>,
    /// The exact bytes of the body in base64.
    #[serde(default)]
    pub body_b64: Option<String>,
    /// The same in hex.
    #[serde(default)]
    pub body_hex: Option<String>,
    /// The body as text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub body: Option<String>,
    /// The method. Default: POST.
    #[serde(default)]
    pub method: Option<String>,
    /// The URL with its query.
    #[serde(default)]
    pub url: Option<String>,
    /// The path with the query, if the URL is not published.
    #[serde(default)]
    pub path: Option<String>,
    /// Parameters of the query that are not in the URL.
    #[serde(default, deserialize_with = "lenient::pairs")]
    pub query: Vec<(String, String)>,
    /// The time of arrival in seconds since 1970. Without it, the age of the request is not checked.
    #[serde(default, deserialize_with = "lenient::number")]
    pub now: Option<i64>,
    /// The same in milliseconds.
    #[serde(default, deserialize_with = "lenient::number")]
    pub now_ms: Option<i64>,
    /// The tolerance that the source of the vector uses.
    #[serde(default, alias = "tolerance_s")]
    pub tolerance_seconds: Option<u32>,
    /// The signed text, if only that is published.
    #[serde(default)]
    pub message: Option<String>,
    /// The signature of that text.
    #[serde(default)]
    pub signature: Option<String>,
    /// `valid` or `invalid`, as the source says.
    #[serde(deserialize_with = "lenient::verdict")]
    pub expected: String,
    /// The verdict of a strict verifier, if it differs.
    #[serde(default, deserialize_with = "lenient::optional_verdict")]
    pub strict_expected: Option<String>,
    /// Where it is published.
    #[serde(default)]
    pub source: Option<VectorSource>,
    /// The keys, and members that are not read: `secret`, `secret_b64`, `key_b64`, `key_hex`, `public_key`, `public_key_pem`,
    /// `public_key_spki_b64`, `public_key_b64`, `public_key_hex`, `jwk`, `jwks` and others.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

/// Where a vector is published: an address, or a repository with commit and path.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the names say it")]
pub enum VectorSource {
    Address(String),
    File(BTreeMap<String, Value>),
}

/// What the algorithms are called whose keys have to be fetched, or that are no MAC.
const UNSUPPORTED_ALGORITHMS: [&str; 10] =
    ["no hmac", "by url", "by kid", "certificate", "md5", "plain", "es384", "es512", "p-384", "p-521"];

impl Vector {
    /// Whether a strict verifier accepts the request.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.strict_expected.as_deref().unwrap_or(&self.expected) == "valid"
    }

    /// Verifies the vector with the scheme of its sender. `sender` is the default. The result is the verdict.
    ///
    /// # Errors
    ///
    /// [`VectorError`] if the vector cannot be verified.
    pub fn verify(&self, sender: Option<&str>) -> Result<Result<(), VerifyError>, VectorError> {
        let name = self.sender.as_deref().or(sender).ok_or_else(|| malformed("has no sender"))?;
        let slug = names::named(name)?;
        let verdict = match self.verify_with(&crate::scheme(slug)?.methods) {
            // A request without a body can have a valid signature, but it is no event.
            Ok(Err(VerifyError::EmptyBody)) => Ok(Ok(())),
            verdict => verdict,
        };
        match &self.algorithm {
            Some(algorithm) if !matches!(verdict, Ok(Ok(()))) && is_unsupported(algorithm) => {
                Err(VectorError::Unsupported { algorithm: algorithm.clone() })
            }
            _ => verdict,
        }
    }

    /// Verifies the vector with the signing methods of a sender.
    ///
    /// # Errors
    ///
    /// [`VectorError`] if the vector cannot be verified.
    pub fn verify_with(&self, methods: &[Description]) -> Result<Result<(), VerifyError>, VectorError> {
        let candidates = keys::candidates(&self.members)?;
        if candidates.is_empty() {
            return Err(VectorError::NoKey);
        }
        let mut first = None;
        for (secret, form) in candidates {
            let Some(secret) = secret else { continue };
            for methods in keys::methods(methods, form) {
                for scheme in self.schemes(&methods)? {
                    match self.verify_request(&scheme, &secret)? {
                        Err(error @ VerifyError::UnusableSecret { .. }) => first = first.or(Some(error)),
                        Err(error) if error != VerifyError::EmptyBody => {
                            let is_better = matches!(first, None | Some(VerifyError::UnusableSecret { .. }));
                            first = if is_better { Some(error) } else { first };
                        }
                        verdict => return Ok(verdict),
                    }
                }
            }
        }
        Ok(Err(first.unwrap_or(VerifyError::MissingSecret)))
    }

    /// Returns the schemes to try: with the URL as the configured one, and with the received one.
    fn schemes(&self, methods: &[Description]) -> Result<Vec<Scheme>, VectorError> {
        let separate = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        let complete = self.url.as_ref().filter(|url| !self.query.is_empty() && !url.contains('?'));
        let urls = [self.url.clone(), complete.map(|url| format!("{url}?{separate}")), None];
        let scheme = |url: Option<String>, tolerance_seconds| {
            Scheme::new(methods, &SchemeOptions { url, tolerance_seconds, ..SchemeOptions::default() })
        };
        let mut schemes: Vec<_> = urls
            .iter()
            .flatten()
            .filter_map(|url| {
                let with_tolerance = scheme(Some(url.clone()), self.tolerance_seconds);
                with_tolerance.or_else(|_| scheme(Some(url.clone()), None)).ok()
            })
            .collect();
        let received = scheme(None, self.tolerance_seconds).or_else(|_| scheme(None, None));
        schemes.push(received.map_err(SourceError::from)?);
        Ok(schemes)
    }

    fn verify_request(&self, scheme: &Scheme, secret: &Secret) -> Result<Result<(), VerifyError>, VectorError> {
        if let (Some(message), Some(signature)) = (&self.message, &self.signature) {
            let is_valid = scheme.verifies_message(message.as_bytes(), signature, secret);
            return Ok(if is_valid { Ok(()) } else { Err(VerifyError::Mismatch { secrets: 1 }) });
        }
        let body = self.body()?;
        if let Some(signature) = self.signature.as_ref().filter(|_| self.headers.is_empty() && self.query.is_empty())
            && scheme.verifies_message(&body, signature, secret)
        {
            return Ok(Ok(()));
        }
        let headers = Headers::from_iter(self.headers.clone());
        let url = self.url.as_deref().or(self.path.as_deref()).unwrap_or_default();
        let (url, received) = url.split_once('?').unwrap_or((url, ""));
        let mut query: Vec<(String, String)> = form_urlencoded::parse(received.as_bytes()).into_owned().collect();
        let given: Vec<_> = self.query.iter().filter(|pair| !query.contains(pair)).cloned().collect();
        let given_text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&given).finish();
        let texts: Vec<_> = [received, &*given_text].into_iter().filter(|text| !text.is_empty()).collect();
        query.extend(given);
        let request = Request {
            method: &self.method.as_deref().unwrap_or("POST").to_uppercase(),
            headers: &headers,
            body: &body,
            url,
            query: &query,
            raw_query: &texts.join("&"),
        };
        let now = self.now.or(self.now_ms.map(|milliseconds| milliseconds / 1000));
        Ok(scheme.verify_at(request, std::slice::from_ref(secret), now).map(|_| ()))
    }

    fn body(&self) -> Result<Vec<u8>, VectorError> {
        match (&self.body_b64, &self.body_hex, &self.body) {
            (Some(text), ..) => lenient::base64(text).ok_or_else(|| malformed("has a body with invalid base64")),
            (None, Some(text), _) => lenient::hex(text).ok_or_else(|| malformed("has a body with invalid hex")),
            (None, None, Some(text)) => Ok(text.clone().into_bytes()),
            (None, None, None) if !self.headers.is_empty() || !self.query.is_empty() => Ok(Vec::new()),
            (None, None, None) => Err(malformed("has neither a request nor a message with its signature")),
        }
    }
}

fn is_unsupported(algorithm: &str) -> bool {
    let algorithm = algorithm.to_lowercase();
    // `sha256` alone is a digest of the secret and the body.
    let is_digest =
        algorithm.starts_with("sha") && !["hmac", "rsa", "ecdsa"].iter().any(|text| algorithm.contains(text));
    is_digest || UNSUPPORTED_ALGORITHMS.iter().any(|text| algorithm.contains(text))
}

#[cfg(test)]
mod tests;
