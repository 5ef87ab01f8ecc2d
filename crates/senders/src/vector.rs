//! Verifies published vectors.

use hookline_signature::{Headers, KeyDescription, Request, Scheme, SchemeOptions, Secret, VerifyError};

use crate::{Sender, SenderScheme, SourceError, Vector};

/// A vector that cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// The sender is unknown, or its requests cannot be verified.
    #[error(transparent)]
    Sender(#[from] SourceError),
    /// The vector needs an algorithm that is not supported.
    #[error("the algorithm `{algorithm}` is not supported")]
    Unsupported {
        /// What the file calls the algorithm.
        algorithm: String,
    },
    /// The vector has no sender, no key or no request, or they are not encoded as their names say.
    #[error("the vector {problem}")]
    Malformed {
        /// The problem.
        problem: &'static str,
    },
}

/// What the algorithms are called whose keys have to be fetched, or that are no MAC.
const UNSUPPORTED_ALGORITHMS: [&str; 4] = ["no HMAC", "by URL", "by kid", "md5"];

fn malformed(problem: &'static str) -> VectorError {
    VectorError::Malformed { problem }
}

impl Vector {
    /// Verifies the vector with the scheme of its sender. `sender` is the default. The result is the verdict.
    ///
    /// # Errors
    ///
    /// [`VectorError`] if the vector cannot be verified.
    pub fn verify(&self, sender: Option<&str>) -> Result<Result<(), VerifyError>, VectorError> {
        let name = self.sender.as_deref().or(sender).ok_or_else(|| malformed("has no sender"))?;
        let slug = Sender::find(name).ok_or_else(|| SourceError::unknown_name(name))?;
        if let Some(algorithm) = &self.algorithm
            && UNSUPPORTED_ALGORITHMS.iter().any(|text| algorithm.contains(text))
        {
            return Err(VectorError::Unsupported { algorithm: algorithm.clone() });
        }
        let mut verdict = Err(VerifyError::MissingSecret);
        for (secret, is_raw) in self.secrets()? {
            verdict = self.verify_with(&self.scheme(slug, is_raw)?, &secret)?;
            if verdict.is_ok() {
                break;
            }
        }
        Ok(verdict)
    }

    /// Returns the keys to try, each with whether it is already decoded.
    fn secrets(&self) -> Result<Vec<(Secret, bool)>, VectorError> {
        let decoded = self.key_b64.as_deref().map(decode).transpose()?;
        let jwk = self.public_key_jwk.as_ref().map(ToString::to_string);
        let texts = [&self.public_key_pem, &self.public_key_spki_b64, &jwk, &self.secret];
        let texts = texts.into_iter().flatten().map(|text| (text.clone().into_bytes(), false));
        let keys = texts.chain(decoded.map(|key| (key, true)));
        let secrets: Vec<_> = keys.filter_map(|(key, is_raw)| Some((Secret::new(key).ok()?, is_raw))).collect();
        if secrets.is_empty() { Err(malformed("has no key")) } else { Ok(secrets) }
    }

    fn scheme(&self, slug: &str, is_raw: bool) -> Result<Scheme, VectorError> {
        let SenderScheme { mut ways, .. } = crate::scheme(slug)?;
        if is_raw {
            ways.iter_mut().for_each(|way| way.key = None::<KeyDescription>);
        }
        let options = SchemeOptions { url: self.url.clone(), ..SchemeOptions::default() };
        let with_url = Scheme::new(&ways, &[], None, &options);
        let scheme = with_url.or_else(|_| Scheme::new(&ways, &[], None, &SchemeOptions::default()));
        Ok(scheme.map_err(SourceError::from)?)
    }

    fn verify_with(&self, scheme: &Scheme, secret: &Secret) -> Result<Result<(), VerifyError>, VectorError> {
        if let (Some(message), Some(signature)) = (&self.message, &self.signature) {
            let is_valid = scheme.verifies_message(message.as_bytes(), signature, secret);
            return Ok(if is_valid { Ok(()) } else { Err(VerifyError::Mismatch { secrets: 1 }) });
        }
        let body = match (&self.body_b64, &self.body) {
            (Some(encoded), _) => decode(encoded)?,
            (None, Some(text)) => text.clone().into_bytes(),
            (None, None) => return Err(malformed("has neither a body nor a message with its signature")),
        };
        let headers = Headers::from_iter(self.headers.clone());
        let (url, raw_query) = self
            .url
            .as_deref()
            .unwrap_or_default()
            .split_once('?')
            .unwrap_or_else(|| (self.url.as_deref().unwrap_or_default(), ""));
        let mut query: Vec<(String, String)> = self.query.clone().into_iter().collect();
        query.extend(parse_query(raw_query));
        let request = Request {
            method: self.method.as_deref().unwrap_or("POST"),
            headers: &headers,
            body: &body,
            url,
            query: &query,
            raw_query,
        };
        let now = self.now.or(self.now_ms.map(|milliseconds| milliseconds / 1000));
        Ok(match scheme.verify_at(request, std::slice::from_ref(secret), now) {
            // A request without a body can have a valid signature, but it is no event.
            Ok(_) | Err(VerifyError::EmptyBody) => Ok(()),
            Err(error) => Err(error),
        })
    }
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn decode(text: &str) -> Result<Vec<u8>, VectorError> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| malformed("has invalid base64"))
}
