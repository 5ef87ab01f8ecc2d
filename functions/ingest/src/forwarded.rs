//! The headers of a source's requests that its destinations receive, and those that listeners receive.

use hookline_event::{ForwardedHeaders, SenderHeaders};
use hookline_signature::{Headers, Scheme};
use hookline_telemetry::{Level, Line, Metric};

/// The names of the headers that a destination of the source forwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForwardHeaders(Vec<String>);

impl ForwardHeaders {
    /// Creates the list of a source from its configuration. Names of headers with credentials are ignored: the plan rejects
    /// them, and a request is never forwarded with a secret, whatever the configuration is.
    #[must_use]
    pub fn new(names: Vec<String>, scheme: &Scheme) -> Self {
        let is_allowed = |name: &String| ForwardedHeaders::is_allowed(name) && !scheme.has_credentials_in(name);
        Self(names.into_iter().filter(is_allowed).collect())
    }

    /// Returns the headers of a request that are forwarded, and the names of those that exceed a limit or are not text.
    /// Several values of a header are joined by commas, as an HTTP API does.
    ///
    /// <https://www.rfc-editor.org/rfc/rfc9110#name-field-order>
    pub(crate) fn collect(&self, headers: &Headers) -> (ForwardedHeaders, Vec<&str>) {
        let (mut forwarded, mut omitted) = (ForwardedHeaders::default(), Vec::new());
        for name in &self.0 {
            let values: Vec<_> = headers.all(name).map(str::trim).collect();
            let is_repeated_name = forwarded.get(name).is_some();
            if !values.is_empty() && !is_repeated_name && !forwarded.insert(name, &values.join(", ")) {
                omitted.push(name.as_str());
            }
        }
        (forwarded, omitted)
    }
}

/// Returns the headers in which the sender signs a request and names its event, or none if they are not copied. A header that
/// exceeds a limit is left out: only a copy for a listener lacks it.
pub(crate) fn sender_headers(is_copied: bool, scheme: &Scheme, headers: &Headers) -> SenderHeaders {
    let mut copied = SenderHeaders::default();
    if !is_copied {
        return copied;
    }
    for (name, value) in scheme.copied_headers(headers) {
        let _ = copied.insert(&name, &value);
    }
    copied
}

/// Logs and counts headers that were left out. Their values are not logged.
pub(crate) fn log_omitted(names: &[&str]) {
    if names.is_empty() {
        return;
    }
    let detail = format!("too large, too many or not printable ASCII: {}", names.join(", "));
    let line = Line { detail: Some(&detail), ..Line::new(Level::Warn, "headers_omitted") };
    let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
    line.write(&[(Metric::HeadersOmitted, count.into())]);
}
