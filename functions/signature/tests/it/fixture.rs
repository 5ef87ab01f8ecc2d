use hookline_signature::{
    Algorithm, Bitbucket, Encoding, Github, Gitlab, GitlabMode, Headers, Hmac, Linear, Message, Pagerduty, Request,
    Scheme, Secret, Shopify, Signed, Slack, Standard, Stripe, Twilio, Verified, VerifyError,
};

pub(crate) const NOW: i64 = 1_614_265_330;
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const WHSK: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The public half, made by Python's `cryptography`.
pub(crate) const WHPK: &str = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

/// A scheme with a key of its kind.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) scheme: Scheme,
    pub(crate) signs_with: &'static str,
    pub(crate) verifies_with: &'static str,
}

/// What a request is made of, to be bent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
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

/// Every scheme, and those that have two ways, both of them.
pub(crate) fn all() -> Vec<Case> {
    let gitlab = |mode| Scheme::Gitlab(Gitlab { mode, tolerance: 300 });
    let standard = Scheme::Standard(Standard { tolerance: 300 });
    let bare = Hmac {
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
        ("gitlab token", gitlab(GitlabMode::Token), "s", "s"),
        ("gitlab signature", gitlab(GitlabMode::Signature), WHSEC, WHSEC),
        ("hmac", Scheme::Hmac(Box::new(bare)), "s", "s"),
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
    .map(|(name, scheme, signs_with, verifies_with)| Case { name, scheme, signs_with, verifies_with })
    .into()
}

pub(crate) fn case(name: &str) -> Case {
    all().into_iter().find(|case| case.name == name).unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

impl Case {
    /// A body with these bytes in it, as the scheme needs one.
    pub(crate) fn body(&self, bytes: &[u8]) -> Vec<u8> {
        match self.name {
            "linear" => format!("{{\"webhookTimestamp\":{NOW}000,\"x\":\"{}\"}}", hex::encode(bytes)).into(),
            _ => bytes.to_vec(),
        }
    }

    pub(crate) fn sign(&self, body: &[u8]) -> Sent {
        let message = Message { body, now: NOW, id: "msg_1", url: URL, form: false };
        let Signed { headers, query } = self.scheme.sign(message, &secret(self.signs_with)).unwrap();
        Sent { headers, query: query.into_iter().collect(), body: body.to_vec() }
    }

    pub(crate) fn verify(&self, sent: &Sent) -> Result<Verified, VerifyError> {
        self.verify_with(sent, &[self.verifies_with], NOW)
    }

    pub(crate) fn verify_with(&self, sent: &Sent, secrets: &[&str], now: i64) -> Result<Verified, VerifyError> {
        let headers = Headers::from_iter(sent.headers.clone());
        let request = Request { headers: &headers, body: &sent.body, url: URL, query: &sent.query };
        let secrets: Vec<_> = secrets.iter().map(|text| secret(text)).collect();
        self.scheme.verify(request, &secrets, now)
    }

    /// The reason of a refusal, or `accepted`.
    pub(crate) fn verdict(&self, sent: &Sent) -> &'static str {
        self.verify(sent).map_or_else(|error| error.reason(), |_| "accepted")
    }
}

impl Sent {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap().1.clone()
    }
}
