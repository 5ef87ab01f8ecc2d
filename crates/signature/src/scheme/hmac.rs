use super::tags::{Form, keys};
use super::template::{Part, Template};
use super::{Message, Request, Signed, Verified};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError, time};

/// HMAC as its owner describes it: what most senders do who have no scheme of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmac {
    /// The header that carries the signature. It may come once.
    pub header: String,
    /// What comes before a signature, for instance `sha256=`; may be empty.
    pub prefix: String,
    /// How a signature is written.
    pub encoding: Encoding,
    /// The hash.
    pub algorithm: Algorithm,
    /// What is between several signatures in the header; without it there is one.
    pub separator: Option<String>,
    /// What is signed.
    pub template: Template,
    /// Where the time is, in seconds since 1970: signed if the template has it.
    pub timestamp_header: Option<String>,
    /// Where the message's id is: signed if the template has it.
    pub id_header: Option<String>,
    /// Where the event's type is; never signed.
    pub event_header: Option<String>,
    /// Seconds that a signed time may be away from now.
    pub tolerance: u32,
}

impl Hmac {
    /// The default for a signed time.
    pub const TOLERANCE: u32 = 300;
    /// The most that can be had.
    pub const MAX_TOLERANCE: u32 = 3600;

    pub(super) fn verify(&self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        let (form, value) = (self.form(), request.headers.exactly_one(&self.header)?);
        let tags = match &self.separator {
            Some(separator) => form.read_any(value.split(separator.as_str()).filter(|text| !text.is_empty()))?,
            None => vec![form.read(value)?],
        };
        let time = match (&self.timestamp_header, self.template.signs_time()) {
            (Some(header), true) => {
                let time = request.headers.timestamp(header)?;
                time::check_seconds(time::seconds(header, time)?, now, self.tolerance)?;
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
        let mut headers = vec![self.form().sign(self.algorithm, secret.expose(), &parts)];
        headers.extend(self.timestamp_header.iter().map(|header| (header.clone(), time.clone())));
        headers.extend(self.id_header.iter().map(|header| (header.clone(), message.id.to_owned())));
        Signed { headers, query: None }
    }

    /// An id that is signed has to be there, once, and must not hold what stands next to it in the template: it could
    /// then be read in two ways.
    fn id<'a>(&self, request: Request<'a>, header: &str) -> Result<Option<&'a str>, VerifyError> {
        if !self.template.signs_id() {
            return Ok(request.headers.first(header));
        }
        let bad = || VerifyError::MalformedId { header: header.to_owned() };
        let id = request.headers.at_most_one(header)?.filter(|id| !id.is_empty()).ok_or_else(bad)?;
        let literals = self.template.0.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            Part::Timestamp | Part::Id | Part::Body => None,
        });
        if literals.into_iter().any(|text| id.contains(text)) { Err(bad()) } else { Ok(Some(id)) }
    }

    fn form(&self) -> Form<'_> {
        Form { header: &self.header, prefix: &self.prefix, encoding: self.encoding, bytes: self.algorithm.bytes() }
    }
}
