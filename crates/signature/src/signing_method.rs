//! One signing method of a sender: the validated form of a description.

use hookline_template::{Encoding, Part, Place, Pointer, Template};

use crate::algorithm::Algorithm;
use crate::config_error::{ConfigError, invalid, parsed};
use crate::description::{Description, Digest, KeyDescription, TimeUnit};
use crate::options::SchemeOptions;

/// The maximum of a tolerance in seconds.
pub(crate) const MAX_TOLERANCE: u32 = 15 * 86_400;

/// The default tolerance, for a sender that signs a new time for each retry.
const DEFAULT_TOLERANCE: u32 = 300;

/// One signing method of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SigningMethod {
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
    /// Whether a handshake signs challenges of any caller with the same key.
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

impl SigningMethod {
    pub(crate) fn new(description: &Description, options: &SchemeOptions) -> Result<Self, ConfigError> {
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
        let method = Self {
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
            signs_challenges: options.signs_challenges,
        };
        method.check(description)?;
        let is_signed: Vec<_> = ids.iter().map(|id| method.signs(id)).collect();
        Ok(Self { ids: ids.into_iter().zip(is_signed).collect(), ..method })
    }
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
    let max = MAX_TOLERANCE;
    if (1..=max).contains(&seconds) { Ok(seconds) } else { Err(ConfigError::InvalidTolerance { max }) }
}

fn jwt(description: &Description, options: &SchemeOptions) -> Result<Jwt, ConfigError> {
    let Some(jwt) = &description.jwt else { return Ok(Jwt::default()) };
    let named = |name: &String| Some((name.clone(), Algorithm::of_jwt(name)?));
    let algorithms: Option<Vec<_>> = jwt.algorithms.iter().map(named).collect();
    let algorithms = algorithms.filter(|algorithms| !algorithms.is_empty());
    let algorithms = algorithms.ok_or_else(|| invalid("jwt.algorithms", "is empty or has an unknown algorithm"))?;
    // With a shared and a public key, an unauthenticated sender could sign with the public key as the shared one.
    if algorithms.windows(2).any(|pair| matches!(pair, [(_, one), (_, other)] if one.kind() != other.kind())) {
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
