//! A client certificate. Each identity has its own HTTP client, which is kept until the secret changes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hookline_credentials::Identity;

use crate::destinations::error::DestinationError;
use crate::egress::{Egress, Target};
use crate::failure::Failure;
use crate::reason::Reason;

/// The HTTP client with the client certificate of a destination.
#[derive(Default)]
pub(super) struct IdentityClient(Mutex<Option<(Identity, Egress)>>);

impl fmt::Debug for IdentityClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdentityClient(redacted)")
    }
}

impl IdentityClient {
    pub(super) fn new(target: &Target) -> Result<Self, DestinationError> {
        if target.is_https() { Ok(Self::default()) } else { Err(DestinationError::AuthWithoutTls { auth: "mtls" }) }
    }

    /// Returns the client with an identity. It has the SSRF guard and the certificate authorities of `egress`.
    pub(super) fn egress(&self, egress: &Egress, identity: &Identity) -> Result<Egress, Failure> {
        let mut client = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |other: &Identity| Arc::ptr_eq(other.certified_key(), identity.certified_key());
        if let Some((_, client)) = client.as_ref().filter(|(other, _)| is_same(other)) {
            return Ok(client.clone());
        }
        let created = egress.with_identity(identity.certified_key()).map_err(|_| Reason::SecretUnusable)?;
        *client = Some((identity.clone(), created.clone()));
        Ok(created)
    }
}
