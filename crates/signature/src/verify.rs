//! Verifies requests.

use hookline_template::Request;

use crate::key::Key;
use crate::scheme::Scheme;
use crate::{Secret, Verified, VerifyError};

impl Scheme {
    /// Verifies a request at `now` (seconds since 1970 in UTC). Tries each secret, beginning with the current one.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`]. [`VerifyError::EmptyBody`] is returned only after the signature has been verified.
    pub fn verify(&self, request: Request<'_>, secrets: &[Secret], now: i64) -> Result<Verified, VerifyError> {
        self.verify_at(request, secrets, Some(now))
    }

    /// Verifies a request without a limit of its age, for captured requests whose time of arrival is unknown.
    ///
    /// # Errors
    ///
    /// As [`Scheme::verify`].
    pub fn verify_at(
        &self,
        request: Request<'_>,
        secrets: &[Secret],
        now: Option<i64>,
    ) -> Result<Verified, VerifyError> {
        if secrets.is_empty() {
            return Err(VerifyError::MissingSecret);
        }
        // The previous secret alone is not enough: a wrong current one would go unnoticed until it is removed.
        let current = secrets.first().map_or(Ok(()), |current| self.check_secret(current));
        let mut errors = Vec::new();
        for method in &self.methods {
            match method.verify(request, secrets, now) {
                Ok(verified) => return current.map(|()| verified),
                Err(error) => errors.push(error),
            }
        }
        match most_relevant(errors, secrets.len()) {
            error @ VerifyError::MissingHeader { .. } => Err(error),
            error => current.and(Err(error)),
        }
    }

    /// Verifies a signature of a text that is already composed, for published test vectors of primitives.
    #[must_use]
    pub fn verifies_message(&self, message: &[u8], signature: &str, secret: &Secret) -> bool {
        self.methods.iter().any(|method| {
            let key = Key::parse(secret, &method.key, method.algorithm);
            let decoded = method.encoding.decode(signature);
            let is_valid = |key: Key| Some(method.algorithm.verify(&key, &[message], &[decoded?]));
            key.ok().and_then(is_valid).unwrap_or_default()
        })
    }

    /// Checks that a secret can be a key of the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError::UnusableSecret`] if it cannot. No request can then be verified.
    pub fn check_secret(&self, secret: &Secret) -> Result<(), VerifyError> {
        let mut problems = self.methods.iter().map(|method| method.check_secret(secret));
        let first = problems.next().unwrap_or(Err("the sender is unknown"));
        let checked = if problems.any(|checked| checked.is_ok()) { Ok(()) } else { first };
        checked.map_err(|problem| VerifyError::UnusableSecret { problem })
    }
}

/// Returns the error that explains most: of a signature that is present before that of a missing one. If some methods did not fit
/// the keys and the others did not find their kind of signature, no key matches the signatures.
fn most_relevant(errors: Vec<VerifyError>, secrets: usize) -> VerifyError {
    let rank = |error: &VerifyError| match error {
        VerifyError::EmptyBody => 0,
        VerifyError::Mismatch { .. } => 1,
        VerifyError::WrongPrefix { .. } | VerifyError::UnreadableBody { .. } => 3,
        VerifyError::UnusableSecret { .. } => 4,
        VerifyError::MissingHeader { .. } => 5,
        _ => 2,
    };
    let is_unusable = |error: &VerifyError| matches!(error, VerifyError::UnusableSecret { .. });
    let some_unusable = errors.iter().any(is_unusable);
    let error = errors.into_iter().min_by_key(rank).unwrap_or(VerifyError::MissingSecret);
    match error {
        VerifyError::WrongPrefix { .. } | VerifyError::UnusableSecret { .. } if some_unusable => {
            VerifyError::Mismatch { secrets }
        }
        error => error,
    }
}
