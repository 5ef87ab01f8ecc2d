//! What a header's signatures have to look like, before any secret is touched.

use super::{Message, Request, Signed};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError};

/// More than any sender sends while it rotates keys. A header is limited to some kilobytes as it is.
pub(crate) const MAX_SIGNATURES: usize = 20;

/// How a scheme writes a signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) header: &'a str,
    pub(super) prefix: &'a str,
    pub(super) encoding: Encoding,
    /// Bytes of a whole one.
    pub(super) bytes: usize,
}

impl<'a> Form<'a> {
    pub(super) const fn sha256(header: &'a str, prefix: &'a str, encoding: Encoding) -> Self {
        Self { header, prefix, encoding, bytes: 32 }
    }

    /// The bytes of a signature.
    pub(super) fn read(&self, text: &str) -> Result<Vec<u8>, VerifyError> {
        let header = || self.header.to_owned();
        let encoded = text
            .strip_prefix(self.prefix)
            .ok_or_else(|| VerifyError::WrongPrefix { header: header(), prefix: self.prefix.to_owned() })?;
        let tag = self.encoding.decode(encoded);
        let tag = tag.ok_or_else(|| VerifyError::InvalidEncoding { header: header(), encoding: self.encoding })?;
        if tag.len() == self.bytes {
            return Ok(tag);
        }
        Err(VerifyError::WrongLength { header: header(), length: tag.len(), expected: self.bytes })
    }

    /// Of several signatures, those that can be one; what is malformed spoils nothing but itself.
    pub(super) fn read_any<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<Vec<Vec<u8>>, VerifyError> {
        let (mut tags, mut first_error) = (Vec::new(), None);
        for (count, text) in texts.enumerate() {
            if count == MAX_SIGNATURES {
                return Err(VerifyError::TooManySignatures { header: self.header.to_owned(), limit: MAX_SIGNATURES });
            }
            match self.read(text) {
                Ok(tag) => tags.push(tag),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match (tags.is_empty(), first_error) {
            (false, _) => Ok(tags),
            (true, Some(error)) => Err(error),
            (true, None) => Err(VerifyError::MissingHeader { header: self.header.to_owned() }),
        }
    }

    /// Verifies the one signature of a scheme that signs the body alone.
    pub(super) fn verify_body(&self, request: Request<'_>, secrets: &[Secret]) -> Result<(), VerifyError> {
        let tag = self.read(request.headers.exactly_one(self.header)?)?;
        Algorithm::Sha256.verify(&keys(secrets), &[request.body], &[tag])
    }

    /// Signs the body alone.
    pub(super) fn sign_body(&self, message: Message<'_>, secret: &Secret) -> Signed {
        Signed::headers([self.sign(Algorithm::Sha256, secret.expose(), &[message.body])])
    }

    /// The header that carries the signature of all parts.
    pub(super) fn sign(&self, algorithm: Algorithm, key: &[u8], parts: &[&[u8]]) -> (String, String) {
        let tag = algorithm.tag(key, parts).encode(self.encoding);
        (self.header.to_owned(), format!("{}{tag}", self.prefix))
    }
}

/// The secrets as keys, for the schemes that take them as they are.
pub(super) fn keys(secrets: &[Secret]) -> Vec<&[u8]> {
    secrets.iter().map(Secret::expose).collect()
}
