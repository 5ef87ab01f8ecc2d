//! A token in the header `Authorization`. <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>

use hookline_credentials::ConfidentialText;
use http::HeaderValue;

use super::header::sensitive;

/// Returns the value of the header, or `None` if the token cannot be in a header.
pub(super) fn value(token: &ConfidentialText) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {}", token.expose()))
}
