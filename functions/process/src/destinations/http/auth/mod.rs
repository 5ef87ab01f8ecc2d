//! The credentials and the signature of a request, which come from the destination's secret.
//!
//! No credential reaches a log line, a failure, a trace or a preview: headers with credentials are marked as sensitive, and
//! the types of `hookline-credentials` have a redacted `Debug` output.

mod basic;
mod bearer;
mod credentials;
mod header;
mod mtls;
mod oauth2;
mod sigv4;
mod token;

use hookline_credentials::{Auth as AuthKind, Credential, SecretFormat};
use hookline_senders::{Endpoint, SchemeSource};
use hookline_signature::Secret;
use http::HeaderName;
use http::header::AUTHORIZATION;

use self::credentials::CredentialsCache;
use self::mtls::IdentityClient;
use self::oauth2::TokenSource;
use self::sigv4::RequestSigner;
use super::config::Config;
use super::signature;
use crate::destinations::attempt::Attempt;
use crate::destinations::error::DestinationError;
use crate::destinations::kind::Setup;
use crate::destinations::secret;
use crate::egress::{HttpRequest, Target};
use crate::failure::Failure;
use crate::reason::Reason;

/// How the requests of a destination are signed and authenticated.
#[derive(Debug)]
pub(super) struct Auth {
    /// The name of the destination, which is also the name of its secret.
    destination: String,
    /// How each request is signed with the destination's secret, if it is.
    signature: Option<Endpoint>,
    /// The format of the secret, if the destination needs one.
    format: Option<SecretFormat>,
    credentials: CredentialsCache,
    authentication: Authentication,
}

/// How requests are authenticated.
#[derive(Debug)]
enum Authentication {
    None,
    Bearer,
    Basic,
    Header(HeaderName),
    Oauth2(TokenSource),
    Sigv4(RequestSigner),
    Mtls(IdentityClient),
}

impl Auth {
    /// Validates the options of an authentication.
    pub(super) fn new(config: &Config, target: &Target, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        Ok(Self {
            destination: setup.name.to_owned(),
            signature: config.signed.then(|| SchemeSource::sender("standard").resolve()).transpose()?,
            format: SecretFormat::new(config.auth, config.signed),
            credentials: CredentialsCache::default(),
            authentication: match config.auth {
                AuthKind::None => Authentication::None,
                AuthKind::Bearer => Authentication::Bearer,
                AuthKind::Basic => Authentication::Basic,
                AuthKind::Header => Authentication::Header(header::name(config)?),
                AuthKind::Oauth2ClientCredentials => Authentication::Oauth2(TokenSource::new(config, setup.guard)?),
                AuthKind::Sigv4 => Authentication::Sigv4(RequestSigner::new(config, target)?),
                AuthKind::Mtls => Authentication::Mtls(IdentityClient::new(target)?),
            },
        })
    }

    /// Returns the header with the credentials for a preview, without a secret.
    pub(super) fn preview(&self) -> Option<(String, String)> {
        let (name, value) = match &self.authentication {
            Authentication::None | Authentication::Mtls(_) => return None,
            Authentication::Bearer => (AUTHORIZATION, "Bearer (the token in the secret)"),
            Authentication::Basic => (AUTHORIZATION, "Basic (user name and password in the secret)"),
            Authentication::Header(name) => (name.clone(), "(the value in the secret)"),
            Authentication::Oauth2(_) => (AUTHORIZATION, "Bearer (a token of the authorization server)"),
            Authentication::Sigv4(_) => (AUTHORIZATION, "AWS4-HMAC-SHA256 (a signature with the function's role)"),
        };
        Some((name.to_string(), value.to_owned()))
    }

    /// Adds the credentials and the signature to a request and sends it. `id` is the signed identifier of the event.
    ///
    /// If the receiver or the authorization server rejects the credentials, the secret is read again, and the request is
    /// repeated with a changed secret.
    pub(super) async fn send(&self, id: &str, request: HttpRequest<'_>, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Some(format) = self.format else {
            return self.authenticate(request, &Credential::None, attempt).await;
        };
        let send = async |secrets: &[Secret]| {
            let keys = if self.signature.is_some() { secrets.len() } else { 1 };
            let secrets = secrets.get(..keys).unwrap_or(secrets);
            let credentials = self.credentials.parse(format, &self.destination, secrets)?;
            let mut request = request.clone();
            if let Some(scheme) = &self.signature {
                let keys: Vec<_> = credentials.iter().filter_map(|values| values.signing_key.clone()).collect();
                request.headers.extend(signature::signatures(&self.destination, scheme, id, &request.body, &keys)?);
            }
            let current = credentials.first().map_or(&Credential::None, |values| &values.credential);
            self.authenticate(request, current, attempt).await
        };
        secret::with_current(attempt, &self.destination, is_rejection, send).await
    }

    async fn authenticate(
        &self,
        mut request: HttpRequest<'_>,
        credential: &Credential,
        attempt: Attempt<'_>,
    ) -> Result<(), Failure> {
        let Attempt { clients, deadline, .. } = attempt;
        let (name, value) = match (&self.authentication, credential) {
            (Authentication::None, _) => return clients.egress.send(request, deadline).await,
            (Authentication::Bearer, Credential::Token(token)) => (AUTHORIZATION, bearer::value(token)),
            (Authentication::Basic, Credential::Basic { username, password }) => {
                (AUTHORIZATION, basic::value(username, password))
            }
            (Authentication::Header(name), Credential::Value(value)) => (name.clone(), header::value(value)),
            (Authentication::Oauth2(tokens), Credential::Client(client)) => {
                return tokens.send(&self.destination, request, client, attempt).await;
            }
            (Authentication::Sigv4(signer), _) => {
                signer.sign(&self.destination, &mut request, clients.sdk()).await?;
                return clients.egress.send(request, deadline).await;
            }
            (Authentication::Mtls(client), Credential::Identity(identity)) => {
                return client.egress(&clients.egress, identity)?.send(request, deadline).await;
            }
            // The format returns the credential of the authentication.
            _ => return Err(Reason::SecretUnusable.into()),
        };
        let value =
            value.ok_or_else(|| secret::unusable(&self.destination, "the secret cannot be sent in a header"))?;
        request.headers.insert(name, value);
        clients.egress.send(request, deadline).await
    }
}

/// Whether a request with another secret can succeed.
fn is_rejection(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::SecretUnusable
            | Reason::TokenRejected
            | Reason::CertificateRejected
            | Reason::Http { status: 401 | 403, .. }
    )
}

#[cfg(test)]
mod tests;
