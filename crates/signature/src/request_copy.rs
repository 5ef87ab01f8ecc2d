//! Copies of requests, which are verified again by another program: on a developer's computer, for instance. A copy has the
//! body and headers, but neither the URL's query nor credentials.

use std::collections::{BTreeMap, BTreeSet};

use hookline_template::{Headers, Part, Place, is_credential_header};

use crate::algorithm::Algorithm;
use crate::scheme::Scheme;
use crate::signing_method::SigningMethod;

/// What a copy of a request needs so that the sender's way of signing can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CopyNeeds {
    /// The body and the headers are enough.
    Nothing,
    /// A header with the secret or a token, which has to be made again.
    Credentials,
    /// The query of the URL.
    Query,
}

impl Scheme {
    /// Returns what a copy of a request needs, in the way that needs least.
    #[must_use]
    pub fn copy_needs(&self) -> CopyNeeds {
        self.methods.iter().map(SigningMethod::copy_needs).min().unwrap_or(CopyNeeds::Nothing)
    }

    /// Returns the headers of a request from which the signature, the event's id and its type are read: names in lower case,
    /// and values. Headers that contain the secret or a token are left out. Several values of a header are joined by commas.
    #[must_use]
    pub fn copied_headers(&self, headers: &Headers) -> BTreeMap<String, String> {
        let mut names: BTreeSet<String> =
            self.methods.iter().flat_map(SigningMethod::headers).map(str::to_ascii_lowercase).collect();
        for list in self.methods.iter().flat_map(SigningMethod::lists_of_headers) {
            let listed = headers.first(list).unwrap_or_default().split(',');
            let listed = listed.map(|name| name.trim().to_ascii_lowercase());
            // No header with credentials is copied because a sender lists it as signed.
            names.extend(listed.filter(|name| !is_credential_header(name)));
        }
        let value = |name: String| {
            let values: Vec<_> = headers.all(&name).collect();
            (!values.is_empty() && !self.has_credentials_in(&name)).then(|| (name, values.join(", ")))
        };
        names.into_iter().filter_map(value).collect()
    }
}

impl SigningMethod {
    fn copy_needs(&self) -> CopyNeeds {
        let is_query = |place: &Place| matches!(place, Place::Query(_));
        let is_header = |place: &Place| matches!(place, Place::Header(_));
        let has_token = matches!(self.algorithm, Algorithm::Token | Algorithm::Jwt);
        if self.signed_places().any(is_query) || self.message.0.iter().any(|part| matches!(part, Part::UrlWith(_))) {
            CopyNeeds::Query
        } else if has_token && self.places.iter().any(is_header) {
            CopyNeeds::Credentials
        } else {
            CopyNeeds::Nothing
        }
    }

    /// Returns the places that the verification reads.
    fn signed_places(&self) -> impl Iterator<Item = &Place> {
        let timestamp = self.timestamp.iter().map(|timestamp| &timestamp.place);
        let bound = self.bind.iter().map(|(place, _)| place);
        self.places.iter().chain(timestamp).chain(bound).chain(self.message.0.iter().filter_map(place))
    }

    fn headers(&self) -> impl Iterator<Item = &str> {
        let named = self.ids.iter().map(|(template, _)| template).chain(&self.types);
        let named = named.flat_map(|template| template.0.iter().filter_map(place));
        self.signed_places().chain(named).filter_map(header).chain(self.lists_of_headers())
    }

    fn lists_of_headers(&self) -> impl Iterator<Item = &str> {
        self.message.0.iter().filter_map(|part| match part {
            Part::SignedHeaders(list) => Some(list.as_str()),
            _ => None,
        })
    }
}

fn header(place: &Place) -> Option<&str> {
    match place {
        Place::Header(name) => Some(name),
        _ => None,
    }
}

fn place(part: &Part) -> Option<&Place> {
    match part {
        Part::Value(place) | Part::Present(place) | Part::Signed(place) => Some(place),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Description, SchemeOptions};

    fn scheme(description: &str) -> Scheme {
        let description: Description = serde_json::from_str(description).unwrap();
        Scheme::new(&[description], &SchemeOptions::default()).unwrap()
    }

    #[test]
    fn headers_of_the_signature_the_id_and_the_type_are_copied() {
        let signed = scheme(
            r#"{"signature":{"in":["header:X-Signature"]},"message":"{timestamp}.{signed_headers:X-List}.{body}",
                "timestamp":{"in":"header:X-Time"},"id":["{header:X-Id}"],"type":["{header:X-Event}"]}"#,
        );
        let headers = Headers::from_iter([
            ("X-Signature", "ab"),
            ("x-time", "1"),
            ("X-Id", "7"),
            ("X-Event", "push"),
            ("X-List", "x-one, X-Two, cookie"),
            ("X-One", "1"),
            ("X-Two", "2"),
            ("X-Two", "3"),
            ("Cookie", "c"),
        ]);
        let copied = signed.copied_headers(&headers);
        let copied: Vec<_> = copied.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let expected = [
            "x-event: push",
            "x-id: 7",
            "x-list: x-one, X-Two, cookie",
            "x-one: 1",
            "x-signature: ab",
            "x-time: 1",
            "x-two: 2, 3",
        ];
        assert_eq!(copied, expected);
        assert_eq!(signed.copy_needs(), CopyNeeds::Nothing);
    }

    #[test]
    fn credentials_are_not_copied() {
        let token =
            scheme(r#"{"algorithm":"token","signature":{"in":["header:X-Token"]},"type":["{header:X-Event}"]}"#);
        let copied = token.copied_headers(&Headers::from_iter([("X-Token", "secret"), ("X-Event", "push")]));
        assert_eq!(copied.into_keys().collect::<Vec<_>>(), ["x-event"]);
        assert_eq!(token.copy_needs(), CopyNeeds::Credentials);
    }

    #[test]
    fn a_copy_has_no_query() {
        let query = scheme(r#"{"signature":{"in":["query:signature"]}}"#);
        assert_eq!(query.copy_needs(), CopyNeeds::Query);
    }
}
