//! A user name and a password in the header `Authorization`. <https://www.rfc-editor.org/rfc/rfc7617#section-2>

use base64_simd::STANDARD;
use hookline_credentials::ConfidentialText;
use http::HeaderValue;

use super::header::sensitive;

/// Returns the value of the header.
pub(super) fn value(username: &ConfidentialText, password: &ConfidentialText) -> Option<HeaderValue> {
    encoded(username.expose(), password.expose())
}

/// Returns the value of the header for a name and a password that are encoded already.
pub(super) fn encoded(username: &str, password: &str) -> Option<HeaderValue> {
    sensitive(&format!("Basic {}", STANDARD.encode_to_string(format!("{username}:{password}"))))
}
