//! The rules that a description must follow, and what follows from it.

use hookline_template::{Encoding, Part, Place, Template};

use crate::algorithm::Algorithm;
use crate::config_error::{ConfigError, invalid};
use crate::description::{Derivation, Description, KeyEncoding};
use crate::options::Trust;
use crate::signing_method::{Pairs, SigningMethod, Timestamp};

impl SigningMethod {
    /// Checks that the members belong together.
    pub(crate) fn check(&self, description: &Description) -> Result<(), ConfigError> {
        let signature = &description.signature;
        let is_blank = |text: &Option<String>| text.as_deref() == Some("");
        let (signs, is_jwt) = (self.algorithm.signs(), self.algorithm == Algorithm::Jwt);
        let has_empty_text = |pairs: &Pairs| pairs.assignment.is_empty() || pairs.separators.contains(&String::new());
        let has_signed = self.message.0.iter().any(|part| matches!(part, Part::Signed(_)));
        let lacks_time = self.message.has(&Part::Timestamp) && self.timestamp.is_none();
        let is_encoded = !matches!(self.key.encoding.unwrap_or_default(), KeyEncoding::Text);
        let has_names = !signature.names.is_empty();
        let is_nfkd = matches!(self.key.derive, Some(Derivation::Nfkd));
        let problems = [
            (self.places.is_empty(), "signature.in", "is missing"),
            (self.places.contains(&Place::Body) && !is_jwt, "signature.in", "can be the body only for a JWT"),
            (is_blank(&signature.separator), "signature.separator", "must not be empty; omit it for one signature"),
            (is_blank(&signature.after), "signature.after", "must not be empty"),
            (self.pairs.is_some() != has_names, "signature.names", "and `signature.pairs` need each other"),
            (self.pairs.as_ref().is_some_and(has_empty_text), "signature.pairs", "must not have an empty text"),
            (self.encoding == Encoding::Text && signs, "signature.encoding", "can be `text` only for a token"),
            (!signs && description.message.is_some(), "message", "has no meaning for a token; use `bind` for a JWT"),
            (self.message.is_constant() && signs, "message", "has no value of the request"),
            (
                signs && !self.is_unambiguous(),
                "message",
                "has placeholders without a separator between them, such as a dot",
            ),
            (has_signed, "message", "cannot contain {signed(…)}"),
            (lacks_time, "timestamp", "is missing, but `message` has {timestamp}"),
            (
                !self.signs_time(),
                "timestamp",
                "is not signed: `message` needs {timestamp}, or {body} with a time in the body",
            ),
            (self.digest.is_some() && !signs, "digest", "has no meaning without a signature"),
            (is_jwt == description.jwt.is_none(), "jwt", "and `algorithm` = `jwt` need each other"),
            (self.key.derive.is_some() && !self.algorithm.is_hmac(), "key.derive", "is only for an HMAC"),
            (is_nfkd && is_encoded, "key.derive", "`nfkd` is only for a text"),
        ];
        match problems.into_iter().find(|(is_problem, ..)| *is_problem) {
            Some((_, member, problem)) => Err(invalid(member, problem)),
            None => Ok(()),
        }
    }

    /// Whether two different requests always have different signed texts: the end of each value is known. Values of a body that is
    /// not signed as a whole may be adjacent, because senders do that; only these values are trustworthy then.
    fn is_unambiguous(&self) -> bool {
        let covers_body = self.message.0.iter().any(Part::covers_body);
        let in_body = |part: &Part| matches!(part, Part::Value(Place::Json(_) | Place::Form(..)));
        let is_free = |part: &Part| part.is_delimited() || (in_body(part) && !covers_body);
        let is_checked =
            |first: &Part, second: &Part| first.is_body_with_value(second) && !in_body(first) && !in_body(second);
        self.message.0.windows(2).all(|pair| match pair {
            [first, second] => is_free(first) || is_free(second) || is_checked(first, second),
            _ => true,
        })
    }

    /// Whether the time, if there is one, cannot be changed.
    fn signs_time(&self) -> bool {
        let Some(Timestamp { place, .. }) = &self.timestamp else { return true };
        let in_claim = matches!(place, Place::Claim(_)) && self.algorithm == Algorithm::Jwt;
        let in_list = matches!(place, Place::Header(_)) && self.lists_headers();
        self.message.has(&Part::Timestamp)
            || in_claim
            || in_list
            || self.signs(&Template(vec![Part::Value(place.clone())]))
    }

    /// Whether the request lists the headers that are signed.
    fn lists_headers(&self) -> bool {
        self.message.0.iter().any(|part| matches!(part, Part::SignedHeaders(_)))
    }

    /// Whether the signature covers all values of a template.
    pub(crate) fn signs(&self, template: &Template) -> bool {
        let is_token = self.algorithm == Algorithm::Token;
        let in_message = |part: &Part| !is_token && self.algorithm != Algorithm::Jwt && self.message.has(part);
        template.0.iter().all(|part| match part {
            Part::Literal(_) => true,
            Part::Hash(..) => self.trust() == Trust::Body,
            Part::Value(place) | Part::Present(place) => match place {
                Place::Json(_) | Place::Form(..) | Place::Body => {
                    self.trust() == Trust::Body || in_message(&Part::Value(place.clone()))
                }
                Place::Claim(_) => true,
                Place::Query(_) => {
                    in_message(&Part::Value(place.clone())) || (in_message(&Part::Url) && self.url.is_none())
                }
                _ => in_message(&Part::Value(place.clone())) || (in_message(&Part::Timestamp) && self.is_time(place)),
            },
            _ => false,
        })
    }

    fn is_time(&self, place: &Place) -> bool {
        self.timestamp.as_ref().is_some_and(|timestamp| timestamp.place == *place)
    }

    /// Returns the algorithm of the key: that of the token, for a JWT.
    pub(crate) fn key_algorithm(&self) -> Algorithm {
        match (self.algorithm, self.jwt.algorithms.first()) {
            (Algorithm::Jwt, Some((_, algorithm))) => *algorithm,
            (algorithm, _) => algorithm,
        }
    }

    pub(crate) fn trust(&self) -> Trust {
        let binds_body = self.bind.iter().any(|(_, template)| template.0.iter().any(Part::covers_body));
        match self.algorithm {
            Algorithm::Token => Trust::Token,
            Algorithm::Jwt if binds_body || self.places.contains(&Place::Body) => Trust::Body,
            Algorithm::Jwt => Trust::Envelope,
            _ if binds_body || self.message.0.iter().any(Part::covers_body) => Trust::Body,
            _ => Trust::Envelope,
        }
    }

    pub(crate) fn uses_url(&self) -> bool {
        let templates = self.bind.iter().map(|(_, template)| template).chain([&self.message]);
        templates.flat_map(|template| &template.0).any(Part::uses_url)
    }

    /// Whether the signed text has the URL before a value that an unauthenticated sender could move into the URL's query. A query
    /// has no white space.
    pub(crate) fn url_needs_configuration(&self) -> bool {
        let is_open = |part: &Part| part.covers_body() || matches!(part, Part::Value(_));
        let is_url = |part: &Part| matches!(part, Part::Url | Part::Target);
        let is_end = |part: &Part| matches!(part, Part::Literal(text) if text.contains(char::is_whitespace));
        let mut after_url = self.message.0.iter().skip_while(|part| !is_url(part)).take_while(|part| !is_end(part));
        self.url.is_none() && after_url.any(is_open)
    }
}
