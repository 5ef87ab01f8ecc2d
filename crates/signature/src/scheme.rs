//! The validated form of descriptions.

use std::collections::BTreeMap;

use crate::description::{
    Derivation, Description, Digest, EventResponse, HandshakeDescription, KeyDescription, KeyEncoding, TimeUnit,
};
use crate::handshake::Handshake;
use crate::json::Pointer;
use crate::template::{Part, Place, Template, TemplateError};
use crate::{Algorithm, Encoding};

/// How a source's requests are verified, signed and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// The ways in which the sender signs. One has to match.
    pub(crate) ways: Vec<Way>,
    pub(crate) handshakes: Vec<Handshake>,
    response: Option<EventResponse>,
}

/// One way in which a sender signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyDescription,
    pub(crate) places: Vec<Place>,
    pub(crate) pairs: Option<Pairs>,
    pub(crate) prefix: String,
    pub(crate) after: Option<String>,
    pub(crate) separator: Option<String>,
    pub(crate) encoding: Encoding,
    pub(crate) message: Template,
    pub(crate) digest: Option<Digest>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) bind: Vec<(Place, Template)>,
    pub(crate) each: Option<Pointer>,
    /// The URL that is configured at the sender.
    pub(crate) url: Option<String>,
    pub(crate) url_port_optional: bool,
    pub(crate) jwt: Jwt,
    /// Each with whether the signature covers it.
    pub(crate) ids: Vec<(Template, bool)>,
    pub(crate) types: Vec<Template>,
    pub(crate) type_replace: Vec<(String, String)>,
    pub(crate) type_lowercase: bool,
    pub(crate) type_ignore: Vec<String>,
    /// Whether a handshake signs challenges for anybody with the same key.
    pub(crate) signs_challenges: bool,
}

/// The pairs of names and values in the signature's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pairs {
    pub(crate) separators: Vec<String>,
    pub(crate) assignment: String,
    pub(crate) repeated: bool,
    /// The names of the pairs with signatures.
    pub(crate) names: Vec<String>,
}

/// The signed time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timestamp {
    pub(crate) place: Place,
    pub(crate) unit: TimeUnit,
    pub(crate) tolerance: u32,
}

/// What a JWT must have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Jwt {
    pub(crate) algorithms: Vec<(String, Algorithm)>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) required_claims: Vec<String>,
    pub(crate) max_age: Option<u32>,
}

/// The options of a source that replace values of its sender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemeOptions {
    /// The URL that is configured at the sender. Default: the URL that received the request.
    pub url: Option<String>,
    /// Maximum age of the signed time in seconds.
    pub tolerance_seconds: Option<u32>,
    /// The audience of a JWT.
    pub audience: Option<String>,
    /// The response to an accepted event.
    pub response: Option<EventResponse>,
}

/// What a valid request proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Only that the sender knows the secret, which every request contains.
    Token,
    /// The signature covers some values, but not the whole body.
    Envelope,
    /// The signature covers the body.
    Body,
}

/// An invalid description or option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A place or template is malformed.
    #[error("`{member}`: {source}")]
    Template {
        /// The description's member.
        member: &'static str,
        /// The problem.
        source: TemplateError,
    },
    /// A member is missing, contradicts another one, or would make the signature ambiguous or worthless.
    #[error("`{member}` {problem}")]
    Invalid {
        /// The description's member or the source's option.
        member: &'static str,
        /// The problem.
        problem: &'static str,
    },
    /// The tolerance is out of range: zero would accept nothing, and events are deduplicated for a limited time.
    #[error("`tolerance_seconds` must be 1 to {max}, the time for which events are deduplicated")]
    InvalidTolerance {
        /// The maximum.
        max: u32,
    },
}

/// The default tolerance, for a sender that signs a new time for each retry.
const DEFAULT_TOLERANCE: u32 = 300;

impl Scheme {
    /// The maximum of `tolerance_seconds`: 15 days, the shortest time for which process can be configured to deduplicate
    /// events. A request that is repeated within this time has no second effect.
    pub const MAX_TOLERANCE: u32 = 15 * 86_400;

    /// Validates the description of a sender. `descriptions` are the ways in which it signs.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first problem.
    pub fn new(
        descriptions: &[Description],
        handshakes: &[HandshakeDescription],
        response: Option<&EventResponse>,
        options: &SchemeOptions,
    ) -> Result<Self, ConfigError> {
        let mut ways: Vec<_> = descriptions.iter().map(|way| Way::new(way, options)).collect::<Result<_, _>>()?;
        let handshakes: Vec<_> = handshakes.iter().map(Handshake::new).collect::<Result<_, _>>()?;
        let signs_challenges = handshakes.iter().any(|handshake| handshake.is_computed() && !handshake.is_signed());
        ways.iter_mut().for_each(|way| way.signs_challenges = signs_challenges);
        let response = options.response.as_ref().or(response).cloned();
        let scheme = Self { ways, handshakes, response };
        let unused = |member, problem| Err(ConfigError::Invalid { member, problem });
        let any = |uses: fn(&Way) -> bool| scheme.ways.iter().any(uses);
        if scheme.ways.is_empty() {
            return unused("scheme", "is missing");
        }
        if options.url.is_some() && !any(Way::uses_url) {
            return unused("url", "has no effect, because the sender does not sign the URL");
        }
        if options.tolerance_seconds.is_some() && !any(|way| way.timestamp.is_some() || way.jwt.max_age.is_some()) {
            return unused("tolerance_seconds", "has no effect, because the sender does not sign a time");
        }
        if options.audience.is_some() && !any(|way| way.algorithm == Algorithm::Jwt) {
            return unused("audience", "has no effect, because the sender does not use JWT");
        }
        if scheme.response.as_ref().is_some_and(|response| !(200..300).contains(&response.status)) {
            return unused("response.status", "must be 200 to 299: any other status makes the sender repeat the event");
        }
        // Without the prefix of its kind, a stored public key could be taken for the key of an HMAC, which everybody could make.
        let is_marked = |way: &Way| {
            let has_prefix = way.key.prefix.as_deref().is_some_and(|prefix| !prefix.is_empty());
            let is_encoded = !matches!(way.key.encoding.unwrap_or_default(), KeyEncoding::Text);
            has_prefix && if way.algorithm.is_hmac() { is_encoded } else { way.key.required.unwrap_or_default() }
        };
        if any(|way| way.algorithm.is_public())
            && any(|way| way.algorithm.is_hmac())
            && !scheme.ways.iter().all(is_marked)
        {
            return unused(
                "key.prefix",
                "must distinguish public keys from shared ones, and a shared key must be encoded",
            );
        }
        let signs = |way: &Way| way.algorithm.is_hmac();
        if scheme.handshakes.iter().any(Handshake::is_computed) && !scheme.ways.iter().all(signs) {
            return unused("handshakes", "can use {signed(…)} only with an HMAC");
        }
        Ok(scheme)
    }

    /// Whether the sender signs the body. If it does not, an equal body does not show that two requests are one event.
    #[must_use]
    pub fn signs_body(&self) -> bool {
        self.trust() == Trust::Body
    }

    /// Returns what a valid request proves, in the weakest way that the sender may use.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.ways.iter().map(Way::trust).min().unwrap_or(Trust::Token)
    }

    /// Whether the sender identifies its events or deliveries, signed or not.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        self.ways.iter().any(|way| !way.ids.is_empty())
    }

    /// Returns the response to an accepted event, if it is not 202 with the id.
    #[must_use]
    pub fn response(&self) -> Option<&EventResponse> {
        self.response.as_ref()
    }

    /// Returns the accepted age of the signed time in seconds, or `None` if the sender signs no time.
    #[must_use]
    pub fn tolerance(&self) -> Option<u32> {
        self.ways.iter().find_map(|way| way.timestamp.as_ref().map(|time| time.tolerance).or(way.jwt.max_age))
    }
}

impl Way {
    fn new(description: &Description, options: &SchemeOptions) -> Result<Self, ConfigError> {
        let algorithm = description.algorithm.unwrap_or_default();
        let signature = &description.signature;
        let places: Vec<Place> =
            signature.r#in.iter().map(|text| parsed("signature.in", text)).collect::<Result<_, _>>()?;
        let ids: Vec<Template> = description.id.iter().map(|text| parsed("id", text)).collect::<Result<_, _>>()?;
        let mut message: Template = parsed("message", description.message.as_deref().unwrap_or("{body}"))?;
        resolve_id(&mut message, ids.first())?;
        let pairs = signature.pairs.as_ref().map(|pairs| Pairs {
            separators: if pairs.separators.is_empty() { vec![",".to_owned()] } else { pairs.separators.clone() },
            assignment: pairs.assignment.clone().unwrap_or_else(|| "=".to_owned()),
            repeated: pairs.repeated.unwrap_or_default(),
            names: signature.names.clone(),
        });
        let bind =
            description.bind.iter().map(|(place, template)| Ok((parsed("bind", place)?, parsed("bind", template)?)));
        let each = description.each.as_deref().map(|text| Pointer::parse(text).ok_or(())).transpose();
        let mut replacements: Vec<_> = description.type_replace.clone().into_iter().collect();
        // The longest first, so that a text is not changed before a longer one that contains it is found.
        replacements.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let types = description.r#type.iter().map(|text| parsed("type", text));
        let way = Self {
            algorithm,
            key: description.key.clone().unwrap_or_default(),
            places,
            pairs,
            prefix: signature.prefix.clone().unwrap_or_default(),
            after: signature.after.clone(),
            separator: signature.separator.clone(),
            encoding: signature.encoding.unwrap_or_default(),
            message,
            digest: description.digest,
            timestamp: timestamp(description, options)?,
            bind: bind.collect::<Result<_, ConfigError>>()?,
            each: each.map_err(|()| invalid("each", "is no JSON pointer"))?,
            url: options.url.clone(),
            url_port_optional: description.url_port_optional.unwrap_or_default(),
            jwt: jwt(description, options)?,
            ids: Vec::new(),
            types: types.collect::<Result<_, _>>()?,
            type_replace: replacements,
            type_lowercase: description.type_lowercase.unwrap_or_default(),
            type_ignore: description.type_ignore.clone(),
            signs_challenges: false,
        };
        way.check(description)?;
        let ids = ids
            .into_iter()
            .map(|id| {
                let is_signed = way.signs(&id);
                (id, is_signed)
            })
            .collect();
        Ok(Self { ids, ..way })
    }

    /// Checks that the members belong together.
    fn check(&self, description: &Description) -> Result<(), ConfigError> {
        let signature = &description.signature;
        let is_blank = |text: &Option<String>| text.as_deref() == Some("");
        let (signs, is_jwt) =
            (self.algorithm.is_hmac() || self.algorithm.is_public(), self.algorithm == Algorithm::Jwt);
        let problems = [
            (self.places.is_empty(), "signature.in", "is missing"),
            (self.places.contains(&Place::Body) && !is_jwt, "signature.in", "can be the body only for a JWT"),
            (
                is_blank(&signature.separator),
                "signature.separator",
                "must not be empty; omit it if there is one signature",
            ),
            (is_blank(&signature.after), "signature.after", "must not be empty"),
            (
                matches!((&signature.pairs, &*signature.names), (Some(_), []) | (None, [_, ..])),
                "signature.names",
                "and `signature.pairs` need each other",
            ),
            (
                self.pairs
                    .as_ref()
                    .is_some_and(|pairs| pairs.assignment.is_empty() || pairs.separators.contains(&String::new())),
                "signature.pairs",
                "must not have an empty text",
            ),
            (self.encoding == Encoding::Text && signs, "signature.encoding", "can be `text` only for a token"),
            (!signs && description.message.is_some(), "message", "has no meaning for a token; use `bind` for a JWT"),
            (self.message.is_constant() && signs, "message", "has no value of the request"),
            (
                signs && !self.is_unambiguous(),
                "message",
                "has placeholders without a separator between them, such as a dot",
            ),
            (
                self.message.0.iter().any(|part| matches!(part, Part::Signed(_))),
                "message",
                "cannot contain {signed(…)}",
            ),
            (
                self.message.has(&Part::Timestamp) && self.timestamp.is_none(),
                "timestamp",
                "is missing, but `message` has {timestamp}",
            ),
            (
                !self.signs_time(),
                "timestamp",
                "is not signed: `message` needs {timestamp}, or {body} with a time in the body",
            ),
            (self.digest.is_some() && !signs, "digest", "has no meaning without a signature"),
            (is_jwt == description.jwt.is_none(), "jwt", "and `algorithm` = `jwt` need each other"),
            (
                description.key.is_some()
                    && !self.algorithm.is_hmac()
                    && description.key.as_ref().is_some_and(|key| key.derive.is_some()),
                "key.derive",
                "is only for an HMAC",
            ),
            (
                matches!(self.key.derive, Some(Derivation::Nfkd))
                    && !matches!(self.key.encoding.unwrap_or_default(), KeyEncoding::Text),
                "key.derive",
                "`nfkd` is only for a text",
            ),
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
            |first: &Part, second: &Part| is_body_with_value(first, second) && !in_body(first) && !in_body(second);
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
    fn signs(&self, template: &Template) -> bool {
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
                _ => in_message(&Part::Value(place.clone())),
            },
            _ => false,
        })
    }

    fn trust(&self) -> Trust {
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

    /// Whether the signed text has the URL before a value that a stranger could move into the URL's query. A query has no white
    /// space.
    pub(crate) fn url_needs_configuration(&self) -> bool {
        let is_open = |part: &Part| part.covers_body() || matches!(part, Part::Value(_));
        let is_url = |part: &Part| matches!(part, Part::Url | Part::Target);
        let is_end = |part: &Part| matches!(part, Part::Literal(text) if text.contains(char::is_whitespace));
        let mut after_url = self.message.0.iter().skip_while(|part| !is_url(part)).take_while(|part| !is_end(part));
        self.url.is_none() && after_url.any(is_open)
    }
}

/// Whether one part is the body and the other a value of the request next to it. The reader checks where the body ends.
pub(crate) fn is_body_with_value(first: &Part, second: &Part) -> bool {
    let is_body = |part: &Part| *part == Part::Value(Place::Body);
    matches!((first, second), (Part::Value(_), Part::Value(_))) && is_body(first) != is_body(second)
}

/// Replaces `{id}` by the place of the first id.
fn resolve_id(message: &mut Template, first: Option<&Template>) -> Result<(), ConfigError> {
    let place = match first.map(|template| &*template.0) {
        Some([Part::Value(place)]) => Some(place),
        _ => None,
    };
    for part in message.0.iter_mut().filter(|part| **part == Part::Id) {
        let place = place.ok_or_else(|| invalid("id", "must begin with one place, because `message` has {id}"))?;
        *part = Part::Value(place.clone());
    }
    Ok(())
}

fn timestamp(description: &Description, options: &SchemeOptions) -> Result<Option<Timestamp>, ConfigError> {
    let Some(timestamp) = &description.timestamp else { return Ok(None) };
    let tolerance = options.tolerance_seconds.or(timestamp.tolerance_seconds).unwrap_or(DEFAULT_TOLERANCE);
    Ok(Some(Timestamp {
        place: parsed("timestamp.in", &timestamp.r#in)?,
        unit: timestamp.unit.unwrap_or_default(),
        tolerance: checked_tolerance(tolerance)?,
    }))
}

fn checked_tolerance(seconds: u32) -> Result<u32, ConfigError> {
    let max = Scheme::MAX_TOLERANCE;
    if (1..=max).contains(&seconds) { Ok(seconds) } else { Err(ConfigError::InvalidTolerance { max }) }
}

fn jwt(description: &Description, options: &SchemeOptions) -> Result<Jwt, ConfigError> {
    let Some(jwt) = &description.jwt else { return Ok(Jwt::default()) };
    let named = |name: &String| Some((name.clone(), Algorithm::of_jwt(name)?));
    let algorithms: Option<Vec<_>> = jwt.algorithms.iter().map(named).collect();
    let algorithms = algorithms.filter(|algorithms| !algorithms.is_empty());
    let algorithms = algorithms.ok_or_else(|| invalid("jwt.algorithms", "is empty or has an unknown algorithm"))?;
    // With a shared and a public key, a stranger could sign with the public key as the shared one.
    let kinds: BTreeMap<_, _> = algorithms.iter().map(|(_, algorithm)| (algorithm.key_kind(), ())).collect();
    if kinds.len() > 1 {
        return Err(invalid("jwt.algorithms", "must all use the same kind of key"));
    }
    let max_age = options.tolerance_seconds.filter(|_| jwt.max_age_seconds.is_some()).or(jwt.max_age_seconds);
    Ok(Jwt {
        algorithms,
        issuer: jwt.issuer.clone(),
        audience: options.audience.clone().or_else(|| jwt.audience.clone()),
        required_claims: jwt.required_claims.clone(),
        max_age: max_age.map(checked_tolerance).transpose()?,
    })
}

pub(crate) fn invalid(member: &'static str, problem: &'static str) -> ConfigError {
    ConfigError::Invalid { member, problem }
}

/// Parses a place or template.
pub(crate) fn parsed<T: std::str::FromStr<Err = TemplateError>>(
    member: &'static str,
    text: &str,
) -> Result<T, ConfigError> {
    text.parse().map_err(|source| ConfigError::Template { member, source })
}
