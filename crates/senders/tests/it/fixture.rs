use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_senders::{Endpoint, SchemeSource, SenderScheme};
use hookline_signature::{
    Algorithm, Description, Headers, KeyEncoding, Message, Request, Secret, Signed, Verified, VerifyError,
};

pub(crate) const NOW: i64 = 1_614_265_330;
pub(crate) const URL: &str = "https://hooks.example.com/webhooks/x";

/// One signing method of a sender, with a key for each side.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) description: Description,
    pub(crate) scheme: Endpoint,
    pub(crate) signing_key: Secret,
    pub(crate) stored_key: Secret,
    pub(crate) other_key: Secret,
}

/// A signed request that a test can modify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestRequest {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Returns each way of each sender.
pub(crate) fn all_cases() -> Vec<Case> {
    let cases = |slug: &'static str| {
        let SenderScheme { methods, .. } = hookline_senders::scheme(slug).unwrap();
        let case = |(index, description): (usize, Description)| Case::new(format!("{slug} {index}"), description);
        methods.into_iter().enumerate().map(case).collect::<Vec<_>>()
    };
    hookline_senders::slugs().flat_map(cases).collect()
}

impl Case {
    fn new(name: String, description: Description) -> Self {
        let scheme = SchemeSource { scheme: Some(description.clone()), ..SchemeSource::default() };
        let scheme = scheme.resolve().unwrap_or_else(|error| panic!("{name}: {error}"));
        let key = |is_other| signing_key(&description, is_other);
        let (signing_key, other) = (key(false), key(true));
        let stored = |key| scheme.stored_key(key).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (stored_key, other_key) = (stored(&signing_key), stored(&other));
        Self { name, description, scheme, signing_key, stored_key, other_key }
    }

    /// Signs a body with these bytes. If the sender signs values in the body, the body is an object or a form with the bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> TestRequest {
        let json = format!("{{\"x\":\"{}\"}}", hex::encode(bytes)).into_bytes();
        let form = format!("x={}", hex::encode(bytes)).into_bytes();
        let text = serde_json::to_string(&self.description).unwrap();
        let body = match () {
            () if text.contains("form:") || text.contains("sorted_form") => form,
            () if text.contains("json:")
                || text.contains("{body}{")
                || text.contains("}{body}")
                || text.contains("\"in\":[\"body\"]") =>
            {
                json
            }
            () => bytes.to_vec(),
        };
        let message = Message { body: &body, now: NOW, id: "msg_1", url: URL, ..Message::default() };
        let signed = self.scheme.sign(message, &self.signing_key);
        let Signed { headers, query, body: changed } = signed.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        TestRequest { headers, query, body: changed.unwrap_or(body) }
    }

    pub(crate) fn verify(&self, sent: &TestRequest) -> Result<Verified, VerifyError> {
        self.verify_with(sent, &self.stored_key, NOW)
    }

    pub(crate) fn verify_with(&self, sent: &TestRequest, key: &Secret, now: i64) -> Result<Verified, VerifyError> {
        let headers = Headers::from_iter(sent.headers.clone());
        let raw_query: Vec<_> = sent.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let raw_query = raw_query.join("&");
        let request = Request {
            method: "POST",
            headers: &headers,
            body: &sent.body,
            url: URL,
            query: &sent.query,
            raw_query: &raw_query,
        };
        self.scheme.verify(request, std::slice::from_ref(key), now)
    }
}

/// Returns a key of the sender's side.
fn signing_key(description: &Description, is_other: bool) -> Secret {
    let algorithm = description.algorithm.unwrap_or_default();
    let jwt = description.jwt.as_ref().map(|jwt| jwt.algorithms[0].clone()).unwrap_or_default();
    let [rsa, p256, ed25519] = if is_other {
        [
            include_str!("../keys/rsa-other.pem"),
            include_str!("../keys/p256-other.pem"),
            include_str!("../keys/ed25519-other.pem"),
        ]
    } else {
        [include_str!("../keys/rsa.pem"), include_str!("../keys/p256.pem"), include_str!("../keys/ed25519.pem")]
    };
    let text = if is_other { "another-key-0123456789ab" } else { "a-signing-key-0123456789" };
    let shared = || {
        let form = description.key.clone().unwrap_or_default();
        let encoded = match form.encoding.unwrap_or_default() {
            KeyEncoding::Text => text.to_owned(),
            KeyEncoding::Hex => hex::encode(text),
            KeyEncoding::Base64 | KeyEncoding::Base64url => STANDARD.encode(text),
        };
        format!("{}{encoded}", form.prefix.unwrap_or_default())
    };
    let key = match algorithm {
        Algorithm::Ed25519 => ed25519.to_owned(),
        Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Raw => p256.to_owned(),
        Algorithm::RsaPkcs1Sha256 | Algorithm::RsaPkcs1Sha512 | Algorithm::RsaPssSha256 | Algorithm::RsaPssSha512 => {
            rsa.to_owned()
        }
        Algorithm::Jwt if jwt == "ES256" => p256.to_owned(),
        Algorithm::Jwt if jwt == "EdDSA" => ed25519.to_owned(),
        Algorithm::Jwt if jwt.starts_with("RS") || jwt.starts_with("PS") => rsa.to_owned(),
        _ => shared(),
    };
    Secret::new(key).unwrap()
}
