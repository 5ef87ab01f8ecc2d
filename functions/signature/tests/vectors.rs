//! Published vectors: every row gives the verdict of a strict verifier, whatever its source's own test expects.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_signature::{Github, Headers, Request, Scheme, Secret, VerifyError, mac};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    scheme: String,
    secret: Option<String>,
    secret_b64: Option<String>,
    headers: BTreeMap<String, String>,
    body_b64: String,
    strict_expected: String,
}

impl Vector {
    fn secrets(&self) -> Vec<Secret> {
        let text = self.secret.clone().map(String::into_bytes);
        let bytes = text.or_else(|| self.secret_b64.as_ref().map(|b64| STANDARD.decode(b64).unwrap())).unwrap();
        vec![Secret::new(bytes).unwrap()]
    }

    fn verdict(&self) -> Result<(), VerifyError> {
        let body = STANDARD.decode(&self.body_b64).unwrap();
        match self.scheme.as_str() {
            "hmac-sha256-raw" => {
                mac::verify_sha256(&self.secrets(), &body, &hex::decode(&self.headers["tag_hex"]).unwrap())
            }
            "github-sha256" | "github-sha1" | "github-sha512" => {
                let headers = Headers::from_iter(self.headers.clone());
                let request = Request { headers: &headers, body: &body };
                Scheme::Github(Github).verify(request, &self.secrets(), 0).map(|_| ())
            }
            other => panic!("{}: no scheme for {other}", self.id),
        }
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str::<File>(include_str!("vectors.json")).unwrap().vectors
}

#[test]
fn every_row_gives_its_strict_verdict() {
    for vector in vectors() {
        let verdict = vector.verdict();
        let expected = vector.strict_expected == "valid";
        assert_eq!(verdict.is_ok(), expected, "{}: {verdict:?}", vector.id);
    }
}

#[test]
fn the_rows_are_all_here() {
    let of = |scheme: &str| vectors().iter().filter(|vector| vector.scheme == scheme).count();
    assert_eq!((of("github-sha256"), of("github-sha1"), of("github-sha512"), of("hmac-sha256-raw")), (14, 1, 1, 11));
}
