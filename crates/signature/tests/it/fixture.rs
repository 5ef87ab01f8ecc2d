use hookline_signature::{
    Algorithm, Bitbucket, Encoding, Github, Gitlab, GitlabMode, Headers, Hmac, Linear, Message, Pagerduty, Request,
    Scheme, Secret, Shopify, Signed, Slack, Standard, Stripe, Twilio, Verified, VerifyError,
};

pub(crate) const NOW: i64 = 1_614_265_330;
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const WHSK: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The public key of `WHSK`, created by Python's package `cryptography`.
pub(crate) const WHPK: &str = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

/// A scheme with a secret for signing and one for verification.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) scheme: Scheme,
    pub(crate) signing_secret: &'static str,
    pub(crate) verification_secret: &'static str,
}

/// A signed request that a test can modify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestRequest {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) const URL: &str = "https://hooks.example.com/webhooks/x";

pub(crate) fn hmac() -> Hmac {
    Hmac {
        header: "X-Acme-Signature".into(),
        prefix: "v1=".into(),
        encoding: Encoding::Base64,
        algorithm: Algorithm::Sha512,
        separator: Some(" ".into()),
        template: "{id}.{timestamp}.{body}".parse().unwrap(),
        timestamp_header: Some("X-Acme-Time".into()),
        id_header: Some("X-Acme-Id".into()),
        event_header: Some("X-Acme-Event".into()),
        tolerance: 300,
    }
}

/// Long enough that property tests do not generate it by chance: the request contains this token.
const GITLAB_TOKEN: &str = "glpat-0123456789abcdef";

/// Returns every scheme, in each of its modes.
pub(crate) fn all_cases() -> Vec<Case> {
    let gitlab = |mode| Scheme::Gitlab(Gitlab { mode, tolerance: 300 });
    let standard = Scheme::Standard(Standard { tolerance: 300 });
    let minimal = Hmac {
        prefix: String::new(),
        encoding: Encoding::Hex,
        algorithm: Algorithm::Sha256,
        separator: None,
        template: hookline_signature::Template::body(),
        timestamp_header: None,
        id_header: None,
        ..hmac()
    };
    [
        ("bitbucket", Scheme::Bitbucket(Bitbucket), "s", "s"),
        ("github", Scheme::Github(Github), "s", "s"),
        ("gitlab token", gitlab(GitlabMode::Token), GITLAB_TOKEN, GITLAB_TOKEN),
        ("gitlab signature", gitlab(GitlabMode::Signature), WHSEC, WHSEC),
        ("hmac", Scheme::Hmac(Box::new(minimal)), "s", "s"),
        ("hmac with all options", Scheme::Hmac(Box::new(hmac())), "s", "s"),
        ("linear", Scheme::Linear(Linear { tolerance: 60 }), "s", "s"),
        ("pagerduty", Scheme::Pagerduty(Pagerduty), "s", "s"),
        ("shopify", Scheme::Shopify(Shopify), "s", "s"),
        ("slack", Scheme::Slack(Slack { tolerance: 300 }), "s", "s"),
        ("standard", standard.clone(), WHSEC, WHSEC),
        ("standard ed25519", standard, WHSK, WHPK),
        ("stripe", Scheme::Stripe(Stripe { tolerance: 300 }), "whsec_s", "whsec_s"),
        ("twilio", Scheme::Twilio(Twilio { url: None }), "s", "s"),
    ]
    .map(|(name, scheme, signing_secret, verification_secret)| Case {
        name,
        scheme,
        signing_secret,
        verification_secret,
    })
    .into()
}

pub(crate) fn case(name: &str) -> Case {
    all_cases().into_iter().find(|case| case.name == name).unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

impl Case {
    /// Creates a body that contains these bytes and that the scheme accepts.
    pub(crate) fn body(&self, bytes: &[u8]) -> Vec<u8> {
        match self.name {
            "linear" => format!("{{\"webhookTimestamp\":{NOW}000,\"x\":\"{}\"}}", hex::encode(bytes)).into(),
            _ => bytes.to_vec(),
        }
    }

    pub(crate) fn sign(&self, body: &[u8]) -> TestRequest {
        let message = Message { body, now: NOW, id: "msg_1", url: URL, is_form: false };
        let Signed { headers, query } = self.scheme.sign(message, &secret(self.signing_secret)).unwrap();
        TestRequest { headers, query: query.into_iter().collect(), body: body.to_vec() }
    }

    pub(crate) fn verify(&self, sent: &TestRequest) -> Result<Verified, VerifyError> {
        self.verify_with(sent, &[self.verification_secret], NOW)
    }

    pub(crate) fn verify_with(&self, sent: &TestRequest, secrets: &[&str], now: i64) -> Result<Verified, VerifyError> {
        let headers = Headers::from_iter(sent.headers.clone());
        let request = Request { headers: &headers, body: &sent.body, url: URL, query: &sent.query };
        let secrets: Vec<_> = secrets.iter().map(|text| secret(text)).collect();
        self.scheme.verify(request, &secrets, now)
    }

    /// Verifies a request that another URL received.
    pub(crate) fn verify_at(&self, url: &str, sent: &TestRequest) -> Result<Verified, VerifyError> {
        let headers = Headers::from_iter(sent.headers.clone());
        let request = Request { headers: &headers, body: &sent.body, url, query: &sent.query };
        self.scheme.verify(request, &[secret(self.verification_secret)], NOW)
    }

    /// Returns the reason code of a rejection, or `accepted`.
    pub(crate) fn verdict(&self, sent: &TestRequest) -> &'static str {
        self.verify(sent).map_or_else(|error| error.reason(), |_| "accepted")
    }
}

impl TestRequest {
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self = self.without_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap().1.clone()
    }
}
