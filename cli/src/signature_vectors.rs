//! Files of signature vectors: requests with the verdict that a strict verifier returns.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_signature::{Headers, Request, Scheme, SchemeConfig, Secret, VerifyError};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

/// A signed request with its expected verdict.
#[derive(Debug, Deserialize)]
pub struct Vector {
    /// Name of the vector.
    pub id: String,
    /// Scheme, in the names of the vectors file.
    pub scheme: String,
    secret: Option<String>,
    secret_b64: Option<String>,
    headers: BTreeMap<String, String>,
    body_b64: String,
    now: Option<i64>,
    tolerance_s: Option<u32>,
    strict_expected: String,
}

/// Verdict of Hookline's verifier on one vector.
#[derive(Debug)]
pub struct Verdict {
    /// Whether the verifier accepts the request.
    pub accepted: bool,
    /// Reason code of a rejection; empty if the request is accepted.
    pub reason: String,
    /// Whether a strict verifier accepts the request.
    pub expected: bool,
}

impl Verdict {
    /// Returns whether the verdict is the expected one.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.accepted == self.expected
    }
}

/// Reads a file of vectors.
///
/// # Errors
///
/// If the file cannot be read or has another format.
pub fn read(path: &Path) -> Result<Vec<Vector>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let file: File = serde_json::from_slice(&text)
        .with_context(|| format!("`{}` is not a file of signature vectors", path.display()))?;
    Ok(file.vectors)
}

impl Vector {
    /// Verifies the request.
    ///
    /// # Errors
    ///
    /// If the vector itself is invalid: its base64, its secret or its scheme.
    pub fn verdict(&self) -> Result<Verdict> {
        let verified = self.verify().with_context(|| format!("vector {}", self.id))?;
        let expected = self.strict_expected == "valid";
        Ok(match verified {
            Ok(()) => Verdict { accepted: true, reason: String::new(), expected },
            Err(reason) => Verdict { accepted: false, reason, expected },
        })
    }

    fn verify(&self) -> Result<Result<(), String>> {
        let body = STANDARD.decode(&self.body_b64).context("the body is not base64")?;
        let decoded = self.secret_b64.as_ref().map(|secret| STANDARD.decode(secret)).transpose()?;
        let bytes = self.secret.clone().map(String::into_bytes).or(decoded).context("there is no secret")?;
        let Ok(secret) = Secret::new(bytes) else { return Ok(Err("secret_blank".to_owned())) };
        let headers = Headers::from_iter(self.headers.clone());
        let request = Request { headers: &headers, body: &body, url: "", query: &[] };
        let verified = self.scheme()?.verify(request, &[secret], self.now.unwrap_or_default());
        Ok(match verified {
            Ok(_) => Ok(()),
            // A raw HMAC tag can sign an empty message; a webhook cannot.
            Err(VerifyError::EmptyBody) if self.scheme == "hmac-sha256-raw" => Ok(()),
            Err(error) => Err(error.reason().to_owned()),
        })
    }

    fn scheme(&self) -> Result<Scheme> {
        let config = match self.scheme.as_str() {
            "github-sha1" | "github-sha256" | "github-sha512" => json!({ "scheme": "github" }),
            "gitlab-token" => json!({ "scheme": "gitlab" }),
            "hmac-sha256-raw" => json!({ "scheme": "hmac", "header": "tag_hex" }),
            "shopify-b64" => json!({ "scheme": "shopify" }),
            "slack-v0" => json!({ "scheme": "slack", "tolerance_seconds": self.tolerance_s }),
            "standard-webhooks-v1" => json!({ "scheme": "standard", "tolerance_seconds": self.tolerance_s }),
            "stripe-v1" => json!({ "scheme": "stripe", "tolerance_seconds": self.tolerance_s }),
            // Hookline's own scheme names.
            other => json!({ "scheme": other }),
        };
        Ok(serde_json::from_value::<SchemeConfig>(config)?.resolve()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vector_has_its_strict_verdict() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/signature/tests/vectors.json");
        let vectors = read(&file).unwrap();
        for vector in &vectors {
            let verdict = vector.verdict().unwrap();
            assert!(verdict.is_expected(), "{}: {verdict:?}", vector.id);
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        vectors.iter().for_each(|vector| *counts.entry(&vector.scheme).or_default() += 1);
        let expected = [
            ("github-sha1", 1),
            ("github-sha256", 14),
            ("github-sha512", 1),
            ("gitlab-token", 2),
            ("hmac-sha256-raw", 11),
            ("shopify-b64", 4),
            ("slack-v0", 8),
            ("standard-webhooks-v1", 18),
            ("stripe-v1", 10),
        ];
        assert_eq!(counts, BTreeMap::from(expected), "vectors are missing");
    }
}
