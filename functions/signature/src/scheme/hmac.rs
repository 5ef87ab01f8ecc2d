use super::{Encoding, Message, Request, Verified};
use crate::{Secret, VerifyError, mac};

/// HMAC-SHA256 over the body, in a header of the owner's choice: what most senders do who have no scheme of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmac {
    /// The header that carries the signature. It may come once.
    pub header: String,
    /// What comes before the signature, for instance `sha256=`; may be empty.
    pub prefix: String,
    /// How the signature is written.
    pub encoding: Encoding,
}

impl Hmac {
    pub(super) fn verify(&self, request: Request<'_>, secrets: &[Secret]) -> Result<Verified, VerifyError> {
        let tag = self.tag(request.headers.one(&self.header)?)?;
        mac::verify_sha256(secrets, request.body, &tag)?;
        Ok(Verified::default())
    }

    pub(super) fn sign(&self, message: Message<'_>, secret: &Secret) -> Vec<(String, String)> {
        let tag = self.encoding.encode(&mac::sha256(secret, message.body));
        vec![(self.header.clone(), format!("{}{tag}", self.prefix))]
    }

    /// Refuses what cannot be a whole tag before any secret is touched.
    fn tag(&self, value: &str) -> Result<Vec<u8>, VerifyError> {
        let header = || self.header.clone();
        let text = value
            .strip_prefix(&self.prefix)
            .ok_or_else(|| VerifyError::WrongPrefix { header: header(), prefix: self.prefix.clone() })?;
        let tag = self
            .encoding
            .decode(text)
            .ok_or_else(|| VerifyError::BadEncoding { header: header(), encoding: self.encoding })?;
        if tag.len() == mac::SHA256_BYTES {
            return Ok(tag);
        }
        Err(VerifyError::WrongLength { header: header(), length: tag.len(), expected: mac::SHA256_BYTES })
    }
}
