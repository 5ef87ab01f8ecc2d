//! The format of the signatures in a header. It is checked before any secret is used.

use super::request::{Message, Request, Signed};
use crate::mac::Algorithm;
use crate::{Encoding, Secret, VerifyError};

/// Maximum number of signatures in a header, more than any sender sends while it rotates keys. API Gateway limits the
/// header's size to some kilobytes anyway.
pub(crate) const MAX_SIGNATURES: usize = 20;

/// The format of a scheme's signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignatureFormat<'a> {
    pub(super) header: &'a str,
    pub(super) prefix: &'a str,
    pub(super) encoding: Encoding,
    /// Number of bytes of a complete signature.
    pub(super) bytes: usize,
}

impl<'a> SignatureFormat<'a> {
    pub(super) const fn sha256(header: &'a str, prefix: &'a str, encoding: Encoding) -> Self {
        Self { header, prefix, encoding, bytes: 32 }
    }

    /// Decodes a signature.
    pub(super) fn decode(&self, text: &str) -> Result<Vec<u8>, VerifyError> {
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

    /// Decodes several signatures and skips malformed ones. Returns the first error if none is well-formed.
    pub(super) fn decode_any<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<Vec<Vec<u8>>, VerifyError> {
        let (mut tags, mut first_error) = (Vec::new(), None);
        for (count, text) in texts.enumerate() {
            if count == MAX_SIGNATURES {
                return Err(VerifyError::TooManySignatures { header: self.header.to_owned(), limit: MAX_SIGNATURES });
            }
            match self.decode(text) {
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

    /// Verifies the only signature of a scheme that signs only the body.
    pub(super) fn verify_body(&self, request: Request<'_>, secrets: &[Secret]) -> Result<(), VerifyError> {
        let tag = self.decode(request.headers.exactly_one(self.header)?)?;
        Algorithm::Sha256.verify(&keys(secrets), &[request.body], &[tag])
    }

    /// Signs only the body.
    pub(super) fn sign_body(&self, message: Message<'_>, secret: &Secret) -> Signed {
        Signed::headers([self.sign(Algorithm::Sha256, secret.expose(), &[message.body])])
    }

    /// Returns the header with the signature of the concatenated parts.
    pub(super) fn sign(&self, algorithm: Algorithm, key: &[u8], parts: &[&[u8]]) -> (String, String) {
        let tag = algorithm.tag(key, parts).encode(self.encoding);
        (self.header.to_owned(), format!("{}{tag}", self.prefix))
    }
}

/// Returns the secrets as keys, for the schemes that use them unchanged.
pub(super) fn keys(secrets: &[Secret]) -> Vec<&[u8]> {
    secrets.iter().map(Secret::expose).collect()
}
