use serde::Deserialize;

/// How an `http` destination authenticates its requests: the option `auth`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Requests have no credentials.
    #[default]
    None,
    /// A token in the header `Authorization`. <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>
    Bearer,
    /// A user name and a password in the header `Authorization`. <https://www.rfc-editor.org/rfc/rfc7617>
    Basic,
    /// A value in a header with a configured name, such as an API key.
    Header,
    /// A token that an authorization server issues for a client.
    /// <https://www.rfc-editor.org/rfc/rfc6749#section-4.4>
    Oauth2ClientCredentials,
    /// A signature with the credentials of the function's role.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>
    Sigv4,
    /// A client certificate.
    Mtls,
}
