use super::request::{Message, Request, Signed, Verified};
use super::signature_format::{SignatureFormat, keys};
use super::template::{Part, Template};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError, time};

/// A configurable HMAC scheme for senders without a scheme in this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmac {
    /// The header that carries the signature. It must occur exactly once.
    pub header: String,
    /// The prefix of a signature, for instance `sha256=`; may be empty.
    pub prefix: String,
    /// The encoding of a signature.
    pub encoding: Encoding,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The separator between several signatures in the header. Without it the header has one signature.
    pub separator: Option<String>,
    /// The template of the signed text.
    pub template: Template,
    /// The header with the time in seconds since 1970. The time is signed if the template contains it.
    pub timestamp_header: Option<String>,
    /// The header with the message's id. The id is signed if the template contains it.
    pub id_header: Option<String>,
    /// The header with the event's type, which is never signed.
    pub event_header: Option<String>,
    /// Maximum age of the signed time in seconds.
    pub tolerance: u32,
}

impl Hmac {
    /// The default tolerance, for a sender that signs a new time for each retry. For a sender whose retries repeat the
    /// first time, the operator configures the duration of all retries. Bird's retries, for instance, are up to 4 hours
    /// old: <https://github.com/schemalabz/opencouncil/pull/389>.
    pub const TOLERANCE: u32 = 300;

    pub(super) fn verify(&self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let (format, value) = (self.format(), request.headers.exactly_one(&self.header)?);
        let tags = match &self.separator {
            Some(separator) => format.decode_any(value.split(separator.as_str()).filter(|text| !text.is_empty()))?,
            None => vec![format.decode(value)?],
        };
        let time = match (&self.timestamp_header, self.template.signs_time()) {
            (Some(header), true) => {
                let time = request.headers.timestamp(header)?;
                time::check_seconds(time::parse_seconds(header, time)?, now, self.tolerance)?;
                time
            }
            _ => "",
        };
        let id = self.id_header.as_deref().map(|header| self.id(request, header)).transpose()?.flatten();
        let parts = self.template.parts(request.body, time, id.unwrap_or_default());
        self.algorithm.verify(&keys(secrets), &parts, &tags)?;

        let event_type = self.event_header.as_deref().and_then(|header| request.headers.first(header));
        let (signed_id, delivery_id) = if self.template.signs_id() { (id, None) } else { (None, id) };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Ok(Verified {
            event_type: owned(event_type),
            delivery_id: owned(delivery_id),
            signed_id: owned(signed_id),
            handshake: None,
        })
    }

    pub(super) fn sign(&self, message: Message<'_>, secret: &Secret) -> Signed {
        let time = message.now.to_string();
        let parts = self.template.parts(message.body, &time, message.id);
        let mut headers = vec![self.format().sign(self.algorithm, secret.expose(), &parts)];
        headers.extend(self.timestamp_header.iter().map(|header| (header.clone(), time.clone())));
        headers.extend(self.id_header.iter().map(|header| (header.clone(), message.id.to_owned())));
        Signed { headers, query: None }
    }

    /// Returns the message's id. A signed id must occur exactly once and must not contain a literal of the template,
    /// because the signed text would then be ambiguous.
    fn id<'a>(&self, request: Request<'a>, header: &str) -> Result<Option<&'a str>, VerifyError> {
        if !self.template.signs_id() {
            return Ok(request.headers.first(header));
        }
        let malformed = || VerifyError::MalformedId { header: header.to_owned() };
        let id = request.headers.at_most_one(header)?.filter(|id| !id.is_empty()).ok_or_else(malformed)?;
        let literals = self.template.0.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            Part::Timestamp | Part::Id | Part::Body => None,
        });
        if literals.into_iter().any(|text| id.contains(text)) { Err(malformed()) } else { Ok(Some(id)) }
    }

    fn format(&self) -> SignatureFormat<'_> {
        SignatureFormat {
            header: &self.header,
            prefix: &self.prefix,
            encoding: self.encoding,
            bytes: self.algorithm.bytes(),
        }
    }
}
