use std::collections::BTreeMap;

use hookline_secret::Secret;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::auth::Auth;
use crate::credentials::{ClientCredentials, Credential, Credentials};
use crate::error::InvalidCredentials;
use crate::identity::Identity;
use crate::text::ConfidentialText;

/// The format of a destination's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretFormat {
    auth: Auth,
    is_signed: bool,
}

/// A value of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The member of the JSON object.
    pub name: &'static str,
    /// What the value is, for prompts.
    pub title: &'static str,
    /// Whether the value may be shown while it is typed.
    pub is_public: bool,
    /// Whether the value is PEM with several lines, which comes from a file.
    pub is_pem: bool,
}

const fn confidential(name: &'static str, title: &'static str) -> Field {
    Field { name, title, is_public: false, is_pem: false }
}

const fn public(name: &'static str, title: &'static str) -> Field {
    Field { is_public: true, ..confidential(name, title) }
}

const fn pem(name: &'static str, title: &'static str) -> Field {
    Field { is_pem: true, ..confidential(name, title) }
}

const SIGNING_KEY: Field = confidential("signing_key", "signing key");

impl SecretFormat {
    /// Returns the format of the secret for an `auth`, or `None` if there is no secret.
    #[must_use]
    pub fn new(auth: Auth, is_signed: bool) -> Option<Self> {
        let format = Self { auth, is_signed };
        if format.fields().is_empty() { None } else { Some(format) }
    }

    /// The values that the secret contains, in the order of prompts.
    #[must_use]
    pub fn fields(self) -> Vec<Field> {
        let fields = match self.auth {
            Auth::None | Auth::Sigv4 => vec![],
            Auth::Bearer => vec![confidential("token", "token")],
            Auth::Basic => vec![public("username", "user name"), confidential("password", "password")],
            Auth::Header => vec![confidential("value", "value of the header")],
            Auth::Oauth2ClientCredentials => {
                vec![public("client_id", "client identifier"), confidential("client_secret", "client secret")]
            }
            Auth::Mtls => vec![pem("certificate", "certificate"), pem("key", "private key")],
        };
        fields.into_iter().chain(self.is_signed.then_some(SIGNING_KEY)).collect()
    }

    /// Reads a secret. Unknown members are rejected.
    ///
    /// # Errors
    ///
    /// [`InvalidCredentials`]: the secret has another format.
    pub fn parse(self, secret: &Secret) -> Result<Credentials, InvalidCredentials> {
        let mut values = self.values(secret)?;
        let mut take = |member: &'static str| {
            let value = values.remove(member).ok_or(InvalidCredentials::MissingMember { member })?;
            // A password can be empty.
            let is_blank = value.trim().is_empty() && member != "password";
            if is_blank { Err(InvalidCredentials::MissingMember { member }) } else { Ok(value) }
        };
        let credential = match self.auth {
            Auth::None | Auth::Sigv4 => Credential::None,
            Auth::Bearer => Credential::Token(printable(&take("token")?, "the token", false)?),
            Auth::Header => Credential::Value(printable(&take("value")?, "the value of the header", true)?),
            Auth::Basic => basic(&take("username")?, &take("password")?)?,
            Auth::Oauth2ClientCredentials => {
                let id = printable(&take("client_id")?, "the client identifier", true)?;
                let secret = printable(&take("client_secret")?, "the client secret", true)?;
                Credential::Client(ClientCredentials { id, secret })
            }
            Auth::Mtls => Credential::Identity(Identity::from_pem(&take("certificate")?, &take("key")?)?),
        };
        let signing_key = if self.is_signed { Some(take(SIGNING_KEY.name)?) } else { None };
        let missing = |_| InvalidCredentials::MissingMember { member: SIGNING_KEY.name };
        let key = |key: Zeroizing<String>| Secret::new(key.trim().as_bytes()).map_err(missing);
        Ok(Credentials { credential, signing_key: signing_key.map(key).transpose()? })
    }

    /// Returns the values of the members: of a JSON object, or of a text that is the only value.
    fn values(self, secret: &Secret) -> Result<BTreeMap<&'static str, Zeroizing<String>>, InvalidCredentials> {
        let fields = self.fields();
        let members = self.members();
        let text = std::str::from_utf8(secret.expose()).map_err(|_| InvalidCredentials::NotAnObject { members })?;
        let object = serde_json::from_str::<BTreeMap<String, Value>>(text);
        match (object, fields.as_slice()) {
            (Ok(object), _) => object.into_iter().map(|(name, value)| member(&fields, members, &name, value)).collect(),
            (Err(_), [field]) => Ok(BTreeMap::from([(field.name, Zeroizing::new(text.to_owned()))])),
            (Err(_), [certificate, key]) if certificate.is_pem && key.is_pem => {
                let text = Zeroizing::new(text.to_owned());
                Ok(BTreeMap::from([(certificate.name, text.clone()), (key.name, text)]))
            }
            (Err(_), _) => Err(InvalidCredentials::NotAnObject { members }),
        }
    }

    /// The names of the members, for errors.
    fn members(self) -> &'static str {
        match (self.auth, self.is_signed) {
            (Auth::None | Auth::Sigv4, _) => "signing_key",
            (Auth::Bearer, false) => "token",
            (Auth::Bearer, true) => "token, signing_key",
            (Auth::Header, false) => "value",
            (Auth::Header, true) => "value, signing_key",
            (Auth::Basic, false) => "username, password",
            (Auth::Basic, true) => "username, password, signing_key",
            (Auth::Oauth2ClientCredentials, false) => "client_id, client_secret",
            (Auth::Oauth2ClientCredentials, true) => "client_id, client_secret, signing_key",
            (Auth::Mtls, false) => "certificate, key",
            (Auth::Mtls, true) => "certificate, key, signing_key",
        }
    }
}

fn member(
    fields: &[Field],
    members: &'static str,
    name: &str,
    value: Value,
) -> Result<(&'static str, Zeroizing<String>), InvalidCredentials> {
    // The name of an unknown member may be a value at the wrong place, so the error does not contain it.
    let field = fields.iter().find(|field| field.name == name);
    let member = field.ok_or(InvalidCredentials::UnknownMember { members })?.name;
    match value {
        Value::String(text) => Ok((member, Zeroizing::new(text))),
        _ => Err(InvalidCredentials::MissingMember { member }),
    }
}

/// Returns a value that a header can contain, without white space around it.
fn printable(text: &str, member: &'static str, may_have_spaces: bool) -> Result<ConfidentialText, InvalidCredentials> {
    let trimmed = text.trim();
    let is_allowed = |byte: u8| byte.is_ascii_graphic() || (may_have_spaces && byte == b' ');
    if trimmed.bytes().all(is_allowed) {
        Ok(trimmed.into())
    } else {
        Err(InvalidCredentials::InvalidCharacters { member })
    }
}

/// <https://www.rfc-editor.org/rfc/rfc7617#section-2>
fn basic(username: &str, password: &str) -> Result<Credential, InvalidCredentials> {
    if username.contains(':') || [username, password].iter().any(|text| text.contains(char::is_control)) {
        return Err(InvalidCredentials::InvalidUser);
    }
    Ok(Credential::Basic { username: username.into(), password: password.into() })
}

#[cfg(test)]
mod tests;
