//! What makes two requests of a source one event.

use hookline_event::{DataHash, DedupKey};
use hookline_senders::Endpoint;
use hookline_signature::{Scheme, Verified};
use serde::Deserialize;

/// The source's option `deduplicate`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deduplicate {
    /// The signed id. Without one, the body if the sender signs it and does not repeat bodies, otherwise the id of the
    /// delivery. A request with none of them is an event of its own.
    #[default]
    Auto,
    /// The body. Two events with equal bodies are one event.
    Body,
    /// The id, signed or not. For a request without an id, the same as `auto`.
    Id,
    /// Nothing: each request is an event of its own, and so is each retry of the sender.
    Off,
}

/// The option `deduplicate = "id"` of a source whose requests have no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`deduplicate` must not be `id`, because the sender has no id; in `scheme`, set `id`")]
pub struct NoIds;

impl Deduplicate {
    /// Checks that the scheme supports the option.
    ///
    /// # Errors
    ///
    /// [`NoIds`] for `id` with a scheme whose requests have none.
    pub fn check(self, scheme: &Scheme) -> Result<Self, NoIds> {
        if self == Self::Id && !scheme.has_ids() { Err(NoIds) } else { Ok(self) }
    }

    /// Returns the deduplication key of a verified request. `path` is the event's source, and `request_id` an id that no
    /// other request has. If the key is derived from an id of the sender, also returns the hash of the body.
    pub(crate) fn key(
        self,
        path: &str,
        endpoint: &Endpoint,
        verified: &Verified,
        body: &[u8],
        request_id: &str,
    ) -> (DedupKey, Option<DataHash>) {
        let with_hash = |key| (key, Some(DataHash::new(body)));
        let signed_id = || usable(verified.signed_id.as_deref()).map(|id| DedupKey::from_signed_id(path, id));
        let signed_id = || signed_id().map(with_hash);
        let delivery_id = || usable(verified.delivery_id.as_deref()).map(|id| DedupKey::from_delivery_id(path, id));
        let delivery_id = || delivery_id().map(with_hash);
        let equal_body = || (DedupKey::from_body(path, body), None);
        let signed_body = || endpoint.body_identifies_event().then(equal_body);
        let own_event = || (DedupKey::from_request_id(path, request_id), None);
        match self {
            Self::Auto => signed_id().or_else(signed_body).or_else(delivery_id).unwrap_or_else(own_event),
            Self::Body => equal_body(),
            Self::Id => signed_id().or_else(delivery_id).or_else(signed_body).unwrap_or_else(own_event),
            Self::Off => own_event(),
        }
    }
}

/// A blank id identifies nothing: all requests with one would be the same event.
fn usable(id: Option<&str>) -> Option<&str> {
    id.filter(|id| !id.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use hookline_senders::SchemeSource;
    use hookline_signature::Description;

    use super::*;

    const PATH: &str = "/webhooks/a";

    fn key(option: Deduplicate, scheme: &Endpoint, ids: [Option<&str>; 2]) -> DedupKey {
        let [signed_id, delivery_id] = ids.map(|id| id.map(str::to_owned));
        let verified = Verified { signed_id, delivery_id, ..Verified::default() };
        let (key, data_hash) = option.key(PATH, scheme, &verified, b"body", "request");
        let is_id = [DedupKey::from_signed_id(PATH, "s"), DedupKey::from_delivery_id(PATH, "d")].contains(&key);
        assert_eq!(data_hash, is_id.then(|| DataHash::new(b"body")), "{option:?} {scheme:?} {ids:?}");
        key
    }

    #[test]
    fn key_is_the_strongest_evidence_of_the_scheme() {
        let signed = &SchemeSource::sender("github").resolve().unwrap();
        let token = &SchemeSource::sender("gitlab").resolve().unwrap();
        let repeats_bodies = &SchemeSource::sender("dropbox").resolve().unwrap();
        let (body, request) = (DedupKey::from_body(PATH, b"body"), DedupKey::from_request_id(PATH, "request"));
        let (signed_id, delivery_id) = (DedupKey::from_signed_id(PATH, "s"), DedupKey::from_delivery_id(PATH, "d"));
        let both = [Some("s"), Some("d")];
        let only_delivery = [None, Some("d")];
        for (option, scheme, ids, expected) in [
            (Deduplicate::Auto, signed, both, &signed_id),
            (Deduplicate::Auto, signed, only_delivery, &body),
            (Deduplicate::Auto, signed, [Some(""), Some("d")], &body),
            (Deduplicate::Auto, signed, [None, None], &body),
            (Deduplicate::Auto, token, only_delivery, &delivery_id),
            (Deduplicate::Auto, token, [None, Some(" ")], &request),
            (Deduplicate::Auto, token, [None, None], &request),
            (Deduplicate::Auto, repeats_bodies, both, &signed_id),
            (Deduplicate::Auto, repeats_bodies, only_delivery, &delivery_id),
            (Deduplicate::Auto, repeats_bodies, [None, None], &request),
            (Deduplicate::Id, repeats_bodies, [None, None], &request),
            (Deduplicate::Body, repeats_bodies, [None, None], &body),
            (Deduplicate::Body, signed, both, &body),
            (Deduplicate::Body, token, only_delivery, &body),
            (Deduplicate::Id, signed, both, &signed_id),
            (Deduplicate::Id, signed, only_delivery, &delivery_id),
            (Deduplicate::Id, signed, [None, None], &body),
            (Deduplicate::Id, token, [None, None], &request),
            (Deduplicate::Off, signed, both, &request),
            (Deduplicate::Off, token, only_delivery, &request),
        ] {
            assert_eq!(key(option, scheme, ids), *expected, "{option:?} {scheme:?} {ids:?}");
        }
    }

    #[test]
    fn id_needs_a_scheme_with_ids() {
        let scheme = |id: &[&str]| {
            let mut description =
                Description { id: id.iter().map(|id| (*id).to_owned()).collect(), ..Description::default() };
            description.signature.r#in.push("header:X-S".to_owned());
            SchemeSource { scheme: Some(description), ..SchemeSource::default() }.resolve().unwrap()
        };
        assert_eq!(Deduplicate::Id.check(&scheme(&[])), Err(NoIds));
        assert_eq!(Deduplicate::Id.check(&scheme(&["{header:X-I}"])), Ok(Deduplicate::Id));
        assert_eq!(Deduplicate::Off.check(&scheme(&[])), Ok(Deduplicate::Off));
    }
}
