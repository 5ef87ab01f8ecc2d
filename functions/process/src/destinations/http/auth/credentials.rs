use std::sync::{Arc, Mutex, PoisonError};

use hookline_credentials::{Credentials, InvalidCredentials, SecretFormat};
use hookline_signature::Secret;

use crate::destinations::secret;
use crate::failure::Failure;

/// The number of parsed secrets that are kept: the current and the previous one.
const CAPACITY: usize = 2;

/// The credentials in the secrets that were used last, so that keys are not parsed for each request.
#[derive(Debug, Default)]
pub(super) struct CredentialsCache(Mutex<Vec<(Secret, Arc<Credentials>)>>);

impl CredentialsCache {
    /// Returns the credentials in the current secret and, if it has the same format, the previous one.
    ///
    /// # Errors
    ///
    /// [`Failure`]: the current secret has another format.
    pub(super) fn parse(
        &self,
        format: SecretFormat,
        destination: &str,
        secrets: &[Secret],
    ) -> Result<Vec<Arc<Credentials>>, Failure> {
        let mut parsed = Vec::with_capacity(secrets.len());
        for (number, secret) in secrets.iter().enumerate() {
            match self.get(format, secret) {
                Ok(credentials) => parsed.push(credentials),
                // The previous secret may have been replaced because of its format.
                Err(_) if number > 0 => {}
                Err(error) => return Err(secret::unusable(destination, &error.to_string())),
            }
        }
        Ok(parsed)
    }

    fn get(&self, format: SecretFormat, secret: &Secret) -> Result<Arc<Credentials>, InvalidCredentials> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, credentials)) = entries.iter().find(|(other, _)| other.matches(secret)) {
            return Ok(Arc::clone(credentials));
        }
        let credentials = Arc::new(format.parse(secret)?);
        entries.insert(0, (secret.clone(), Arc::clone(&credentials)));
        entries.truncate(CAPACITY);
        Ok(credentials)
    }
}
