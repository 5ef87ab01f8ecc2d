//! Requests and keys for the targets.

use hookline_signature::{Headers, Request, Scheme, Secret};

/// The time of each request.
pub(crate) const NOW: i64 = 1_614_265_330;

/// Signing keys of each form. No corpus has a signature by one of them.
const SIGNING_KEYS: [&str; 6] = [
    "a secret that is in no corpus",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "whsec_YSBzZWNyZXQgdGhhdCBpcyBpbiBubyBjb3JwdXM=",
    include_str!("../../crates/senders/tests/keys/ed25519.pem"),
    include_str!("../../crates/senders/tests/keys/p256.pem"),
    include_str!("../../crates/senders/tests/keys/rsa.pem"),
];

/// A request in the form of HTTP: a line with the method and the query, lines with headers, an empty line, and the body.
pub(crate) struct TestRequest {
    method: String,
    raw_query: String,
    query: Vec<(String, String)>,
    headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl TestRequest {
    /// Reads any bytes as a request.
    pub(crate) fn parse(data: &[u8]) -> Self {
        let end = data.windows(2).position(|pair| pair == b"\n\n");
        let (head, body) = match end {
            Some(end) => (&data[..end], &data[end + 2..]),
            None => (data, &[][..]),
        };
        let head = String::from_utf8_lossy(head);
        let mut lines = head.split('\n');
        let (method, raw_query) = lines.next().and_then(|line| line.split_once(' ')).unwrap_or(("POST", ""));
        let decode = |text: &str| text.replace('+', " ");
        let pairs = raw_query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self {
            method: method.to_owned(),
            raw_query: raw_query.to_owned(),
            query: pairs.map(|(name, value)| (decode(name), decode(value))).collect(),
            headers: lines.filter_map(|line| line.split_once(": ")).collect(),
            body: body.to_vec(),
        }
    }

    pub(crate) fn as_request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            headers: &self.headers,
            body: &self.body,
            url: "https://hooks.example.com/webhooks/x",
            query: &self.query,
            raw_query: &self.raw_query,
        }
    }
}

/// Returns the signing keys that a sender can have.
pub(crate) fn signing_keys() -> impl Iterator<Item = Secret> {
    SIGNING_KEYS.into_iter().filter_map(|key| Secret::new(key).ok())
}

/// Returns the keys that the receiver of a sender can have.
pub(crate) fn stored_keys(scheme: &Scheme) -> impl Iterator<Item = Secret> {
    signing_keys().filter_map(|key| scheme.stored_key(&key).ok())
}
