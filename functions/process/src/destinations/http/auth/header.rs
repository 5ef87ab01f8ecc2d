//! A value in a header with a configured name, such as an API key.

use hookline_credentials::ConfidentialText;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use crate::destinations::error::DestinationError;
use crate::destinations::http::config::Config;
use crate::destinations::http::headers;

/// The header of a destination without `auth_header`.
const DEFAULT_NAME: HeaderName = HeaderName::from_static("x-api-key");

/// Returns the name of the header. It can be `Authorization` with another scheme than Bearer or Basic, but no other header
/// that Hookline or the connection sets, and none of `headers`.
pub(super) fn name(config: &Config) -> Result<HeaderName, DestinationError> {
    let name = match config.auth_header.as_deref() {
        None => DEFAULT_NAME,
        Some(name) if AUTHORIZATION.as_str().eq_ignore_ascii_case(name) => AUTHORIZATION,
        Some(name) => headers::header_name(name)?,
    };
    match config.headers.keys().find(|other| name.as_str().eq_ignore_ascii_case(other)) {
        Some(other) => Err(DestinationError::InvalidHeader { name: other.clone() }),
        None => Ok(name),
    }
}

/// Returns the value of the header.
pub(super) fn value(value: &ConfidentialText) -> Option<HeaderValue> {
    sensitive(value.expose())
}

/// Returns a value that `Debug` does not print, or `None` if a header cannot contain the text.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
