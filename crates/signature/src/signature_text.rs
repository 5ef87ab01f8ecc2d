//! Finds and decodes the signatures of a request.

use std::borrow::Cow;

use hookline_template::{Place, Reader};

use crate::VerifyError;
use crate::signing_method::{Pairs, SigningMethod};

/// Maximum number of signatures in a request, more than any sender sends while it rotates keys. API Gateway limits the
/// header's size to some kilobytes anyway.
const MAX_SIGNATURES: usize = 20;

impl SigningMethod {
    /// Returns the texts of the signatures, and remembers the other pairs next to them.
    pub(crate) fn signature_texts(&self, reader: &mut Reader<'_>) -> Result<Vec<String>, VerifyError> {
        let mut texts = Vec::new();
        for place in &self.places {
            let Some(value) = reader.value(place)?.map(Cow::into_owned) else { continue };
            match (&self.pairs, &self.separator) {
                (Some(pairs), _) => {
                    let (signatures, others) = pairs.split(self.without_prefix(place, &value)?, place)?;
                    texts.extend(signatures);
                    reader.pairs = others;
                }
                (None, Some(separator)) => {
                    let found = value.split(separator.as_str()).filter(|text| !text.is_empty());
                    texts.extend(found.take(MAX_SIGNATURES + 1).map(str::to_owned));
                }
                (None, None) => texts.push(value),
            }
        }
        if texts.is_empty() {
            return Err(VerifyError::MissingHeader { header: self.location() });
        }
        if texts.len() > MAX_SIGNATURES {
            return Err(VerifyError::TooManySignatures { header: self.location(), limit: MAX_SIGNATURES });
        }
        Ok(texts)
    }

    /// The first place of the signature, for errors.
    fn location(&self) -> String {
        self.places.first().map(Place::to_string).unwrap_or_default()
    }

    /// Removes the prefix. The name of an authentication scheme, such as `Bearer`, is not case-sensitive.
    pub(crate) fn without_prefix<'t>(&self, place: &Place, text: &'t str) -> Result<&'t str, VerifyError> {
        let is_name = self.prefix.ends_with(' ');
        let matches = |start: &str| start == self.prefix || (is_name && start.eq_ignore_ascii_case(&self.prefix));
        let rest =
            text.get(..self.prefix.len()).filter(|start| matches(start)).and_then(|_| text.get(self.prefix.len()..));
        rest.ok_or_else(|| VerifyError::WrongPrefix { header: place.to_string(), prefix: self.prefix.clone() })
    }

    /// Decodes the signatures and skips malformed ones. Returns the first error if none is well-formed.
    pub(crate) fn decode_any(&self, texts: &[String]) -> Result<Vec<Vec<u8>>, VerifyError> {
        let (mut decoded, mut first_error) = (Vec::new(), None);
        for text in texts {
            match self.decode(text) {
                Ok(signature) => decoded.push(signature),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            Some(error) if decoded.is_empty() => Err(error),
            _ => Ok(decoded),
        }
    }

    fn decode(&self, text: &str) -> Result<Vec<u8>, VerifyError> {
        let place = self.places.first().unwrap_or(&Place::Body);
        let text = if self.pairs.is_some() { text } else { self.without_prefix(place, text)? };
        let text =
            self.after.as_ref().and_then(|after| text.rsplit_once(after.as_str())).map_or(text, |(_, text)| text);
        let signature = self.encoding.decode(text);
        let signature = signature
            .ok_or_else(|| VerifyError::InvalidEncoding { header: self.location(), encoding: self.encoding })?;
        match self.algorithm.bytes() {
            Some(expected) if expected != signature.len() => {
                Err(VerifyError::WrongLength { header: self.location(), length: signature.len(), expected })
            }
            _ => Ok(signature),
        }
    }
}

impl Pairs {
    /// Splits a text into the values of the pairs with signatures, and the other pairs.
    #[expect(clippy::type_complexity, reason = "two lists")]
    fn split(&self, text: &str, place: &Place) -> Result<(Vec<String>, Vec<(String, String)>), VerifyError> {
        let mut pieces = vec![text];
        for separator in &self.separators {
            pieces = pieces.into_iter().flat_map(|piece| piece.split(separator.as_str())).collect();
        }
        let (mut signatures, mut others) = (Vec::new(), Vec::<(String, String)>::new());
        for (name, value) in pieces.into_iter().filter_map(|piece| piece.split_once(self.assignment.as_str())) {
            let pair = (name.to_owned(), value.to_owned());
            if self.names.contains(&pair.0) {
                signatures.push(pair.1);
            } else if !(self.repeated && others.contains(&pair)) {
                others.push(pair);
            }
            if signatures.len() > MAX_SIGNATURES || others.len() > MAX_SIGNATURES {
                return Err(VerifyError::TooManySignatures { header: place.to_string(), limit: MAX_SIGNATURES });
            }
        }
        Ok((signatures, others))
    }
}
