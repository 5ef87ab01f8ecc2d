//! The signature of a request.

use std::collections::BTreeMap;

use hookline_senders::Endpoint;
use hookline_signature::{Message, Secret};
use http::HeaderMap;
use time::OffsetDateTime;

use crate::destinations::secret;
use crate::failure::Failure;
use crate::reason::Reason;

/// Signs the exact body with each secret, so that a receiver that still has the previous secret can verify the request.
pub(super) fn signatures(
    destination: &str,
    scheme: &Endpoint,
    id: &str,
    body: &[u8],
    secrets: &[Secret],
) -> Result<HeaderMap, Failure> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (number, secret) in secrets.iter().enumerate() {
        let message = Message { body, now, id, ..Message::default() };
        let signed = match scheme.sign(message, secret) {
            Ok(signed) => signed,
            // The previous secret may have been replaced because it is not a valid key.
            Err(_) if number > 0 => continue,
            Err(error) => return Err(secret::unusable(destination, &error.to_string())),
        };
        for (name, value) in signed.headers {
            let joined = headers.entry(name).or_default();
            if joined.is_empty() {
                *joined = value;
            } else if *joined != value {
                // Only the signatures differ: id and timestamp are the same for all secrets.
                joined.push(' ');
                joined.push_str(&value);
            }
        }
    }
    let header = |(name, value): (&String, &String)| Some((name.parse().ok()?, value.parse().ok()?));
    headers.iter().map(header).collect::<Option<_>>().ok_or_else(|| Failure::from(Reason::UnreadableEvent))
}
