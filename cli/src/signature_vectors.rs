//! Files of signature vectors: requests with the verdict that a strict verifier returns.

use std::path::Path;

use anyhow::{Context, Result};
use hookline_senders::{Sender, VectorError};
use hookline_signature::{Description, VerifyError};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A signed request with its expected verdict.
#[derive(Debug)]
pub struct Vector {
    /// Name of the vector.
    pub id: String,
    /// The sender or scheme, in the words of the file.
    pub sender: String,
    content: Result<Content, String>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    vectors: Vec<&'a RawValue>,
}

#[derive(Debug)]
struct Content {
    vector: hookline_senders::Vector,
    /// The name of a scheme instead of a sender.
    scheme: Option<String>,
    /// The sender of all vectors of a sender's file.
    default_sender: Option<String>,
}

/// The result of verifying a vector.
#[derive(Debug)]
pub enum Outcome {
    /// The verdict of the verifier.
    Verified {
        /// Whether the verifier accepts the request.
        accepted: bool,
        /// Reason code of a rejection; empty if the request is accepted.
        reason: &'static str,
        /// Whether a strict verifier accepts the request.
        expected: bool,
    },
    /// Hookline does not verify such requests, or has no such sender.
    Unsupported {
        /// The reason.
        reason: String,
    },
    /// The vector itself is invalid.
    Malformed {
        /// The reason.
        reason: String,
    },
}

impl Outcome {
    /// Returns whether the verdict is not the expected one, or the vector is invalid.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        match self {
            Self::Verified { accepted, expected, .. } => accepted != expected,
            Self::Unsupported { .. } => false,
            Self::Malformed { .. } => true,
        }
    }

    /// Returns whether the vector was not verified, because the catalogue cannot.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported { .. })
    }

    /// Returns the actual and the expected verdict.
    #[must_use]
    pub fn verdicts(&self) -> (Option<bool>, Option<bool>) {
        match self {
            Self::Verified { accepted, expected, .. } => (Some(*accepted), Some(*expected)),
            _ => (None, None),
        }
    }

    /// Returns the name of the result, for tables and JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Verified { .. } if self.is_failed() => "failed",
            Self::Verified { .. } => "passed",
            Self::Unsupported { .. } => "unsupported",
            Self::Malformed { .. } => "malformed",
        }
    }

    /// Returns the reason of a rejection or of a missing verdict.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Verified { reason, .. } => reason,
            Self::Unsupported { reason } | Self::Malformed { reason } => reason,
        }
    }
}

/// Reads a file of vectors: an object with `vectors`, such as a sender's file, or a list.
///
/// # Errors
///
/// If the file cannot be read or has another format.
pub fn read(path: &Path) -> Result<Vec<Vector>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let stem = path.file_stem().and_then(|stem| stem.to_str()).and_then(Sender::find);
    parse(&text, stem).with_context(|| format!("`{}` is not a file of signature vectors", path.display()))
}

/// Parses the text of a file. `sender` is the sender of vectors that have none.
///
/// # Errors
///
/// If the text has another format.
pub fn parse(json: &[u8], sender: Option<&str>) -> Result<Vec<Vector>> {
    // The text of each vector is kept, because the order of its members counts.
    let vectors = match serde_json::from_slice::<Vec<&RawValue>>(json) {
        Ok(list) => list,
        Err(_) => serde_json::from_slice::<File<'_>>(json)?.vectors,
    };
    Ok(vectors.into_iter().enumerate().map(|(index, vector)| Vector::new(index, vector.get(), sender)).collect())
}

impl Vector {
    fn new(index: usize, text: &str, sender: Option<&str>) -> Self {
        let vector = serde_json::from_str(text).map_err(|error| error.to_string());
        let json: Value = serde_json::from_str(text).unwrap_or_default();
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        let scheme = text("scheme").filter(|_| json["sender"].is_null());
        let id = text("id").or_else(|| text("name")).unwrap_or_else(|| format!("vector {}", index + 1));
        let named = text("sender").or_else(|| scheme.clone()).or_else(|| sender.map(str::to_owned));
        let content = vector.map(|vector| Content { vector, scheme, default_sender: sender.map(str::to_owned) });
        Self { id, sender: named.unwrap_or_default(), content }
    }

    /// Verifies the request.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let Content { vector, scheme, default_sender } = match &self.content {
            Ok(content) => content,
            Err(reason) => return Outcome::Malformed { reason: reason.clone() },
        };
        let verified = match scheme {
            Some(scheme) => verify_scheme(vector, scheme),
            None => vector.verify(default_sender.as_deref()),
        };
        let expected = vector.is_valid();
        match verified {
            Ok(Ok(())) => Outcome::Verified { accepted: true, reason: "", expected },
            Ok(Err(error)) => Outcome::Verified { accepted: false, reason: error.reason(), expected },
            Err(error @ VectorError::Malformed { .. }) => Outcome::Malformed { reason: error.to_string() },
            Err(error) => Outcome::Unsupported { reason: error.to_string() },
        }
    }
}

/// Verifies a vector that has the name of a scheme. Unlike a sender's vector, it must be a webhook: a request with a body.
fn verify_scheme(vector: &hookline_senders::Vector, scheme: &str) -> Result<Result<(), VerifyError>, VectorError> {
    let sender = match scheme {
        "github-sha1" | "github-sha256" | "github-sha512" => "github",
        "gitlab-token" => "gitlab",
        "shopify-b64" => "shopify",
        "slack-v0" => "slack",
        "standard-webhooks-v1" => "standard",
        "stripe-v1" => "stripe",
        // A raw HMAC tag can sign an empty message.
        "hmac-sha256-raw" => {
            let description = json!({ "signature": { "in": ["header:tag_hex"] } });
            let description: Result<Description, _> = serde_json::from_value(description);
            return match vector.verify_with(&description.into_iter().collect::<Vec<_>>())? {
                Err(VerifyError::EmptyBody) => Ok(Ok(())),
                verdict => Ok(verdict),
            };
        }
        other => other,
    };
    vector.verify_with(&hookline_senders::scheme(Sender::named(sender)?)?.methods)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_vector_has_its_strict_verdict() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/signature/tests/vectors.json");
        let vectors = read(&file).unwrap();
        for vector in &vectors {
            let outcome = vector.outcome();
            assert_eq!(outcome.name(), "passed", "{}: {outcome:?}", vector.id);
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        vectors.iter().for_each(|vector| *counts.entry(&vector.sender).or_default() += 1);
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

    #[test]
    fn sender_file_and_list_are_files_of_vectors() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../senders/circleci.json");
        let vectors = read(&file).unwrap();
        assert!(!vectors.is_empty());
        assert!(vectors.iter().all(|vector| vector.outcome().name() == "passed"), "{vectors:?}");
        let list = parse(br#"[{"sender":"circleci","expected":"valid","body":"x"}]"#, None).unwrap();
        assert_eq!((list[0].id.as_str(), list[0].outcome().name()), ("vector 1", "unsupported"));
        for other in ["{}", "{\"vectors\":{}}", "x", "1"] {
            assert!(parse(other.as_bytes(), None).is_err(), "{other}");
        }
    }
}
